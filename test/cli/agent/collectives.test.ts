// Collectives whose ranks are on several hosts, with real ranks: on each host through the memory that its ranks share, one
// leader of each host to the others.
// deadline: 400
import { test } from "uvu";
import { is, match } from "../../support/assert.ts";
import { run } from "./hosts.ts";

/** Each host's ranks follow each other, or take turns; and one host has one rank only. */
const placements = { following: [0, 0, 0, 1, 1, 1], "in turn": [0, 1, 0, 1, 0, 1], "of two sizes": [0, 1, 1, 1, 1] };

const everyCollective = `
import { MPI } from "tsmpi";
const world = MPI.COMM_WORLD;
const twice = [world, await world.dup(), await world.split(0, -world.rank), await world.split(world.rank % 2, 0)];
const text = MPI.Op.create((a, b) => a + b, { commute: false });
const same = (a, b, what) => {
  if (!Bun.deepEquals(a, b)) throw new Error(what + ": " + Bun.inspect(a).slice(0, 200) + ", expected " + Bun.inspect(b).slice(0, 200));
};
for (const row of ["hierarchical", "linear"]) {
  for (const name of ["BARRIER", "BCAST", "ALLGATHER", "REDUCE", "ALLREDUCE"]) process.env["TSMPI_" + name] = row;
  for (const [c, comm] of twice.entries()) {
    const { rank, size } = comm;
    const all = Array.from({ length: size }, (_, i) => i);
    const letters = all.map((i) => String.fromCharCode(97 + i)).join("");
    const sum = (size * (size - 1)) / 2;
    for (const length of [1, 1000, 30_000]) {
      const data = new Float64Array(length).fill(rank);
      const expected = new Float64Array(length).fill(sum);
      const what = row + " on " + c + ", " + length + " elements";
      await comm.barrier();
      same(await comm.allreduce(data), expected, "allreduce " + what);
      same(await comm.allreduce(data, { into: data.slice() }), expected, "allreduce into " + what);
      same(await comm.allgather({ rank, data }), all.map((i) => ({ rank: i, data: new Float64Array(length).fill(i) })), "allgather " + what);
      const gathered = new Float64Array(length * size);
      const theirs = Float64Array.from({ length: length * size }, (_, i) => Math.floor(i / length));
      same(await comm.allgather(data, { into: gathered }), theirs, "allgather into " + what);
      same(await comm.allreduce(letters[rank], { op: text }), letters, "allreduce of text " + what);
      for (const root of all) {
        same(await comm.reduce(data, { root }), rank === root ? expected : null, "reduce " + what);
        same(await comm.reduce(letters[rank], { op: text, root }), rank === root ? letters : null, "reduce of text " + what);
        same(await comm.bcast(rank === root ? data : null, { root }), new Float64Array(length).fill(root), "bcast " + what);
        const into = new Float64Array(length);
        same(await comm.bcast(rank === root ? data : null, { root, into }), new Float64Array(length).fill(root), "bcast into " + what);
        same(await comm.bcast(rank === root ? { root, data } : null, { root }), { root, data: new Float64Array(length).fill(root) }, "bcast of an object " + what);
      }
    }
    // Several at once, of which each takes its turn on the hosts.
    const requests = [];
    for (let i = 0; i < 20; i++) requests.push(comm.iallreduce(i + rank), comm.ibarrier(), comm.ibcast(rank === i % size ? i : null, { root: i % size }));
    same(await MPI.Request.waitall(requests), Array.from({ length: 20 }, (_, i) => [sum + i * size, undefined, i]).flat(), "requests");
  }
}
console.log("right", world.rank);
`;

for (const [name, placement] of Object.entries(placements)) {
  for (const env of [{ TSMPI_CHECK: "1", TSMPI_DELAY: "7" }, { TSMPI_TRANSPORT: "websocket" }]) {
    test(`hierarchical gives what linear gives, hosts with ranks ${name}, ${Object.keys(env).join(" and ")}`, async () => {
      const { stdout, stderr, code, left } = await run({
        ranks: placement.length,
        files: { "main.ts": everyCollective },
        plan: { placement },
        env,
      });
      is(code, 0, stderr);
      is(stdout.match(/right \d/g)?.length, placement.length, stderr);
      is(left.length, 0);
    });
  }
}

/** Six ranks, three on each of two hosts. */
const job = (text: string, env: Record<string, string> = {}) =>
  run({
    ranks: 6,
    files: { "main.ts": `import { MPI } from "tsmpi";\nconst comm = MPI.COMM_WORLD;\n${text}\n` },
    plan: { placement: placements.following },
    env,
  });

test("a rank that makes another call than the ranks of its host is named", async () => {
  const { stderr, code } = await job(
    "for (let i = 0; i < 10; i++) await comm.barrier();\nawait (comm.rank === 4 ? comm.allreduce(1) : comm.barrier());",
  );
  is(code === 0, false);
  match(stderr, /rank 4 called allreduce\(SUM\)/);
  match(stderr, /rank [35] called barrier\(\)/);
});

test("hosts that make different calls: the error names both", async () => {
  const { stderr, code } = await job("await (comm.rank < 3 ? comm.allreduce(1) : comm.barrier());");
  is(code === 0, false);
  match(stderr, /rank 0 called allreduce\(SUM\)/);
  match(stderr, /rank 3 called barrier\(\)/);
});

test("a rank that is killed ends a collective of all hosts", async () => {
  const { stderr, code, left } = await job(
    "for (let i = 0; ; i++) {\n  if (i === 50 && comm.rank === 4) process.kill(process.pid, 'SIGKILL');\n  await comm.allreduce(i);\n}",
  );
  is(code, 137, stderr);
  match(stderr, /rank 4 of 6 .* was killed by SIGKILL/);
  is(left.length, 0);
});

test("ranks that wait in vain are reported with whom they wait for, on their host and on others", async () => {
  const { stderr, code } = await job(
    "await (comm.rank === 4 ? comm.recv({ source: 0 }) : comm.allreduce(new Float64Array(3)));",
    { TSMPI_DEADLOCK_TIMEOUT: "1" },
  );
  is(code === 0, false);
  match(stderr, /ranks 0, 5 .*allreduce\(SUM\).*waiting for rank 3/);
  match(stderr, /ranks 1-2 .*allreduce\(SUM\).*waiting for rank 0/);
  match(stderr, /rank 3 .*allreduce\(SUM\).*waiting for rank 4/);
});

test.run();
