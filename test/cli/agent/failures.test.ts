// What goes wrong on several hosts ends the job everywhere, with one report that names the host, and leaves nothing.
import { test } from "uvu";
import { equal, is, match, ok } from "../../support/assert.ts";
import { type HostsJob, onHosts, run } from "./hosts.ts";

const wait = `import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
await comm.barrier();
console.log("ready", comm.rank);
`;
const compute = `${wait}for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);`;
const polite = `${wait}setInterval(() => {}, 1000);`;
/** Says that it is ready once it hears the signal. */
const on = (signal: string, text: string) => `process.on("${signal}", () => console.log("rank", comm.rank, "${text}"));
${polite}`;

/** A job of which every rank has said that it is ready. A delayed message would not leave a rank that computes. */
async function ready(job: HostsJob) {
  const running = await onHosts({ ...job, env: { TSMPI_DELAY: "0", ...job.env } });
  const ranks = job.ranks ?? job.hosts?.length ?? 2;
  for (let rank = 0; rank < ranks; rank++) await running.prints(`ready ${rank}`);
  return running;
}

async function end(running: Awaited<ReturnType<typeof ready>>) {
  const ended = await running.ended;
  for (let tries = 0; running.files().length > 0 && tries < 1000; tries++) await Bun.sleep(20);
  equal([...ended.left, ...running.files()], []);
  return ended;
}

test("an error that a script does not catch is reported with the line of the user's file, and the host", async () => {
  const { code, stderr, left, cwd } = await run({
    files: {
      "main.ts": `import { MPI } from "tsmpi";\nimport { fail } from "./lib/fail.ts";\ninterface A { a: number }\nif (MPI.COMM_WORLD.rank === 1) fail();\nelse await MPI.COMM_WORLD.recv();\n`,
      "lib/fail.ts": `interface Nothing {\n  a: 1;\n}\nexport function fail(): never {\n  throw new Error("no luck");\n}\n`,
    },
  });
  is(code, 1);
  match(stderr, /tsmpi: rank 1 of 2 \(pid \d+ on beta\) failed\n[\s\S]*no luck/);
  ok(stderr.includes(`${cwd}/lib/fail.ts:5:`), stderr);
  match(stderr, /the other rank was stopped, exit code 1/);
  equal(left, []);
});

test("abort() and process.exit() on one host end the job with their code", async () => {
  for (const call of ["await MPI.COMM_WORLD.abort(7)", "process.exit(7)"]) {
    const { code, left } = await run({
      files: { "main.ts": `${wait}if (comm.rank === 1) ${call};\nelse await comm.recv();` },
    });
    is(code, 7);
    equal(left, []);
  }
});

test("ranks on two hosts that wait for each other are reported", async () => {
  const { code, stderr, left } = await run({
    files: {
      "main.ts": `import { MPI } from "tsmpi";\nawait MPI.COMM_WORLD.recv({ source: 1 - MPI.COMM_WORLD.rank });`,
    },
    env: { TSMPI_DEADLOCK_TIMEOUT: "0.5" },
  });
  is(code, 1);
  match(stderr, /deadlock/);
  match(stderr, /rank 0 on alpha {2}recv\(source 1, tag any\) on COMM_WORLD {2}at main\.ts:2:/);
  match(stderr, /rank 1 on beta {3}recv\(source 0, tag any\) on COMM_WORLD {2}at main\.ts:2:/);
  equal(left, []);
});

test("--timeout ends the job everywhere", async () => {
  const running = await onHosts({ files: { "main.ts": compute }, plan: { timeout: 3 } });
  const { code, stderr } = await end(running);
  is(code, 124);
  match(stderr, /--timeout/);
});

test("a rank that is killed on another host is named", async () => {
  const running = await ready({ files: { "main.ts": compute } });
  const [pid] = running.on("beta", " rank ");
  process.kill(pid!, "SIGKILL");
  const { code, stderr } = await end(running);
  is(code, 137);
  match(stderr, new RegExp(`rank 1 of 2 \\(pid ${pid} on beta\\) was killed by SIGKILL`));
});

/** What runs the agent's process, and not the shell that started it. */
const agent = " agent --stdio --directory /";

test("an agent that is killed takes its ranks along and its host is named", async () => {
  const running = await ready({ files: { "main.ts": compute } });
  process.kill(running.on("beta", agent)[0]!, "SIGKILL");
  const { code, stderr } = await end(running);
  is(code, 1);
  match(stderr, /tsmpi: host beta is lost: the connection ended with exit code/);
  match(stderr, /rank 1 ran there/);
});

test("a connection that is cut ends the job everywhere, and its host is named", async () => {
  const running = await ready({ files: { "main.ts": compute } });
  process.kill(running.on("beta", "umask 077")[0]!, "SIGKILL");
  const { code, stderr } = await end(running);
  is(code, 1);
  match(
    stderr,
    /tsmpi: host beta is lost: the connection was killed by SIGKILL\n {2}rank 1 ran there\ntsmpi: the other rank was stopped, exit code 1\n$/,
  );
});

test("an agent that is frozen is given up after the heartbeat's time, its host is named, and its ranks are ended", async () => {
  const running = await ready({ files: { "main.ts": compute }, network: { heartbeat: 1.5 } });
  for (const pid of running.on("beta", agent)) process.kill(pid, "SIGSTOP");
  const { code, stderr } = await end(running);
  is(code, 1);
  match(stderr, /host beta is lost: no answer for 1.5 s/);
});

test("a launcher that is killed leaves nothing on any host", async () => {
  const running = await ready({ hosts: ["here", "alpha", "beta"], files: { "main.ts": compute } });
  running.kill("SIGKILL");
  const { code } = await end(running);
  is(code, null);
});

test("a launcher that is frozen is given up by its agents, which end their ranks themselves", async () => {
  const running = await ready({ files: { "main.ts": compute }, network: { heartbeat: 1.5 } });
  running.kill("SIGSTOP");
  for (;;) {
    const left = [...running.on("alpha", " rank "), ...running.on("beta", " rank ")];
    if (left.length === 0) break;
    await Bun.sleep(50);
  }
  running.kill("SIGCONT");
  const { code, stderr } = await end(running);
  is(code, 1);
  match(stderr, /host (alpha|beta) is lost/);
});

test("Ctrl-C reaches the ranks of all hosts, and a second one ends them at once", async () => {
  const trap = on("SIGINT", "will not go");
  const running = await ready({ files: { "main.ts": trap } });
  running.kill("SIGINT");
  await running.prints("rank 0 will not go");
  await running.prints("rank 1 will not go");
  running.kill("SIGINT");
  const { code, stderr } = await end(running);
  is(code, 130);
  match(stderr, /interrupted, stopping 2 ranks/);
});

test("SIGTERM and SIGUSR1 are passed on", async () => {
  const main = on("SIGUSR1", "got it");
  const running = await ready({ files: { "main.ts": main } });
  running.kill("SIGUSR1");
  await running.prints("rank 0 got it");
  await running.prints("rank 1 got it");
  running.kill("SIGTERM");
  is((await end(running)).code, 143);
});

test("a rank that is stopped is named once, and is not taken for dead", async () => {
  const running = await ready({ files: { "main.ts": polite }, network: { heartbeat: 1 } });
  const [pid] = running.on("beta", " rank ");
  process.kill(pid!, "SIGSTOP");
  await running.prints("rank 1 on beta was stopped by a signal (SIGSTOP)");
  process.kill(pid!, "SIGCONT");
  running.kill("SIGTERM");
  is((await end(running)).code, 143);
});

test("no secret is in an argument list or an environment, on any host", async () => {
  const main = `import { MPI } from "tsmpi";
import { readdirSync, readFileSync } from "node:fs";
await MPI.COMM_WORLD.barrier();
const texts = readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name)).flatMap((pid) => {
  try {
    const env = readFileSync(\`/proc/\${pid}/environ\`, "latin1");
    if (!env.includes(process.env.TSMPI_TEST_MARK!)) return [];
    return [readFileSync(\`/proc/\${pid}/cmdline\`, "latin1") + env.replace(/TSMPI_JOB_ID=[0-9a-f]+/, "")];
  } catch { return []; }
});
console.log(texts.length >= 6, texts.some((text) => /PRIVATE|CERTIFICATE/.test(text)), texts.some((text) => /(^|[^0-9a-f])[0-9a-f]{64}([^0-9a-f]|$)/.test(text.replaceAll(/cached [^ ]+ [0-9a-f]{64}|-[0-9a-f]{64}\\/tsmpi/g, ""))));
await MPI.COMM_WORLD.barrier();
`;
  const { stdout, code } = await run({ files: { "main.ts": main } });
  is(code, 0);
  is(stdout, "true false false\ntrue false false\n");
});

test.run();
