// What the doctor says of what was found.
import { test } from "uvu";
import { type HostFinding, ofHosts, ofMachine, type PairFinding } from "../../../cli/doctor/diagnosis.ts";
import { examine, faults, type Machine } from "../../../cli/doctor/machine.ts";
import { equal, is, match } from "../../support/assert.ts";

const good: Machine = {
  host: "a",
  cores: 4,
  memory: { free: 3e9, size: 4e9 },
  openFiles: 4096,
  shared: { free: 1e9, size: 2e9 },
  loopback: undefined,
  temporary: { path: "/tmp", problem: undefined },
};
const hosts = (...clocks: number[]): HostFinding[] =>
  clocks.map((clock, i) => ({ name: `h${i}`, result: { machine: good, clock } }));
const pair = (a: number, b: number, bandwidth: number | string): PairFinding => ({
  names: [`h${a}`, `h${b}`],
  result: typeof bandwidth === "string" ? bandwidth : { ranks: [a, b], latency: 40e-6, bandwidth },
});

test("a machine that has all that ranks need has no faults", async () => {
  equal(faults(good, "linux"), []);
  equal(ofMachine(good, "/usr/bin/ssh").toFix, []);
  const here = await examine();
  is(here.loopback, undefined);
  is(here.temporary.problem, undefined);
});

for (const [what, change, pattern] of [
  ["no loopback", { loopback: "ENETUNREACH" }, /loopback \(ENETUNREACH\).*ip link set lo up/],
  ["few open files", { openFiles: 100 }, /100 open files are too few for 64 ranks: ulimit -n \d+/],
  ["a small /dev/shm", { shared: { free: 1e6, size: 64e6 } }, /has only 1 MB free.*--shm-size/],
  ["no /dev/shm", { shared: undefined }, /\/dev\/shm is missing/],
  ["no room for files", { temporary: { path: "/t", problem: "ENOSPC" } }, /no file.* in \/t \(ENOSPC\).*TMPDIR/],
] as [string, Partial<Machine>, RegExp][]) {
  test(`${what} is a fault`, () => {
    const found = faults({ ...good, ...change }, "linux");
    is(found.length, 1);
    match(found[0]!, pattern);
  });
}

test("without /dev/shm, other systems than Linux are well", () => {
  equal(faults({ ...good, shared: undefined }, "darwin"), []);
});

test("hosts that work, and pairs that are about equally quick, leave nothing to fix", () => {
  const { tables, toFix } = ofHosts(hosts(0, 3, -1500), [pair(0, 1, 1e9), pair(0, 2, 9e8), pair(1, 2, 4e8)]);
  equal(toFix, []);
  equal(tables[0]![3], ["h2", "works", "4", "3.0 GB", "1.0 GB", "-1.500 s"]);
  equal(tables[1]![1], ["h0 - h1", "40 µs", "1.0 GB/s"]);
});

test("a clock that is wrong, a slow pair, one without connection, and a host that cannot be used are to fix", () => {
  const lost = { name: "h4", problem: { short: "ssh: no", long: "h4 (ssh): no\nrun this" } };
  const { tables, toFix } = ofHosts(
    [...hosts(0, 60_000, -7000), lost],
    [pair(0, 1, 1e9), pair(0, 2, 1e7), pair(1, 2, "refused")],
  );
  is(toFix.length, 5);
  match(toFix[0]!, /^h1: its clock is 60 s ahead of the first host's/);
  match(toFix[1]!, /^h2: its clock is 7 s behind/);
  is(toFix[2], "h4 (ssh): no\nrun this");
  match(toFix[3]!, /^h0 and h2 have only 10 MB\/s between them, and half of the pairs have 1.0 GB\/s or more/);
  match(toFix[4]!, /^h1 and h2 do not reach each other: refused\n.*firewall/);
  equal(tables[0]![4], ["h4", "ssh: no"]);
  equal(tables[1]![3], ["h1 - h2", "no connection"]);
});

test("of many pairs the slowest are shown, those without connection first", () => {
  const pairs = Array.from({ length: 40 }, (_, i) => pair(i, 99, 1e9 + i * 1e6));
  const { tables } = ofHosts([], [...pairs, pair(50, 51, "no")]);
  is(tables[1]!.length, 29);
  equal(tables[1]![0]![0], "28 slowest of 41 pairs");
  equal(tables[1]![1], ["h50 - h51", "no connection"]);
});

test.run();
