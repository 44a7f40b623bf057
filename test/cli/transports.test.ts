// What the ranks of one host talk through: that every way gives the same results, which one is taken, and that shared
// memory leaves nothing behind.
import { test } from "uvu";
import { equal, is, match, ok } from "../support/assert.ts";
import { leftovers, start, tsmpi } from "../support/tsmpi.ts";

/** All kinds of traffic: short and long, both ways at once, collectives, buffers and values. */
const script = `import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
const { rank, size } = comm;
const next = { dest: (rank + 1) % size, source: (rank + size - 1) % size };
for (const length of [0, 1, 100, 3000, 20_000, 200_000, 3_000_001]) {
  const got = await comm.sendrecv(new Uint8Array(length).fill(rank + length), next);
  if (got.length !== length || got.some((byte) => byte !== ((next.source + length) & 255))) throw new Error("bytes " + length);
}
for (let i = 0; i < 2000; i++) {
  const value = await comm.sendrecv({ rank, i, text: "x".repeat(i % 70) }, next);
  if (value.rank !== next.source || value.i !== i || value.text.length !== i % 70) throw new Error("value " + i);
}
const sends = Array.from({ length: 3000 }, (_, i) => comm.isend(i, { dest: next.dest, tag: i % 5 }));
for (let tag = 4; tag >= 0; tag--) {
  for (let i = tag; i < 3000; i += 5) if ((await comm.recv({ source: next.source, tag })) !== i) throw new Error("order");
}
await MPI.Request.waitall(sends);
// Of values some fit where ranks show them to each other, on some ranks; several calls are in progress at once.
const requests = [];
for (let i = 0; i < 40; i++) {
  requests.push(comm.iallreduce("x".repeat(i % 3 === rank % 3 ? 10_000 : i)), comm.ibarrier(), comm.iallreduce(Float64Array.of(i, rank)));
}
const results = await MPI.Request.waitall(requests);
for (let i = 0; i < 40; i++) {
  const lengths = Array.from({ length: size }, (_, r) => (i % 3 === r % 3 ? 10_000 : i));
  if (results[3 * i].length !== lengths.reduce((a, b) => a + b)) throw new Error("text " + i);
  if (results[3 * i + 2][0] !== i * size || results[3 * i + 2][1] !== (size * (size - 1)) / 2) throw new Error("sum " + i);
}
console.log(await comm.allreduce(rank + 1), (await comm.allreduce(new Float64Array(100_000).fill(rank))).at(-1));
`;

for (const transport of ["auto", "shared-memory", "websocket"]) {
  for (const size of [2, 4, 8]) {
    test(`messages of all sizes and kinds arrive through ${transport}, on ${size} ranks`, async () => {
      const files = { "script.ts": script };
      const result = await tsmpi(["-np", `${size}`, "script.ts"], { files, env: { TSMPI_TRANSPORT: transport } });
      equal([result.stderr, result.code], ["", 0]);
      const line = `${(size * (size + 1)) / 2} ${(size * (size - 1)) / 2}`;
      equal(result.stdout.trim().split("\n"), new Array(size).fill(line));
      equal(await leftovers(result), []);
    });
  }
}

for (const transport of ["shared-memory", "websocket"]) {
  test(`with TSMPI_CHECK=1 and random delays everything arrives through ${transport}`, async () => {
    for (const [seed, size] of [2, 3, 4].entries()) {
      const env = { TSMPI_TRANSPORT: transport, TSMPI_CHECK: "1", TSMPI_DELAY: `${seed + 1}` };
      const result = await tsmpi(["-np", `${size}`, "script.ts"], { files: { "script.ts": script }, env });
      equal([result.stderr, result.code], ["", 0], `TSMPI_DELAY=${seed + 1}, ${size} ranks`);
      const line = `${(size * (size + 1)) / 2} ${(size * (size - 1)) / 2}`;
      equal(result.stdout.trim().split("\n"), new Array(size).fill(line));
    }
  });
}

test("TSMPI_CHECK and TSMPI_DELAY with values that are none are refused", async () => {
  for (const [name, value] of [
    ["TSMPI_CHECK", "yes"],
    ["TSMPI_DELAY", "much"],
  ] as const) {
    const { code, stderr } = await tsmpi(["-np", "2", "sample:hello"], { env: { [name]: value } });
    ok(code !== 0);
    match(stderr, new RegExp(`Cannot use ${name}=${value}: expected`));
  }
});

for (const [what, calls, said] of [
  ["collectives", ["comm.barrier()", "comm.bcast(1)"], /barrier\(\).*bcast\(root 0\)|bcast\(root 0\).*barrier\(\)/s],
  [
    "lengths",
    ["comm.allreduce(Float64Array.of(1))", "comm.allreduce(Float64Array.of(1, 2))"],
    /Float64Array\(1\).*Float64Array\(2\)|Float64Array\(2\).*Float64Array\(1\)/s,
  ],
  ["operators", ["comm.allreduce(1)", "comm.allreduce(1, { op: MPI.MAX })"], /SUM.*MAX|MAX.*SUM/s],
  [
    "roots",
    ["comm.bcast(1).then(() => comm.barrier())", "comm.bcast(1, { root: 1 }).then(() => comm.barrier())"],
    /root 0.*root 1|root 1.*root 0/s,
  ],
] as const) {
  test(`ranks of one host that disagree about ${what} are told so`, async () => {
    const text = `import { MPI } from "tsmpi"; const comm = MPI.COMM_WORLD;
      for (let i = 0; i < 100; i++) await comm.barrier();
      await (comm.rank === 0 ? ${calls[0]} : ${calls[1]});`;
    const result = await tsmpi(["-np", "2", "script.ts"], { files: { "script.ts": text } });
    match(result.stderr, said);
    ok(result.code !== 0);
  });
}

test("-v says why there is no shared memory", async () => {
  const run = (np: number, env: Record<string, string>) => tsmpi(["-v", "-np", `${np}`, "sample:hello"], { env });
  match((await run(2, { TSMPI_TRANSPORT: "websocket" })).stderr, /ranks share no memory: TSMPI_TRANSPORT=websocket/);
  match((await run(1, { TSMPI_TRANSPORT: "auto" })).stderr, /ranks share no memory: there is one rank/);
});

test("a transport that does not exist is refused before anything starts, with those that do", async () => {
  const { code, stderr, stdout } = await tsmpi(["-np", "2", "sample:hello"], {
    env: { TSMPI_TRANSPORT: "carrier-pigeon" },
  });
  equal([code, stdout], [2, ""]);
  match(stderr, /Cannot use TSMPI_TRANSPORT=carrier-pigeon: expected auto, shared-memory or websocket/);
});

test("--transport does what the variable does, for this job, and takes the same names", async () => {
  const { code, stderr } = await tsmpi(["-v", "-np", "2", "--transport", "websocket", "sample:hello"]);
  is(code, 0);
  match(stderr, /ranks share no memory: TSMPI_TRANSPORT=websocket/);
  const both = await tsmpi(["-v", "-np", "2", "--transport=auto", "sample:hello"], {
    env: { TSMPI_TRANSPORT: "websocket" },
  });
  ok(!both.stderr.includes("TSMPI_TRANSPORT=websocket"), both.stderr);
  const wrong = await tsmpi(["-np", "2", "--transport", "carrier-pigeon", "sample:hello"]);
  equal([wrong.code, wrong.stdout], [2, ""]);
  match(wrong.stderr, /^tsmpi: Cannot use --transport carrier-pigeon: expected auto, shared-memory or websocket\n$/);
});

test("a rank that is killed while its peers send to it through shared memory ends the job, and nothing is left", async () => {
  const text = `import { MPI } from "tsmpi";
    const comm = MPI.COMM_WORLD;
    if (comm.rank === 1) process.kill(process.pid, "SIGKILL");
    const block = new Uint8Array(1_000_000);
    for (;;) await comm.send(block, { dest: 1 });`;
  const result = await tsmpi(["-np", "3", "script.ts"], { files: { "script.ts": text } });
  is(result.code, 137);
  match(result.stderr, /rank 1 of 3 .* SIGKILL/);
  equal(await leftovers(result), []);
});

test("a launcher that is killed leaves no shared memory", async () => {
  if (process.platform !== "linux") return;
  const text = 'import { MPI } from "tsmpi"; console.log("up"); await MPI.COMM_WORLD.recv();';
  const job = await start(["-np", "2", "script.ts"], { files: { "script.ts": text } });
  await job.prints(/up\s+up/);
  job.kill("SIGKILL");
  const result = await job.ended;
  equal(await leftovers(result), []);
  ok(result.signal === "SIGKILL");
});

test.run();
