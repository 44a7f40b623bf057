// Lets heat spread over a plate in memory that ranks share: each computes some rows, and looks at those of its neighbours.
//   tsmpi run -np 5 sample:heat [number of steps, 400 by default]
import assert from "node:assert/strict";
import { MPI } from "tsmpi";

const comm = MPI.COMM_WORLD;
const steps = Number(process.argv[2] ?? 400);
if (!Number.isSafeInteger(steps) || steps < 0) {
  throw new RangeError(`Cannot compute ${process.argv[2]} steps: expected a whole number`);
}

// Only ranks of one host share memory. With several, each host computes the plate for itself.
await using host = await comm.splitType(MPI.COMM_TYPE_SHARED);
const { rank, size } = host;
const [height, width] = [24, 64];
const plate = height * width;

// Rank 0 brings the memory: the plate as it is, and as it will be in the next step.
await using win = await MPI.Win.allocateShared(rank === 0 ? 2 * 8 * plate : 0, { dispUnit: 8, comm: host });
const { memory } = win.sharedQuery(0);
const plates = [0, 1].map((i) => new Float64Array(memory.buffer, memory.byteOffset + 8 * plate * i, plate));
const [first, last] = [Math.floor((rank * height) / size), Math.floor(((rank + 1) * height) / size)];

/** The plate in the beginning: hot at its left edge, and on a spot. The edges stay as they are. */
const begin = (y: number, x: number) => (x === 0 || (Math.abs(y - 8) < 4 && Math.abs(x - 40) < 6) ? 1 : 0);

/** Computes some rows of the next step. */
function spread(now: Float64Array, next: Float64Array, from: number, to: number): void {
  for (let y = Math.max(1, from); y < Math.min(height - 1, to); y++) {
    for (let at = y * width + 1; at < (y + 1) * width - 1; at++) {
      next[at] = now[at]! + 0.2 * (now[at - 1]! + now[at + 1]! + now[at - width]! + now[at + width]! - 4 * now[at]!);
    }
  }
}

for (const one of plates) {
  for (let at = first * width; at < last * width; at++) one[at] = begin(Math.floor(at / width), at % width);
}
await host.barrier();
for (let step = 0; step < steps; step++) {
  spread(plates[step % 2]!, plates[(step + 1) % 2]!, first, last);
  await host.barrier();
}

if (comm.rank === 0) {
  const end = plates[steps % 2]!;
  for (let y = 0; y < height; y += 2) {
    const shades = Array.from({ length: width }, (_, x) => " ·░▒▓█"[Math.min(5, Math.ceil(end[y * width + x]! * 5))]);
    console.log(shades.join(""));
  }
  const heat = end.reduce((sum, one) => sum + one, 0);
  console.log(`The plate holds ${heat.toFixed(2)} after ${steps} steps`);

  // One rank by itself must come to the same, to the last bit.
  const alone = [0, 1].map(() =>
    Float64Array.from({ length: plate }, (_, at) => begin(Math.floor(at / width), at % width)),
  );
  for (let step = 0; step < steps; step++) spread(alone[step % 2]!, alone[(step + 1) % 2]!, 0, height);
  assert.deepEqual(end, alone[steps % 2]);
}
// Nobody gives the memory up before rank 0 has looked at it.
await host.barrier();
