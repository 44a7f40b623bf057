// The sentences of reports, prefixes of lines, and what is asked of the system: plain functions of the launcher.
import { test } from "uvu";
import { rankEnvironment } from "../../../cli/launch/environment.ts";
import { LinePrefix } from "../../../cli/launch/line-prefix.ts";
import { tooManyFiles } from "../../../cli/launch/open-files.ts";
import { closing, indent, rankList, waitTable } from "../../../src/job/report.ts";
import type { RankState } from "../../../src/wire/control.ts";
import { equal, is, ok } from "../../support/assert.ts";

test("rankList() shortens runs of ranks", () => {
  is(rankList([4]), "rank 4");
  is(rankList([0, 1, 2, 3, 7]), "ranks 0-3, 7");
  is(rankList([1, 3, 4]), "ranks 1, 3-4");
});

test("indent() leaves empty lines empty", () => is(indent("a\n\n  b\n"), "  a\n\n    b"));

test("closing() counts the ranks that were stopped and those that failed as well", () => {
  is(closing(1, 4, 0, true), "tsmpi: the other 4 ranks were stopped, exit code 1");
  is(closing(1, 1, 0, true), "tsmpi: the other rank was stopped, exit code 1");
  is(closing(3, 0, 0, true), "tsmpi: exit code 3");
  is(closing(124, 2, 0, false), "tsmpi: 2 ranks were stopped, exit code 124");
  is(closing(1, 2, 1, true), "tsmpi: 1 other rank failed as well, 2 ranks were stopped, exit code 1");
});

const waits = (...calls: string[]): RankState => ({
  blocked: true,
  finished: false,
  sent: 0,
  received: 0,
  waits: calls.map((call) => ({ call })),
});

test("waitTable() aligns calls, counts what is too much, and says what ranks without a call do", () => {
  const states = new Map([
    [0, waits("a()", "b()")],
    [1, waits()],
    [3, waits("1", "2", "3", "4", "5", "6")],
    [10, { ...waits(), finished: true }],
  ]);
  is(
    waitTable({ size: 12, states, left: new Set([2, 11]), hosts: [] }),
    [
      "  rank 0       a()",
      "               b()",
      "  rank 1       in no MPI call",
      "  ranks 2, 11  have left",
      "  rank 3       1",
      "               2",
      "               3",
      "               4",
      "               ... and 2 more calls",
      "  ranks 4-9    computing (it did not answer)",
      "  rank 10      has finished",
    ].join("\n"),
  );
});

test("waitTable() names the hosts of the ranks, a few of them", () => {
  const states = new Map(
    [0, 1, 2, 3, 4, 5, 6, 7].map((rank) => [rank, waits(["a()", "b()", "c()"][rank >> 1] ?? "d()")]),
  );
  is(
    waitTable({ size: 8, states, left: new Set([7]), hosts: ["h0", "h0", "h1", "h2", "h3", "h3", "h4", "h0"] }),
    [
      "  ranks 0-1 on h0      a()",
      "  ranks 2-3 on h1, h2  b()",
      "  ranks 4-5 on h3      c()",
      "  rank 6 on h4         d()",
      "  rank 7 on h0         has left",
    ].join("\n"),
  );
  const hosts = states.keys().map((rank) => `h${rank}`);
  const same = new Map(states.keys().map((rank) => [rank, waits("a()")]));
  is(waitTable({ size: 8, states: same, left: new Set(), hosts: [...hosts] }), "  ranks 0-7 on 8 hosts  a()");
});

test("waitTable() stays short with many ranks", () => {
  const states = new Map(Array.from({ length: 300 }, (_, rank) => [rank, waits(`recv(source ${rank + 1})`)]));
  const lines = waitTable({ size: 300, states, left: new Set(), hosts: [] }).split("\n");
  is(lines.length, 25);
  is(lines.at(-1), "  ... and 276 lines like these");
});

const bytes = (text: string) => new TextEncoder().encode(text);
const applied = (prefix: LinePrefix, ...pieces: string[]) => Buffer.concat(prefix.apply(pieces.map(bytes))).toString();

test("a prefix stands before each line once, in however many pieces the line comes", () => {
  const prefix = new LinePrefix(3, { tag: true, timestamp: false });
  is(applied(prefix, "a\nb", "b\n", "\nc"), "[3] a\n[3] bb\n[3] \n[3] c");
  is(applied(prefix, "c", "\nd\n"), "c\n[3] d\n");
  is(applied(prefix, "e"), "[3] e");
  prefix.restart();
  is(applied(prefix, "e\n"), "[3] e\n");
});

test("tooManyFiles() names what is needed, what there is, and the command that helps", () => {
  is(tooManyFiles(64, 0, 288), undefined);
  is(
    tooManyFiles(64, 2, 288),
    "Cannot start 64 ranks: the launcher needs 416 open files, and the limit is 288; raise it with ulimit -n 416",
  );
});

const place = { id: "0123", rank: 1, size: 4, localRank: 1, localSize: 4 };

test("ranks print in colour where the launcher's stdout is a terminal and nobody objects", () => {
  is(rankEnvironment({}, {}, place, { stdout: true, stderr: false }, 4).FORCE_COLOR, "1");
  is(rankEnvironment({}, {}, place, { stdout: false, stderr: false }, 4).FORCE_COLOR, undefined);
  is(rankEnvironment({ NO_COLOR: "1" }, {}, place, { stdout: true, stderr: false }, 4).FORCE_COLOR, undefined);
  is(rankEnvironment({ FORCE_COLOR: "0" }, {}, place, { stdout: true, stderr: false }, 4).FORCE_COLOR, "0");
});

test("a rank collects garbage with its share of the cores, unless the user says otherwise", () => {
  const threads = (cores: number, own = {}) =>
    rankEnvironment(own, {}, place, { stdout: false, stderr: false }, cores).BUN_JSC_numberOfGCMarkers;
  equal(
    [1, 4, 7, 8, 128].map((cores) => threads(cores)),
    ["1", "1", "1", "2", "8"],
  );
  is(threads(8, { BUN_JSC_numberOfGCMarkers: "3" }), "3");
});

test("a rank's place cannot be overridden by the environment", () => {
  const env = rankEnvironment({ TSMPI_RANK: "7" }, { TSMPI_SIZE: "9" }, place, { stdout: false, stderr: false }, 4);
  equal([env.TSMPI_RANK, env.TSMPI_SIZE], ["1", "4"]);
  ok(
    !(
      "BUN_BE_BUN" in
      rankEnvironment({ BUN_BE_BUN: "1" }, { BUN_BE_BUN: "1" }, place, { stdout: false, stderr: false }, 4)
    ),
  );
});

test.run();
