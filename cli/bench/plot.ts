// cli/bench/plot: layer 10. A log-log plot of two curves as SVG, with OSU's habit of a size at every power of two. Pure; used by page.

import type { Curve } from "./curves.ts";

const WIDTH = 720;
const HEIGHT = 420;
const LEFT = 64;
const RIGHT = 84;
const TOP = 16;
const BOTTOM = 44;

/** A value's place on a logarithmic axis from `from` to `to`, between the pixels `a` and `b`. */
function scale(from: number, to: number, a: number, b: number): (value: number) => number {
  return (value) => a + ((Math.log(value) - Math.log(from)) / (Math.log(to) - Math.log(from))) * (b - a);
}

/** `64K` for 65536. */
export function shortSize(bytes: number): string {
  if (bytes >= 2 ** 20) return `${bytes / 2 ** 20}M`;
  return bytes >= 2 ** 10 ? `${bytes / 2 ** 10}K` : String(bytes);
}

/** `10k` for 10000. */
function shortNumber(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`;
  return value >= 1000 ? `${value / 1000}k` : String(value);
}

/** The powers of ten around all of the values. */
function decades(values: readonly number[]): number[] {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values))));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(`1e${first + i}`));
}

export function plot({ title, axis, points }: Curve): string {
  const sizes = points.map(({ size }) => size);
  const ticks = decades(points.flatMap(({ tsmpi, mpi4py }) => [tsmpi, mpi4py]));
  const [right, bottom] = [WIDTH - RIGHT, HEIGHT - BOTTOM];
  const x = scale(sizes[0]!, Math.max(sizes.at(-1)!, sizes[0]! * 2), LEFT, right);
  const y = scale(ticks[0]!, ticks.at(-1)!, bottom, TOP);
  const round = (value: number) => value.toFixed(1);
  const across = ticks.map(
    (tick) =>
      `<line class="grid" x1="${LEFT}" x2="${right}" y1="${round(y(tick))}" y2="${round(y(tick))}"/>` +
      `<text class="tick" x="${LEFT - 8}" y="${round(y(tick) + 4)}" text-anchor="end">${shortNumber(tick)}</text>`,
  );
  const up = sizes.map((size, i) => {
    const line = `<line class="grid" x1="${round(x(size))}" x2="${round(x(size))}" y1="${TOP}" y2="${bottom}"/>`;
    if (i % 4 > 0) return "";
    return `${line}<text class="tick" x="${round(x(size))}" y="${bottom + 18}" text-anchor="middle">${shortSize(size)}</text>`;
  });
  // The names stand at the ends of the lines, one above the other where these meet.
  const last = points.at(-1)!;
  const ends = { tsmpi: y(last.tsmpi), mpi4py: y(last.mpi4py) };
  const gap = Math.max(0, 16 - Math.abs(ends.tsmpi - ends.mpi4py)) / 2;
  const sign = ends.tsmpi <= ends.mpi4py ? -1 : 1;
  const curve = (side: "tsmpi" | "mpi4py", shift: number) => {
    const line = points.map((point) => `${round(x(point.size))},${round(y(point[side]))}`).join(" ");
    const dots = points.map((point) => {
      const [cx, cy] = [round(x(point.size)), round(y(point[side]))];
      const about = `${side}, ${shortSize(point.size)}B: ${point[side].toPrecision(4)} ${axis}`;
      return `<circle cx="${cx}" cy="${cy}" r="3"><title>${about}</title></circle>`;
    });
    const name = `<text x="${right + 10}" y="${round(ends[side] + 4 + shift)}">${side}</text>`;
    return `<g class="${side}"><polyline points="${line}"/>${dots.join("")}${name}</g>`;
  };
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title} against message size">`,
    ...across,
    ...up,
    curve("mpi4py", -sign * gap),
    curve("tsmpi", sign * gap),
    `<text class="tick" x="${(LEFT + right) / 2}" y="${HEIGHT - 4}" text-anchor="middle">message size in bytes</text>`,
    "</svg>",
  ].join("\n");
}
