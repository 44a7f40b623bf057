// More ranks than connect with each other at the start: they do when they need it. Messages, collectives, windows and files
// work as ever, and so do the ends of ranks. (256 ranks: many-ranks.long.test.ts.)
import { test } from "uvu";
import { equal, is, match } from "../support/assert.ts";
import { leftovers, tsmpi } from "../support/tsmpi.ts";

const head = `import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
const { rank, size } = comm;
const busy = (ms) => { for (const end = performance.now() + ms; performance.now() < end; ); };
`;

const ways = [
  { TSMPI_TRANSPORT: "shared-memory", TSMPI_EAGER_MESH: "8" },
  { TSMPI_TRANSPORT: "websocket", TSMPI_EAGER_MESH: "8" },
  { TSMPI_TRANSPORT: "websocket", TSMPI_EAGER_MESH: "8", TSMPI_CHECK: "1", TSMPI_DELAY: "3" },
];
const name = (env: Record<string, string>) => Object.values(env).join(" ");

for (const env of ways) {
  test(`40 ranks have messages, collectives, windows and files over connections that they make: ${name(env)}`, async () => {
    const script = `${head}
      console.log(await comm.allreduce(rank));
      const next = { dest: (rank + 7) % size, source: (rank + size - 7) % size };
      const got = await comm.sendrecv(new Uint8Array(300_000).fill(rank), next);
      if (got.length !== 300_000 || got[299_999] !== next.source) throw new Error("message");
      const win = await MPI.Win.create(new Int32Array(size), { comm });
      await win.fence();
      for (const target of [0, (rank + 1) % size]) await win.put(Int32Array.of(rank + 1), { target, disp: rank });
      await win.fence();
      await win.free();
      const file = await MPI.File.open(comm, "numbers", MPI.MODE_CREATE | MPI.MODE_RDWR);
      await file.writeAtAll(4 * rank, Int32Array.of(rank));
      await file.close();`;
    const result = await tsmpi(["-np", "40", "script.ts"], { files: { "script.ts": script }, env });
    equal([result.stderr, result.code], ["", 0]);
    equal(result.stdout.trim().split("\n"), new Array(40).fill("780"));
    const written = new Int32Array(await Bun.file(`${result.cwd}/numbers`).arrayBuffer());
    equal([...written], [...new Array(40).keys()]);
    equal(await leftovers(result), []);
  });

  test(`what a rank sends last arrives, and who has finished is named, also without a connection: ${name(env)}`, async () => {
    const script = `${head}
      const said = async (source) => {
        try { return await comm.recv({ source }); } catch (error) { return error.message; }
      };
      if (rank === 0) {
        for (let i = 0; i < 5; i++) comm.isend({ i, bytes: new Uint8Array(3000) }, { dest: 1 });
        process.exit(0);
      }
      if (rank === 1) {
        for (let i = 0; i < 5; i++) if ((await comm.recv({ source: 0 })).i !== i) throw new Error("order");
        console.log("1:", await said(0));
        console.log("1:", await said(3));
      }
      if (rank === 2) {
        busy(300);
        console.log("2:", await said(0));
      }
      if (rank === 4) comm.isend("short", { dest: 6 });
      if (rank === 5) comm.isend(new Uint8Array(1_000_000), { dest: 6 });
      if (rank === 6) {
        busy(300);
        console.log("6:", await said(4), (await said(5)).length);
      }`;
    const result = await tsmpi(["-np", "12", "script.ts"], { files: { "script.ts": script }, env });
    equal([result.stderr, result.code], ["", 0]);
    const gone = (of: number) => `Cannot exchange messages with rank ${of} of COMM_WORLD: it has finished (ERR_OTHER)`;
    equal(result.stdout.trim().split("\n").toSorted(), [
      `1: ${gone(0)}`,
      `1: ${gone(3)}`,
      `2: ${gone(0)}`,
      "6: short 1000000",
    ]);
  });

  test(`ranks that wait for each other, and one that dies, are reported, also without a connection: ${name(env)}`, async () => {
    const waiting = `${head} await comm.recv({ source: (rank + 1) % size, tag: 5 });`;
    const circle = await tsmpi(["-np", "10", "script.ts"], { files: { "script.ts": waiting }, env });
    match(circle.stderr, /deadlock/);
    match(circle.stderr, /recv\(source 0, tag 5\)/);
    const dying = `${head} if (rank === 3) process.kill(process.pid, "SIGKILL"); await comm.recv({ source: 3 });`;
    const died = await tsmpi(["-np", "10", "script.ts"], { files: { "script.ts": dying }, env });
    match(died.stderr, /^tsmpi: rank 3 of 10 \(pid \d+\) was killed by SIGKILL/);
    equal([circle.code, died.code, await leftovers(died)], [1, 137, []]);
  });
}

test("ranks that wait for each other are reported, also when others have finished one after the other", async () => {
  const script = `${head}
    // It has finished when the call fails.
    if (rank === 1) await comm.recv({ source: 0 }).catch(() => {});
    if (rank > 1) await comm.recv({ source: 5 - rank });`;
  const env = { TSMPI_DEADLOCK_TIMEOUT: "0.5" };
  const { stderr, code } = await tsmpi(["-np", "4", "script.ts"], { files: { "script.ts": script }, env });
  match(stderr, /deadlock.*\n {2}ranks 0-1 {2}have finished\n {2}rank 2 {5}recv\(source 3, tag any\)/);
  is(code, 1);
});

test("a rank that waits for a busy one while its script has ended stays until it has been heard", async () => {
  const env = { TSMPI_TRANSPORT: "websocket", TSMPI_EAGER_MESH: "0" };
  const script = `${head}
    if (rank === 0) comm.isend("hello", { dest: 1 });
    else { busy(1500); console.log(await comm.recv({ source: 0 })); }`;
  const result = await tsmpi(["-np", "2", "script.ts"], { files: { "script.ts": script }, env });
  equal([result.stdout, result.stderr, result.code], ["hello\n", "", 0]);
});

test.run();
