// `tsmpi bench model`: that its formulas are those of the algorithms, and that it prints all that it promises.
import { test } from "uvu";
import { costs, type LogGP, timeOf } from "../../cli/bench/model/costs.ts";
import {
  across,
  calls,
  costOf,
  meshCost,
  meshLimit,
  networks,
  predict,
  predictByLeaders,
  quickest,
  rankCounts,
} from "../../cli/bench/model/predict.ts";
import { algorithms } from "../../src/collectives/select.ts";
import { equal, is, match, ok } from "../support/assert.ts";
import { leftovers, tsmpi } from "../support/tsmpi.ts";

const net: LogGP = { L: 10, o: 1, g: 3, G: 0.001 };

test("every algorithm that can be picked between hosts has a formula, under its own name", () => {
  for (const call of calls) {
    for (const np of [...rankCounts, 3, 5, 8, 1000]) {
      const { algorithm, cost } = costOf(call, np);
      ok(cost, `${call.collective} ${call.size} on ${np} ranks picks ${algorithm}`);
    }
  }
  for (const [collective, formulas] of Object.entries(costs)) {
    const names: string[] = algorithms[collective as keyof typeof algorithms].map(({ name }) => name);
    for (const name of Object.keys(formulas)) ok(names.includes(name), `${collective} ${name}`);
  }
});

test("timeOf() adds steps, the burst, bytes and what is combined", () => {
  is(timeOf({ steps: 2 }, net, 1), 24);
  is(timeOf({ steps: 0, burst: 5 }, net, 1), 15);
  is(timeOf({ steps: 1, bytes: 1000, combined: 10 }, net, 0.5), 12 + 1 + 5);
});

test("two ranks need one message: every algorithm of a bcast, a scatter or an allgather costs the same there", () => {
  for (const collective of ["scatter", "gather", "allgather"]) {
    for (const [name, formula] of Object.entries(costs[collective]!)) {
      equal([formula(2, 1000).steps, formula(2, 1000).bytes], [1, 500], `${collective} ${name}`);
    }
  }
  for (const name of ["binomial", "linear"]) equal(costs.bcast![name]!(2, 1000).bytes, 1000);
});

test("steps grow with the logarithm of the ranks in trees, and with the ranks in rings", () => {
  const steps = (collective: string, name: string, p: number) => costs[collective]![name]!(p, 8).steps;
  equal(
    [2, 3, 4, 5, 1024].map((p) => steps("barrier", "dissemination", p)),
    [1, 2, 2, 3, 10],
  );
  equal(
    [2, 3, 8].map((p) => steps("allreduce", "recursive-doubling", p)),
    [1, 3, 3],
  );
  equal(
    [2, 3, 8].map((p) => steps("allreduce", "ring", p)),
    [2, 4, 14],
  );
  equal(
    [2, 3, 8].map((p) => steps("alltoall", "pairwise", p)),
    [1, 2, 7],
  );
});

test("a prediction never takes less on more ranks of one size, nor less than the quickest algorithm", () => {
  for (const network of networks) {
    for (const call of calls) {
      const times = rankCounts.map((np) => predict(call, np, across(net, network, 1), 0.0001).time!);
      if (!call.size.includes("MiB"))
        equal(
          times,
          times.toSorted((a, b) => a - b),
          `${call.collective} ${call.size}`,
        );
      for (const [i, np] of rankCounts.entries()) {
        ok(quickest(call, np, across(net, network, 1), 0.0001).time <= times[i]! + 1e-9);
      }
    }
  }
});

test("with leaders a barrier on many hosts has fewer steps across the network", () => {
  const barrier = calls[0]!;
  const shared = { L: 0.5, o: 0.5, g: 1, G: 0 };
  is(predictByLeaders(barrier, 64, shared, net, 0), 6 * 1.5);
  is(predictByLeaders(barrier, 65_536, shared, net, 0), 2 * 6 * 1.5 + 10 * 12);
});

test("a full mesh is sensible up to its limit, and one rank more is too much", () => {
  const mesh = { base: 30, perRank: 5, perConnection: 0.1, bytes: 10_000 };
  for (const [files, why] of [
    [1000, "open files"],
    [1_000_000, "memory"],
  ] as const) {
    const limit = meshLimit(mesh, 4, files);
    equal(meshCost(limit, mesh, 4, files).tooMuch, []);
    equal(meshCost(limit + 1, mesh, 4, files).tooMuch, [why]);
  }
  equal(meshCost(65_536, mesh, 4, 1e6).onUse, 34);
  equal(meshCost(65_536, mesh, 4, 1e6).leader, 22);
});

const quick = ["bench", "model", "--quick", "-i", "3", "-x", "1"];

test("bench model measures its parameters and prints a time for every call, network and number of ranks", async () => {
  const result = await tsmpi([...quick, "--json"], { deadline: 90 });
  equal([result.code, result.stderr], [0, ""]);
  const lines = result.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const kinds = Map.groupBy(lines, ({ kind }) => kind);
  const [parameters] = kinds.get("parameters")!;
  for (const transport of ["websocket", "shared-memory"]) {
    for (const name of ["L", "o", "g", "G"]) ok(parameters[transport][name] >= 0, `${transport} ${name}`);
  }
  ok(parameters.gamma > 0);
  is(kinds.get("time")!.length, networks.length * calls.length * rankCounts.length);
  for (const { microseconds, collective } of kinds.get("time")!) ok(microseconds > 0, collective);
  is(kinds.get("mesh")!.length, rankCounts.length);
  ok(kinds.get("mesh-limit")![0].np >= 1);
  equal(await leftovers(result), []);
});

test("bench model prints where the mesh ends and what replaces it", async () => {
  const { code, stdout, stderr } = await tsmpi(quick, { deadline: 90 });
  equal([code, stderr], [0, ""]);
  match(stdout, /# Full mesh: sensible up to \d+ ranks/);
  match(stdout, /"on use": .*\n.*With leaders/);
  for (const { name } of networks) match(stdout, `\n# ${name}: `);
  ok(!/NaN|undefined|Infinity/.test(stdout), stdout);
});

test.run();
