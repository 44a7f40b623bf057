// What a script may rely on when real ranks run it: how it ends, how it waits, how it imports the library, and that a job
// of one rank needs no launcher.
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { equal, is, match, ok } from "../support/assert.ts";
import { leftovers, type Options, type Result, tsmpi, workspace } from "../support/tsmpi.ts";

const root = join(import.meta.dir, "../..");
const head = 'import { MPI } from "tsmpi";\nconst comm = MPI.COMM_WORLD;\n';

/** Runs the text as a script on `size` ranks. */
function run(size: number, script: string, options: Options = {}): Promise<Result> {
  return tsmpi(["-np", `${size}`, "script.ts"], { ...options, files: { "script.ts": script, ...options.files } });
}

/** The lines of standard output, in alphabetical order: those of different ranks have no order. */
const lines = ({ stdout }: Result) => stdout.split("\n").slice(0, -1).sort();

async function endsWell(result: Result): Promise<void> {
  equal([result.stderr, result.code], ["", 0]);
  equal(await leftovers(result), []);
}

test("a script that ends with main(), not awaited, runs to its end, with waits, timers and nested calls", async () => {
  const result = await run(
    3,
    `${head}
    async function main() {
      const { rank, size } = comm;
      const left = await comm.sendrecv(rank, { dest: (rank + 1) % size, source: (rank + size - 1) % size });
      await new Promise((resolve) => setTimeout(resolve, 20 * rank));
      await comm.barrier();
      const request = comm.irecv({ source: MPI.ANY_SOURCE, tag: 1 });
      setTimeout(() => comm.send("later", { dest: rank, tag: 1 }), 5);
      console.log(rank, left, await request.wait(), await comm.allreduce(1));
    }
    main();`,
  );
  await endsWell(result);
  equal(lines(result), ["0 2 later 3", "1 0 later 3", "2 1 later 3"]);
});

test("timers run and an HTTP server answers while the script waits in recv()", async () => {
  const result = await run(
    2,
    `${head}
    if (comm.rank === 0) {
      let ticks = 0;
      const ticking = setInterval(() => ticks++, 5);
      const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("served after " + ticks) });
      await comm.send(server.port, { dest: 1 });
      console.log(await comm.recv({ source: 1 }), ticks >= 3);
      clearInterval(ticking);
      server.stop(true);
    } else {
      const port = await comm.recv({ source: 0 });
      let text = "";
      while (!/after ([3-9]|\\d\\d)/.test(text)) text = await (await fetch("http://127.0.0.1:" + port)).text();
      await comm.send(text.replace(/\\d+/, "some"), { dest: 0 });
    }`,
  );
  await endsWell(result);
  equal(lines(result), ["served after some true"]);
});

test("a rank that waits three seconds in recv() uses next to no processor time", async () => {
  const result = await run(
    2,
    `${head}
    if (comm.rank === 1) {
      await Bun.sleep(3000);
      await comm.send("enough", { dest: 0 });
    } else {
      await comm.recv({ source: 1, tag: 5, signal: AbortSignal.timeout(100) }).catch(() => {}); // Behind the start.
      const before = process.cpuUsage();
      const start = performance.now();
      await comm.recv({ source: 1 });
      const { user, system } = process.cpuUsage(before);
      console.log(((user + system) / 10 / (performance.now() - start)).toFixed(2) + " %");
    }`,
  );
  await endsWell(result);
  const [share = ""] = lines(result);
  console.log(`an idle rank: ${share}`);
  match(share, /^\d+\.\d+ %$/);
  ok(Number.parseFloat(share) < 5, share);
});

test("a rank that ends early does not disturb the others, which communicate for a while longer", async () => {
  const result = await run(
    4,
    `${head}
    const { rank } = comm;
    if (rank === 3) {
      await comm.send("last words", { dest: 0 });
    } else {
      if (rank === 0) console.log(await comm.recv({ source: 3 }));
      const peers = [(rank + 1) % 3, (rank + 2) % 3];
      for (let i = 0; i < 300; i++) {
        const got = await comm.sendrecv([i, "x".repeat(i % 2 ? 200_000 : 2)], { dest: peers[0], source: peers[1] });
        if (got[0] !== i) throw new Error("wrong");
        if (i % 50 === 0) await Bun.sleep(20);
      }
      console.log(rank + " is done");
    }`,
  );
  await endsWell(result);
  equal(lines(result), ["0 is done", "1 is done", "2 is done", "last words"]);
});

test("a message that nobody waits for yet is delivered although its sender's script has ended", async () => {
  const result = await run(
    2,
    `${head}
    if (comm.rank === 0) {
      for (let i = 0; i < 100; i++) comm.isend([i, new Float64Array(i * 1000)], { dest: 1 });
    } else {
      await Bun.sleep(300);
      for (let i = 0; i < 100; i++) {
        const [n, array] = await comm.recv({ source: 0 });
        if (n !== i || array.length !== i * 1000) throw new Error("wrong");
      }
      console.log("all are here");
    }`,
  );
  await endsWell(result);
  equal(lines(result), ["all are here"]);
});

test("calls after finalize() are errors that say so; process.exitCode counts, and finalize() twice is an error", async () => {
  const result = await run(
    2,
    `${head}
    const early = comm.irecv({ source: MPI.PROC_NULL });
    await MPI.finalize();
    const calls = {
      send: () => comm.send(1, { dest: 0 }),
      recv: () => comm.recv(),
      isend: async () => comm.isend(1, { dest: 0 }),
      probe: () => comm.probe(),
      barrier: () => comm.barrier(),
      iallreduce: async () => comm.iallreduce(1),
      finalize: () => MPI.finalize(),
    };
    await early.wait();
    for (const [name, call] of Object.entries(calls)) {
      await call().then(
        () => console.log(comm.rank, name, "worked"),
        (error) => console.log(comm.rank, name, error instanceof MPI.Exception, error.message),
      );
    }
    console.log(comm.rank, MPI.isInitialized(), MPI.isFinalized(), comm.size, MPI.getProcessorName().length > 0);
    // An exit code that is not 0 ends the other rank too, which must have said all by then; MPI cannot tell any more.
    const { existsSync, writeFileSync } = await import("node:fs");
    if (comm.rank === 0) writeFileSync("said", "");
    else {
      while (!existsSync("said")) await Bun.sleep(1);
      process.exitCode = 3;
    }`,
  );
  is(result.code, 3);
  const of = (call: string) => `Cannot call ${call} on COMM_WORLD: MPI has been finalized (ERR_OTHER)`;
  for (const rank of [0, 1]) {
    equal(
      lines(result).filter((line) => line.startsWith(`${rank} `)),
      [
        `${rank} barrier true ${of("barrier")}`,
        `${rank} finalize true Cannot call finalize: MPI has been finalized already (ERR_OTHER)`,
        `${rank} iallreduce true ${of("iallreduce")}`,
        `${rank} isend true ${of("send")}`,
        `${rank} probe true ${of("probe")}`,
        `${rank} recv true ${of("recv")}`,
        `${rank} send true ${of("send")}`,
        `${rank} true true 2 true`,
      ],
    );
  }
  equal(await leftovers(result), []);
});

test("process.exitCode of one rank at a normal end is the job's exit code", async () => {
  const result = await run(3, `${head} await comm.barrier(); if (comm.rank === 2) process.exitCode = 3;`);
  is(result.code, 3);
  equal(await leftovers(result), []);
});

test("named exports, the default export and MPI are the same things, and types can be imported", async () => {
  const result = await run(
    2,
    `import Default, { MPI, COMM_WORLD, SUM, Exception, type Comm, type Intracomm } from "tsmpi";
    import * as everything from "tsmpi";
    const comm: Intracomm = COMM_WORLD;
    const total = await (comm as Comm).allreduce(comm.rank + 1, { op: SUM });
    console.log(comm.rank, total, Default === MPI, MPI.COMM_WORLD === COMM_WORLD, Default.SUM === SUM);
    console.log(comm.rank, MPI.Exception === Exception, everything.COMM_SELF === MPI.COMM_SELF, everything.MPI === MPI);`,
  );
  await endsWell(result);
  equal(lines(result), ["0 3 true true true", "0 true true true", "1 3 true true true", "1 true true true"]);
});

const alone = `${head}
console.log(comm.rank, comm.size, await comm.allreduce(5), MPI.COMM_SELF.size);
const receiving = comm.recv({ source: 0, tag: 2 });
async function main() {
  await comm.send(new Map([[1, process.argv.slice(2)]]), { dest: 0, tag: 2 });
  console.log((await receiving).get(1).join("+"));
  process.exitCode = 3;
}
main();
`;

test("tsmpi script.ts, without a launcher, is a job of one rank", async () => {
  const result = await tsmpi(["script.ts", "a", "-np", "--b"], { files: { "script.ts": alone } });
  equal([result.stdout, result.stderr, result.code], ["0 1 5 1\na+-np+--b\n", "", 3]);
  equal(await leftovers(result), []);
});

test("bun script.ts, with the npm package, is a job of one rank, and its finalize() works", async () => {
  const directory = workspace({
    "script.ts": alone,
    "waits.ts": `${head} async function main() { await comm.recv({ source: 0, tag: 7 }); } main();`,
    "ends.ts": `${head} await MPI.finalize(); console.log(MPI.isFinalized()); comm.send(1, { dest: 0 });`,
  });
  mkdirSync(join(directory, "node_modules"));
  symlinkSync(root, join(directory, "node_modules/tsmpi"));
  const bun = (...args: string[]) =>
    Bun.spawnSync([process.execPath, ...args], { cwd: directory, stdout: "pipe", stderr: "pipe" });
  const result = bun("script.ts", "a", "b");
  equal([`${result.stdout}`, `${result.stderr}`, result.exitCode], ["0 1 5 1\na+b\n", "", 3]);
  const ended = bun("ends.ts");
  equal([`${ended.stdout}`, ended.exitCode], ["true\n", 1]);
  match(`${ended.stderr}`, "Cannot call send on COMM_WORLD: MPI has been finalized (ERR_OTHER)");
  const waiting = bun("waits.ts");
  is(waiting.exitCode, 1);
  match(
    `${waiting.stderr}`,
    /deadlock: the only rank waits .*\n\s+recv\(source 0, tag 7\) on COMM_WORLD {2}at waits\.ts:/,
  );
});

test("bun script.ts that waits at its top level for what nobody sends says so, as its event loop never ends", async () => {
  const directory = workspace({ "waits.ts": `${head} await comm.recv({ source: 0, tag: 7 });` });
  mkdirSync(join(directory, "node_modules"));
  symlinkSync(root, join(directory, "node_modules/tsmpi"));
  const env = { ...process.env, TSMPI_DEADLOCK_TIMEOUT: "0.2" };
  const child = Bun.spawn([process.execPath, "waits.ts"], { cwd: directory, env, stderr: "pipe" });
  let said = "";
  for await (const bytes of child.stderr) {
    said += Buffer.from(bytes).toString();
    if (/waits\.ts:/.test(said)) child.kill();
  }
  match(
    said,
    /the only rank waits for what only this script .*\n\s+recv\(source 0, tag 7\) on COMM_WORLD {2}at waits\.ts:3/,
  );
});

test.run();
