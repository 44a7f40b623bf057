// Programs whose ranks disagree end with one report that names both sides and the line of the call, however late it shows.
import { test } from "uvu";
import { equal, is, match } from "../support/assert.ts";
import { leftovers, tsmpi } from "../support/tsmpi.ts";

/** Runs the text behind the usual head as a script on `size` ranks. */
async function run(size: number, text: string, env: Record<string, string> = {}) {
  const script = `import { MPI } from "tsmpi";\nconst comm = MPI.COMM_WORLD;\n${text}`;
  const result = await tsmpi(["-np", `${size}`, "script.ts"], { files: { "script.ts": script }, env });
  equal(await leftovers(result), []);
  return result;
}

test("a bcast with two roots, after which nothing comes, fails at the end, with the line of the bcast", async () => {
  const { code, stderr } = await run(2, "console.log(await comm.bcast(1, { root: comm.rank }));");
  is(code, 1);
  match(
    stderr,
    /Cannot complete bcast\(root (\d)\) on COMM_WORLD: rank \d called bcast\(root \d\), rank \1 called bcast/,
  );
  match(stderr, /ERR_ROOT/);
  match(stderr, /script\.ts:3:\d+/);
});

test("a bcast of long data with two roots fails at once, and is no deadlock", async () => {
  const { code, stderr } = await run(3, "await comm.bcast(new Float64Array(1e6), { root: Math.min(comm.rank, 1) });");
  is(code, 1);
  match(stderr, /rank \d called bcast\(root \d\), rank \d called bcast\(root \d\) \(ERR_ROOT\)/);
  match(stderr, /script\.ts:3:\d+/);
});

test("another collective, another operator and another kind of elements are reported", async () => {
  const calls = {
    "rank 1 called allreduce(SUM)": "comm.rank ? await comm.allreduce(1) : await comm.bcast(1);",
    "allreduce(MAX)": "await comm.allreduce(1, { op: comm.rank ? MPI.MAX : MPI.SUM });",
    "allreduce(SUM, BigInt64Array(2))": "await comm.allreduce(comm.rank ? new BigInt64Array(2) : new Float64Array(2));",
  };
  for (const [sides, text] of Object.entries(calls)) {
    const { code, stderr } = await run(2, text);
    is(code, 1);
    is(stderr.includes(sides), true, stderr);
    match(stderr, /script\.ts:3:\d+/);
  }
});

test("gathers at two roots, where nobody sends anything to anybody who could compare, are reported with both roots", async () => {
  const text = "await comm.gather(1, { root: comm.rank });";
  const sharing = await run(2, text, { TSMPI_TRANSPORT: "shared-memory" });
  is(sharing.code, 1);
  match(sharing.stderr, /rank 0 called gather\(root 0\)/);
  match(sharing.stderr, /rank 1 called gather\(root 1\)/);
  const { code, stderr } = await run(2, text, { TSMPI_TRANSPORT: "websocket" });
  is(code, 1);
  match(stderr, /rank 0 {2}gather\(root 0\) on COMM_WORLD, waiting for rank 1 {2}at script\.ts:3/);
  match(stderr, /rank 1 {2}gather\(root 1\) on COMM_WORLD, waiting for rank 0 {2}at script\.ts:3/);
});

test("messages that nobody has received are noted at the end, and the job succeeds", async () => {
  const text = `const other = await comm.dup();
    if (comm.rank === 0) {
      await comm.send(1, { dest: 1, tag: 4 });
      await comm.send(new Float64Array(3), { dest: 1, tag: 5 });
      await other.send(1, { dest: 1 });
    }
    await comm.barrier();
    await other.free();`;
  // A delayed message may come when its communicator is gone.
  const { code, stderr } = await run(2, text, { TSMPI_DELAY: "0" });
  is(code, 0);
  equal(stderr.split("\n").sort(), [
    "",
    "tsmpi: rank 1 has ended and never received 2 messages, the first from rank 0, tag 4, on COMM_WORLD",
    "tsmpi: rank 1 has ended and never received a message from rank 0, tag 0, on dup of COMM_WORLD",
  ]);
});

test("a job of one rank notes the message that it has sent to itself and not received", async () => {
  const script = 'import { MPI } from "tsmpi";\nawait MPI.COMM_SELF.send(1, { dest: 0, tag: 2 });\n';
  const { code, stderr } = await tsmpi(["script.ts"], { files: { "script.ts": script } });
  equal([code, stderr], [0, "tsmpi: rank 0 has ended and never received a message from rank 0, tag 2, on COMM_SELF\n"]);
});

test.run();
