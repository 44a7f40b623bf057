// What a row of the comparison with mpi4py counts as, how it reads, and which rows there are.
import { test } from "uvu";
import { comparisons, moreIsBetter, rowsNamed } from "../../cli/bench/comparisons.ts";
import { asMarkdown, asText, cells, outcomeOf, runOf } from "../../cli/bench/outcome.ts";
import { pageOf } from "../../cli/bench/page.ts";
import { equal, is, match, ok, throws } from "../support/assert.ts";

const quiet = { before: 30, after: 31, others: 0, disturbed: false };
const row = (name: string) => comparisons.find((each) => each.name === name)!;
const outcome = (name: string, pairs: readonly (readonly [ours: number, theirs: number])[], noise = quiet) => {
  const runs = pairs.map(([ours, theirs]) => runOf(row(name), ours, theirs));
  return outcomeOf(row(name), runs, noise);
};

test("a ratio above 1 says that ours is better, where less is better and where more is", () => {
  is(outcome("object", [[2, 3]]).ratio, 1.5);
  is(outcome("rate", [[6, 2]]).ratio, 3);
  is(outcome("window-1m", [[6, 2]]).ratio, 3);
  equal(
    comparisons.filter(moreIsBetter).map(({ name }) => name),
    ["rate", "window-1m", "network-rate"],
  );
});

test("the ratio is the median of the pairs' ratios, not the ratio of the medians", () => {
  const { ratio, tsmpi, mpi4py } = outcome("object", [
    [1, 10],
    [2, 2],
    [4, 5],
  ]);
  equal([ratio, tsmpi, mpi4py], [1.25, 2, 5]);
});

test("a row reaches neither goal, the first, or both; the processor time of a waiting rank has a limit", () => {
  const { reach, ambition } = row("object");
  equal([reach, ambition], [1.2, 1.6]);
  is(outcome("object", [[1, 1.1]]).reached, "neither");
  is(outcome("object", [[1, 1.2]]).reached, "reach");
  is(outcome("object", [[1, 1.6]]).reached, "ambition");
  is(outcome("idle", [[0.9, 100]]).reached, "reach");
  is(outcome("idle", [[1.1, 100]]).reached, "neither");
});

test("a disturbed row says so in every table", () => {
  const one = outcome("object", [[1, 2]], { ...quiet, disturbed: true });
  is(cells(one).at(-1), "ambition (disturbed)");
  match(asText([one]), /\nobject ping-pong +1\.00 µs +2\.00 µs +2\.00 +1\.2 +1\.6 +ambition \(disturbed\)$/);
  match(
    asMarkdown([one]),
    /\n\| object ping-pong \| 1\.00 µs \| 2\.00 µs \| 2\.00 +\| 1\.2 +\| 1\.6 +\| ambition \(disturbed\) \|$/,
  );
});

test("rows have names of their own, and are chosen by these in the table's order", () => {
  is(new Set(comparisons.map(({ name }) => name)).size, comparisons.length);
  const names = (list: string) => rowsNamed(list, "--rows").map(({ name }) => name);
  equal(names("rate,object"), ["object", "rate"]);
  for (const wrong of ["", "rate,", "rates", "object,,rate"]) throws(() => rowsNamed(wrong, "--rows"), /is no row/);
});

test("the page has every row and curve, and what it shows is text, not markup", () => {
  const points = [
    { size: 1, tsmpi: 0.5, mpi4py: 1 },
    { size: 1024, tsmpi: 2, mpi4py: 9 },
  ];
  const page = pageOf(
    ["<b>a machine</b>"],
    [outcome("object", [[1, 2]]), outcome("idle", [[0.5, 100]])],
    [{ title: "Latency", axis: "µs", points }],
  );
  ok(!page.includes("<b>"));
  match(page, "&lt;b&gt;a machine");
  match(page, "&lt; 1 %");
  is(page.match(/<circle /g)?.length, 4);
  ok(!/NaN|undefined|Infinity/.test(page));
});

test.run();
