// Plays the game of life on a torus that is cut into blocks, one a rank; neighbours show each other the edges of theirs.
//   tsmpi run -np 5 sample:halo [number of generations, 200 by default]
import assert from "node:assert/strict";
import { MPI } from "tsmpi";

const generations = Number(process.argv[2] ?? 200);
if (!Number.isSafeInteger(generations) || generations < 0) {
  throw new RangeError(`Cannot live for ${process.argv[2]} generations: expected a whole number`);
}

// The ranks form a grid, as square as can be, whose ends are connected. Each is in a column and in a row of it.
const [down = 1, across = 1] = MPI.computeDims(MPI.COMM_WORLD.size, 2);
const grid = await MPI.COMM_WORLD.createCart([down, across], { periods: true, reorder: true });
const column = await grid.sub([true, false]);
const row = await grid.sub([false, true]);

// A block has height × width cells, 1 for a living one, and around them its halo: what the neighbours have there.
const height = 2 * Math.ceil(12 / down);
const width = Math.ceil(72 / across);
const at = (y: number, x: number) => y * (width + 2) + x;
let cells = new Uint8Array(at(height + 2, 0));

/** Fills the halo: the first line goes to the rank above, from which its last one comes, and so on around. */
async function exchange(): Promise<void> {
  const line = (y: number) => cells.subarray(at(y, 0), at(y + 1, 0));
  const [above, below] = await column.neighborAlltoall([line(1), line(height)]);
  line(0).set(above!);
  line(height + 1).set(below!);
  // These columns begin and end in the lines that have just come: so corners get to where they belong.
  const side = (x: number) => Uint8Array.from({ length: height + 2 }, (_, y) => cells[at(y, x)]!);
  const [left, right] = await row.neighborAlltoall([side(1), side(width)]);
  for (let y = 0; y < height + 2; y++) {
    cells[at(y, 0)] = left![y]!;
    cells[at(y, width + 1)] = right![y]!;
  }
}

/** A cell lives in the next generation with three living ones around it, or with two if it lives now. */
const lives = (cell: number, around: number) => (around === 3 || (around === 2 && cell === 1) ? 1 : 0);

function grow(): void {
  const next = new Uint8Array(cells.length);
  for (let y = 1; y <= height; y++) {
    for (let x = 1; x <= width; x++) {
      let around = -cells[at(y, x)]!;
      for (const i of [at(y - 1, x), at(y, x), at(y + 1, x)]) around += cells[i - 1]! + cells[i]! + cells[i + 1]!;
      next[at(y, x)] = lives(cells[at(y, x)]!, around);
    }
  }
  cells = next;
}

/** Rank 0 gets the whole torus, line by line, the others get null. */
async function torus(): Promise<number[][] | null> {
  const block = Array.from({ length: height }, (_, y) => [...cells.subarray(at(y + 1, 1), at(y + 1, width + 1))]);
  const blocks = await grid.gather(block);
  if (blocks === null) return null;
  const beside = (y: number) => blocks.slice(Math.floor(y / height) * across).slice(0, across);
  return Array.from({ length: down * height }, (_, y) => beside(y).flatMap((block) => block[y % height]!));
}

// Under a launcher stdout is a pipe; then the launcher says what its own is.
const terminal = process.stdout.isTTY || process.env.TSMPI_STDOUT_TTY === "1";

/** Prints two lines of cells in one of text; on a terminal with each rank's block in a colour. */
function draw(lines: number[][]): void {
  for (let y = 0; y < lines.length; y += 2) {
    const text = lines[y]!.map((cell, x) => " ▄▀█"[2 * cell + lines[y + 1]![x]!]);
    for (let x = across - 1; terminal && x >= 0; x--) {
      text.splice(x * width, 0, `\x1b[3${1 + ((Math.floor(y / height) * across + x) % 6)}m`);
    }
    console.log(text.join("") + (terminal ? "\x1b[0m" : ""));
  }
}

// One cell in three lives in the beginning: as good as by chance, but the same ones on every run.
for (let y = 1; y <= height; y++) {
  for (let x = 1; x <= width; x++) {
    const place = (grid.coords[0]! * height + y) * 1000 + grid.coords[1]! * width + x;
    cells[at(y, x)] = Math.abs(Math.sin(place) * 10_000) % 1 < 1 / 3 ? 1 : 0;
  }
}
const begin = await torus();

for (let generation = 0; generation < generations; generation++) {
  const lines = terminal ? await torus() : null;
  if (lines) {
    draw(lines);
    await new Promise((resolve) => setTimeout(resolve, 40));
    process.stdout.write(`\x1b[${lines.length / 2}A`); // back to the top, to draw over it
  }
  await exchange();
  grow();
}

// Rank 0 plays the whole game again by itself, without blocks: that must end in the same way.
function grown(lines: number[][]): number[][] {
  const cell = (y: number, x: number) => lines.at(y % lines.length)!.at(x % (across * width))!;
  return lines.map((line, y) =>
    line.map((now, x) => {
      let around = -now;
      for (const i of [y - 1, y, y + 1]) around += cell(i, x - 1) + cell(i, x) + cell(i, x + 1);
      return lives(now, around);
    }),
  );
}

const end = await torus();
if (begin && end) {
  draw(end);
  let expected = begin;
  for (let generation = 0; generation < generations; generation++) expected = grown(expected);
  assert.deepEqual(end, expected);
  const living = end.flat().reduce((sum, cell) => sum + cell);
  console.log(`${living} cells live after ${generations} generations (ranks: ${down} × ${across})`);
}
