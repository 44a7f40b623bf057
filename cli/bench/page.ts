// cli/bench/page: layer 10. What was measured as one page of HTML, which needs nothing but itself. Pure; used by against.

import type { Curve } from "./curves.ts";
import { inWords } from "./noise.ts";
import { amount, cells, type Outcome, titles } from "./outcome.ts";
import { plot, shortSize } from "./plot.ts";

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

const style = `
:root { color-scheme: light dark; --ground: #fff; --ink: #1a1a1a; --dim: #666; --line: #ddd; --ours: #0a58ca; --theirs: #b34700; --good: #14733a; --bad: #b00020; }
@media (prefers-color-scheme: dark) { :root { --ground: #16181c; --ink: #e8e8e8; --dim: #9a9a9a; --line: #33363c; --ours: #6ea8fe; --theirs: #ffa366; --good: #62c98a; --bad: #ff7a8a; } }
body { font: 15px/1.5 system-ui, sans-serif; background: var(--ground); color: var(--ink); max-width: 1000px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .25rem; }
p { color: var(--dim); margin: .1rem 0; } .scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .25rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--dim); font-weight: 500; } th:first-child, td:first-child, td:last-child { text-align: left; }
.ambition, .reach { color: var(--good); } .neither { color: var(--bad); }
svg { width: 100%; height: auto; max-width: 760px; font: 12px system-ui, sans-serif; }
.grid { stroke: var(--line); } .tick { fill: var(--dim); }
polyline { fill: none; stroke-width: 2; } .tsmpi { --c: var(--ours); } .mpi4py { --c: var(--theirs); }
.tsmpi polyline, .mpi4py polyline { stroke: var(--c); } .tsmpi circle, .mpi4py circle, .tsmpi text, .mpi4py text { fill: var(--c); }
details { margin: .5rem 0; } summary { cursor: pointer; color: var(--dim); }
`;

function table(head: readonly string[], body: readonly string[]): string {
  const titles = head.map((title) => `<th>${escaped(title)}</th>`).join("");
  return `<div class="scroll"><table><thead><tr>${titles}</tr></thead><tbody>\n${body.join("\n")}\n</tbody></table></div>`;
}

function line(texts: readonly string[], last = ""): string {
  const all = texts.map((text, i) => `<td${i === texts.length - 1 ? last : ""}>${escaped(text)}</td>`);
  return `<tr>${all.join("")}</tr>`;
}

/** Every run of a row, and how quiet the machine was. */
function runs({ row, runs, noise }: Outcome): string {
  const shown = runs.map((run) => `${amount(row, run.tsmpi)} / ${amount(row, run.mpi4py)}`).join(", ");
  const quiet = inWords(noise).replace("noise: ", "");
  return `<tr><td>${escaped(row.title)}</td><td style="white-space:normal;text-align:left">${escaped(shown)}</td><td>${escaped(quiet)}</td></tr>`;
}

function section(curve: Curve): string {
  const { title, axis, points } = curve;
  const rows = points.map(({ size, tsmpi, mpi4py }) =>
    line([shortSize(size), tsmpi.toPrecision(4), mpi4py.toPrecision(4)]),
  );
  const numbers = table(["size", "tsmpi", "mpi4py"], rows);
  return `<h2>${escaped(title)}</h2><p>${escaped(axis)}; 2 ranks, typed arrays received with <code>into</code></p>
${plot(curve)}
<details><summary>The numbers</summary>${numbers}</details>`;
}

/** @param head lines about the versions and the machine */
export function pageOf(head: readonly string[], outcomes: readonly Outcome[], curves: readonly Curve[]): string {
  const rows = outcomes.map((outcome) => line(cells(outcome), ` class="${outcome.reached}"`));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>tsmpi against mpi4py</title>
<style>${style}</style>
</head>
<body>
<h1>tsmpi against mpi4py</h1>
${head.map((text) => `<p>${escaped(text)}</p>`).join("\n")}
${curves.map(section).join("\n")}
<h2>Table</h2>
<p>Medians of ${outcomes[0]?.runs.length ?? 0} interleaved pairs of runs; the ratio is the median of the pairs' ratios.</p>
${table(titles, rows)}
<details><summary>Every run</summary>${table(["work", "tsmpi / mpi4py", "noise"], outcomes.map(runs))}</details>
</body>
</html>
`;
}
