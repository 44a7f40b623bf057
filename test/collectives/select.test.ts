// The table that picks algorithms: what it picks, and what asks it for another.
import { test } from "uvu";
import { algorithms, type Facts, select } from "../../src/collectives/select.ts";
import { equal, is, match, not, ok, throws } from "../support/assert.ts";
import { FakeNetwork } from "../support/lanes.ts";

const picked = (collective: keyof typeof algorithms, facts: Facts) => select(collective, facts).name;

/** Runs `body` with a variable of the environment set. */
function having(name: string, value: string, body: () => void): void {
  process.env[name] = value;
  try {
    body();
  } finally {
    delete process.env[name];
  }
}

test("every collective has a linear row, and a row's function is named for its collective and its row", () => {
  for (const [collective, rows] of Object.entries(algorithms)) {
    is(rows.at(-1)?.name, "linear");
    for (const { name, run } of rows) {
      const words = name.split("-").map((word) => word[0]!.toUpperCase() + word.slice(1));
      is(run.name, collective + words.join(""));
    }
  }
});

test("the collectives have these algorithms beside linear", () => {
  const names = Object.entries(algorithms).map(([collective, rows]) => [
    collective,
    ...rows.slice(0, -1).map(({ name }) => name),
  ]);
  equal(names, [
    ["barrier", "alone", "shared", "hierarchical", "dissemination"],
    ["bcast", "alone", "shared", "staged", "hierarchical", "scatter-allgather", "binomial"],
    ["scatter", "binomial"],
    ["gather", "alone", "shared", "binomial"],
    ["allgather", "shared", "staged", "hierarchical", "ring", "recursive-doubling", "bruck"],
    ["alltoall", "shared", "bruck", "pairwise"],
    ["reduce", "staged", "hierarchical", "rabenseifner", "binomial"],
    ["allreduce", "alone", "shared", "staged", "hierarchical", "ring", "rabenseifner", "recursive-doubling"],
    ["reduceScatter", "staged", "ring", "binomial"],
    ["scan", "recursive-doubling"],
    ["exscan", "recursive-doubling"],
  ]);
});

test("select() picks by length, ranks and operator", () => {
  const long = { bytes: 1 << 20, commute: true };
  is(picked("allreduce", { size: 4, ...long }), "allreduceRing");
  is(picked("allreduce", { size: 2, ...long }), "allreduceRecursiveDoubling");
  is(picked("allreduce", { size: 4, bytes: 1 << 20, commute: false }), "allreduceRabenseifner");
  is(picked("reduce", { size: 8, ...long }), "reduceRabenseifner");
  is(picked("reduce", { size: 7, ...long }), "reduceBinomial");
  is(picked("reduce", { size: 4, bytes: 8, commute: true }), "reduceBinomial");
  is(picked("reduceScatter", { size: 4, ...long }), "reduceScatterRing");
  is(picked("reduceScatter", { size: 4, bytes: 8, commute: false }), "reduceScatterBinomial");
  is(picked("bcast", { size: 3, bytes: 16 << 20 }), "bcastBinomial");
  is(picked("bcast", { size: 3, bytes: (16 << 20) + 1 }), "bcastScatterAllgather");
  is(picked("bcast", { size: 2, bytes: 1 << 30 }), "bcastBinomial");
  is(picked("alltoall", { size: 8 }), "alltoallBruck");
  is(picked("alltoall", { size: 7 }), "alltoallPairwise");
  is(picked("allreduce", { size: 4, bytes: 8, commute: true }), "allreduceRecursiveDoubling");
  is(picked("allreduce", { size: 4, bytes: undefined, commute: true }), "allreduceRecursiveDoubling");
  is(picked("allgather", { size: 3 }), "allgatherRing");
  is(picked("allgather", { size: 4 }), "allgatherRecursiveDoubling");
  is(picked("allgather", { size: 5 }), "allgatherBruck");
});

test("who does not know how long a bcast is takes the row that is ready for either", () => {
  is(picked("bcast", { size: 3 }), "bcastScatterAllgather");
  is(picked("bcast", { size: 2 }), "bcastBinomial");
});

test("TSMPI_<COLLECTIVE> asks for a row by its name", () => {
  having("TSMPI_BCAST", "linear", () => {
    is(picked("bcast", { size: 4 }), "bcastLinear");
    is(picked("gather", { size: 4 }), "gatherBinomial");
  });
  having("TSMPI_ALLREDUCE", "ring", () =>
    is(picked("allreduce", { size: 2, bytes: 8, commute: true }), "allreduceRing"),
  );
});

test("where ranks share memory long arrays are staged there", () => {
  const { staging } = new FakeNetwork(2, 1, undefined, true).lanes()[0]!;
  const facts = { size: 2, staging, commute: false };
  is(picked("reduce", { ...facts, bytes: 1 << 20 }), "reduceStaged");
  is(picked("reduce", { ...facts, bytes: 1 << 16 }), "reduceBinomial");
  is(picked("reduceScatter", { ...facts, bytes: 1 << 20 }), "reduceScatterStaged");
  is(picked("reduceScatter", { ...facts, bytes: 1 << 10 }), "reduceScatterBinomial");
  is(picked("allreduce", { ...facts, bytes: 8 }), "allreduceStaged");
  is(picked("reduce", { ...facts, bytes: undefined }), "reduceBinomial");
  is(picked("bcast", { size: 3, staging }), "bcastStaged");
  is(picked("bcast", { size: 2, staging }), "bcastBinomial");
  is(picked("allgather", { size: 3, staging }), "allgatherStaged");
  is(picked("allgather", { size: 2, staging }), "allgatherRing");
});

test("on several hosts the table picks hierarchical, unless operands would change places", () => {
  const [lane] = new FakeNetwork(4, 1, undefined, false, (rank) => rank >> 1).lanes();
  const { hosts } = lane!;
  for (const collective of ["barrier", "bcast", "allgather", "reduce", "allreduce"] as const) {
    match(picked(collective, { size: 4, hosts, commute: false }), /Hierarchical$/);
  }
  const [inTurn] = new FakeNetwork(4, 1, undefined, false, (rank) => rank % 2).lanes();
  const facts = { size: 4, hosts: inTurn!.hosts };
  is(picked("allreduce", { ...facts, commute: true }), "allreduceHierarchical");
  is(picked("allreduce", { ...facts, commute: false }), "allreduceRecursiveDoubling");
  is(picked("reduce", { ...facts, commute: false }), "reduceBinomial");
});

test("one rank on each host, or all on one: hosts make no difference", () => {
  for (const hosts of [(rank: number) => rank, () => 7]) {
    is(new FakeNetwork(4, 1, undefined, false, hosts).lanes()[0]!.hosts, undefined);
  }
});

test("a row whose needs are not met is passed over", () => {
  having("TSMPI_ALLREDUCE", "ring", () => {
    for (const facts of [
      { bytes: undefined, commute: true },
      { bytes: 8, commute: false },
    ]) {
      is(picked("allreduce", { size: 4, ...facts }), "allreduceRecursiveDoubling");
    }
  });
});

test("of one rank there is nothing to be done", () => {
  for (const collective of ["barrier", "bcast", "gather", "allreduce"] as const) {
    is(picked(collective, { size: 1, bytes: 2 ** 30 }), `${collective}Alone`);
    not(picked(collective, { size: 2 }).endsWith("Alone"));
  }
});

test("an unknown name is an error that lists the rows", () => {
  having("TSMPI_ALLREDUCE", "rign", () => {
    throws(
      () => picked("allreduce", { size: 4 }),
      (error: Error) =>
        error instanceof RangeError &&
        error.message ===
          "Cannot use TSMPI_ALLREDUCE=rign: expected one of alone, shared, staged, hierarchical, ring, rabenseifner, recursive-doubling, linear",
    );
  });
  ok(picked("allreduce", { size: 4 }));
});

test.run();
