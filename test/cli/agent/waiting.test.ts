// `tsmpi agent`, from the executable: jobs without ssh, on loopback. What goes in, what is told, and that nothing stays.
import { linkSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { equal, is, match, not, ok } from "../../support/assert.ts";
import { binary, build, type Job, leftovers, type Options, start, tsmpi, workspace } from "../../support/tsmpi.ts";

const own = { XDG_CONFIG_HOME: workspace(), TSMPI_AGENT_CODE: undefined };

interface Waiting {
  readonly job: Job;
  readonly code: string;
  /** Everything that it has printed, without the code. */
  readonly said: () => string;
}

/** Starts an agent that can be reached over loopback only. */
function agent(...more: string[]): Promise<Waiting> {
  return agentOf({}, ...more);
}

async function agentOf(options: Options, ...more: string[]): Promise<Waiting> {
  const job = await start(["agent", "--interface", "lo", ...more], { env: own, deadline: 60, ...options });
  await job.prints(/Ctrl-C/);
  const code = /^ {2}([0-9A-Z-]{50,})$/m.exec(job.output.stdout)![1]!;
  return { job, code, said: () => job.output.stdout.replaceAll(code, "CODE") };
}

const run = (args: readonly string[], options: Options = {}) =>
  tsmpi(["run", "--interface", "lo", ...args], { deadline: 60, ...options, env: { ...own, ...options.env } });

/** Ends an agent as Ctrl-C does; it leaves with 0, and nothing behind. */
async function stop({ job }: Waiting): Promise<void> {
  job.kill("SIGINT");
  const result = await job.ended;
  is(result.code, 0, result.stderr);
  equal(await leftovers(result), []);
}

const hello = `import { MPI } from "tsmpi";
import { data } from "./data.ts";
const { rank, size } = MPI.COMM_WORLD;
const sum = await MPI.COMM_WORLD.allreduce(rank);
console.log(\`rank \${rank} of \${size}, local \${process.env.TSMPI_LOCAL_SIZE}, sum \${sum}, \${data}\`);
`;
const files = { "hello.ts": hello, "data.ts": `export const data = "some data";\n` };

test("an agent says who it is, the code, and what to type on the other machine", async () => {
  const waiting = await agent("--slots", "3", "--name", "lab3", "--no-announce");
  match(waiting.said(), /^tsmpi \d+\.\d+\.\d+ agent lab3: \S+@\S+, 3 slots, port \d+$/m);
  match(waiting.said(), /^ {2}tsmpi run -np 3 --agents CODE script\.ts$/m);
  match(waiting.said(), /^waiting for jobs, one at a time; Ctrl-C stops it and what runs here$/m);
  await stop(waiting);
});

test("a job runs on two agents with one command; they say who asked and what runs, and keep nothing", async () => {
  const [a, b] = [await agent("--slots", "2"), await agent("--slots", "1", "--once")];
  const { code, stdout, stderr } = await run(["-np", "3", "--agents", `${a.code},${b.code}`, "hello.ts"], { files });
  is(stderr, "");
  is(code, 0);
  equal(stdout.trim().split("\n").sort(), [
    "rank 0 of 3, local 2, sum 3, some data",
    "rank 1 of 3, local 2, sum 3, some data",
    "rank 2 of 3, local 1, sum 3, some data",
  ]);
  await a.job.prints(/the job of .* has ended; nothing of it is left/);
  match(a.said(), /^\d\d:\d\d:\d\d \S+@\S+, from 127\.0\.0\.1, runs hello\.ts$/m);
  equal(readdirSync(a.job.tmp), []);
  is((await b.job.ended).code, 0, "--once leaves by itself");
  await stop(a);
});

test("an agent whose executable is gone meanwhile, as after an update, still runs jobs", async () => {
  await build();
  const program = join(workspace(), "tsmpi");
  linkSync(binary, program);
  const waiting = await agentOf({ program }, "--slots", "2", "--no-announce");
  rmSync(program);
  const { code, stdout, stderr } = await run(["-np", "2", "--agents", waiting.code, "hello.ts"], { files });
  equal([code, stderr], [0, ""]);
  match(stdout, "rank 1 of 2, local 2, sum 1, some data");
  await stop(waiting);
});

test("a code that has worked is remembered, for its user only; the next --agents needs none", async () => {
  const env = { XDG_CONFIG_HOME: workspace() };
  const name = `lab-${crypto.randomUUID().slice(0, 8)}`;
  const waiting = await agent("--slots", "1", "--name", name);
  is((await run(["--agents", waiting.code, "hello.ts"], { files, env })).code, 0);
  const file = join(env.XDG_CONFIG_HOME, "tsmpi/agents");
  is(statSync(file).mode & 0o777, 0o600);
  is(readFileSync(file, "utf8"), `${waiting.code}\n`);
  const again = await run(["-q", "--agents", "hello.ts"], { files, env });
  equal([again.stdout, again.code], ["rank 0 of 1, local 1, sum 0, some data\n", 0]);
  const listed = await tsmpi(["hosts", "--interface", "lo"], { env: { ...own, ...env } });
  match(listed.stdout, /^host +slots +version +round trip +code +address\n.* this machine\n/);
  match(listed.stdout, /^\S+ +1 .* ms +known, free +127\.0\.0\.1:\d+$/m);
  await stop(waiting);
  const gone = await run(["--agents", "hello.ts"], { files, env });
  // Another run of these tests may have agents there.
  match(gone.stderr, /^tsmpi: Cannot use --agents: (no agent answers\n.*firewall.*guest Wi-Fi|there are .*no code)/);
  not.match(gone.stderr, name);
  is(gone.code, 2);
});

test("codes that others may read are not used, and the file is named", async () => {
  const env = { XDG_CONFIG_HOME: workspace({ "tsmpi/agents": "x" }) };
  writeFileSync(join(env.XDG_CONFIG_HOME, "tsmpi/agents"), "x", { mode: 0o644 });
  const { stderr } = await tsmpi(["hosts", "--interface", "lo"], { env });
  match(stderr, /tsmpi\/agents is not read, as others may read it too.*chmod 600/);
});

test("TSMPI_AGENT_CODE is used and reaches no rank; no argument and no environment of the agent has the code", async () => {
  const waiting = await agent("--slots", "1");
  const script = `console.log(process.env.TSMPI_AGENT_CODE, process.env.TSMPI_RANK);`;
  const env = { XDG_CONFIG_HOME: workspace(), TSMPI_AGENT_CODE: waiting.code.toLowerCase() };
  const { stdout, code } = await run(["-q", "--agents", "env.ts"], { files: { "env.ts": script }, env });
  equal([stdout, code], ["undefined 0\n", 0]);
  for (const name of ["cmdline", "environ"]) {
    not.match(readFileSync(`/proc/${waiting.job.pid}/${name}`, "latin1"), waiting.code);
  }
  const text = `${waiting.code},nonsense`;
  const wrong = await run(["--agents", "env.ts"], { files: { "env.ts": "" }, env: { TSMPI_AGENT_CODE: text } });
  match(wrong.stderr, /^tsmpi: Cannot use code 2 of TSMPI_AGENT_CODE: it has 8 letters, which is too short$/m);
  await stop(waiting);
});

test("a busy agent says with whose job; another one cannot start more ranks than it has slots", async () => {
  const waiting = await agent("--slots", "1");
  const script = `import { MPI } from "tsmpi"; console.log("up"); await new Promise(() => setTimeout(() => {}, 1e9));`;
  const busy = await start(["run", "-q", "--agents", waiting.code, "long.ts"], {
    env: own,
    files: { "long.ts": script },
    deadline: 60,
  });
  await busy.prints("up");
  const second = await run(["--agents", waiting.code, "hello.ts"], { files });
  match(
    second.stderr,
    /127\.0\.0\.1 \(agent\): the agent at 127\.0\.0\.1:\d+ refuses: it is busy with a job of \S+@\S+/,
  );
  ok(second.code !== 0);
  busy.kill("SIGINT");
  await busy.ended;
  await waiting.job.prints(/has ended/);
  const many = await run(["-np", "2", "--agents", waiting.code, "hello.ts"], { files });
  match(many.stderr, "Cannot place 2 ranks: the agent at 127.0.0.1 gives 1 slot");
  is(many.code, 2);
  await stop(waiting);
});

test("Ctrl-C at the agent ends the ranks there and the whole job, which names the host", async () => {
  const waiting = await agent("--slots", "2");
  const script = `import { MPI } from "tsmpi"; console.log("up"); await new Promise(() => setTimeout(() => {}, 1e9));`;
  const job = await start(["run", "-q", "--agents", waiting.code, "long.ts"], {
    env: own,
    files: { "long.ts": script },
    deadline: 60,
  });
  await job.prints(/up\nup\n/);
  await stop(waiting);
  match(waiting.said(), /has ended: the agent was stopped; nothing of it is left/);
  const { code, stderr } = await job.ended;
  match(stderr, "127.0.0.1");
  ok(code !== 0);
});

test("a launcher that is killed leaves nothing on the agent, which takes the next job", async () => {
  const waiting = await agent("--slots", "1");
  const script = `import { MPI } from "tsmpi"; console.log("up"); for (;;);`;
  const job = await start(["run", "-q", "--agents", waiting.code, "spin.ts"], {
    env: own,
    files: { "spin.ts": script },
    deadline: 60,
  });
  await job.prints("up");
  job.kill("SIGKILL");
  await waiting.job.prints(/has ended: the launcher has gone; nothing of it is left/);
  equal(readdirSync(waiting.job.tmp), []);
  is((await run(["--agents", waiting.code, "hello.ts"], { files })).code, 0);
  await stop(waiting);
});

test("an agent that is killed leaves no rank and no file, and its launcher names the host", async () => {
  const waiting = await agent("--slots", "2");
  const script = `import { MPI } from "tsmpi"; await Bun.write("here.txt", "x"); console.log("up"); for (;;);`;
  const job = await start(["run", "-q", "--agents", waiting.code, "spin.ts"], {
    env: own,
    files: { "spin.ts": script },
    deadline: 60,
  });
  await job.prints(/up\nup\n/);
  waiting.job.kill("SIGKILL");
  const { code, stderr } = await job.ended;
  match(stderr, "127.0.0.1");
  ok(code !== 0);
  equal(await leftovers(await waiting.job.ended), []);
});

test("an agent that has ended, and one that was started again at its port, are told apart", async () => {
  const first = await agent("--slots", "1", "--no-announce");
  const port = /port (\d+)/.exec(first.said())![1]!;
  await stop(first);
  const gone = await run(["--agents", first.code, "hello.ts"], { files });
  match(gone.stderr, new RegExp(`nobody listens at 127\\.0\\.0\\.1:${port}\n.*started again`));
  const second = await agent("--slots", "1", "--port", port);
  const other = await run(["--agents", first.code, "hello.ts"], { files });
  match(other.stderr, /what listens at 127\.0\.0\.1:\d+ is not the agent of this code/);
  await stop(second);
});

test("wrong options of agent and hosts are named", async () => {
  for (const [argv, pattern] of [
    [["agent", "--slots", "0"], /--slots 0: expected a whole number from 1 to 255/],
    [["agent", "--slot", "2"], /did you mean --slots\?/],
    [["agent", "--port"], /--port: its value is missing/],
    [["agent", "--once=yes"], /--once=yes: expected no value/],
    [["agent", "--name", "a b"], /--name "a b": expected letters/],
    [["agent", "--interface", "nothing0"], /no address of this machine is nothing0/],
    [["hosts", "everything"], /tsmpi hosts has no such option/],
  ] as const) {
    const { code, stderr, stdout } = await tsmpi(argv);
    match(stderr, pattern);
    equal([code, stdout], [2, ""]);
  }
});

test.run();
