// What goes wrong in the middle of a job on several hosts ends it everywhere, with one report that names the host or the
// rank; nothing is left on any host.
// deadline: 300
import { test } from "uvu";
import { equal, is, match, skip } from "../support/assert.ts";
import { type Lan, makeLan, noLan, type Running } from "../support/lan.ts";
import { HOME } from "../support/lan-process.ts";

const reason = noLan();
let lan: Lan;

/** Ranks that wait for a message that never comes, and ranks that compute and let nothing in. */
const head = `import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
await comm.barrier();
console.log("ready", comm.rank);
`;
const scripts = {
  "wait.ts": `${head}if (comm.rank === 0) setInterval(() => {}, 1000);\nawait comm.recv({ source: (comm.rank + 1) % comm.size });\n`,
  "compute.ts": `${head}for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);\n`,
  "talk.ts": `${head}for (;;) await comm.allreduce(new Float64Array(10_000));\n`,
};

/** A job with rank i on host i, of which every rank has said that it is ready. */
async function ready(script: string, ...options: string[]): Promise<Running> {
  const hosts = lan.hosts.map(({ name }) => name).join(",");
  // A delayed message would not leave a rank that computes without a pause.
  const env = { TSMPI_DELAY: "0" };
  const job = lan.start(["run", "-np", "3", "-hosts", hosts, ...options, script], { deadline: 45, env });
  await job.prints(/(ready \d\n){3}/);
  return job;
}

/** The job ends with `code`, and leaves nothing on any host within a heartbeat's time. */
async function ends(job: Running, code: number | null, report: RegExp): Promise<string> {
  const ended = await job.ended;
  match(ended.stderr, report, ended.stderr);
  is(ended.code, code, ended.stderr);
  // Only one report.
  is(
    ended.stderr.split("\n").filter((line) => /^tsmpi: (rank|host|the connection)/.test(line)).length,
    code === null ? 0 : 1,
  );
  equal(await lan.leftovers(), []);
  return ended.stderr;
}

/** The agent on a host, and not the shell that has started it and sweeps up after it. */
function agentOn(index: number): number {
  const agents = lan.host(index).processes();
  return agents.find(({ command }) => /^\S+\/tsmpi agent --stdio/.test(command))!.pid;
}

if (reason !== undefined) skip("faults on several hosts", reason);
else {
  test.before(async () => {
    lan = await makeLan({ hosts: 3 });
    for (const [name, text] of Object.entries(scripts)) lan.host(0).write(`${HOME}/${name}`, text);
  });
  test.after(() => lan.end());

  for (const script of Object.keys(scripts)) {
    test(`a rank of ${script} that is killed on another host ends the job`, async () => {
      const job = await ready(script);
      process.kill(lan.host(1).process(" rank ").pid, "SIGKILL");
      await ends(job, 137, /^tsmpi: rank 1 of 3 \(pid \d+ on lab1\) was killed by SIGKILL/m);
    });

    test(`an agent that is killed ends the ranks of ${script} and is named by its host`, async () => {
      const job = await ready(script);
      process.kill(agentOn(2), "SIGKILL");
      await ends(job, 1, /^tsmpi: host lab2 is lost: /m);
    });

    test(`a cable that is taken out ends ${script} everywhere, and the host is named`, async () => {
      const job = await ready(script, "--heartbeat", "2");
      await lan.without(1, async () => {
        const ended = await job.ended;
        match(ended.stderr, /^tsmpi: host lab1 is lost: no answer for 2 s/m);
        is(ended.code, 1);
        equal(await lan.leftovers(10_000, [lan.host(0), lan.host(2)]), []);
        // The ranks there end themselves, though nobody can tell them.
        const working = () =>
          lan
            .host(1)
            .processes()
            .some(({ command }) => / rank |agent/.test(command));
        while (working()) await Bun.sleep(50);
      });
      equal(await lan.leftovers(20_000), []);
    });

    test(`a launcher of ${script} that is killed leaves nothing anywhere`, async () => {
      const job = await ready(script);
      await job.kill("SIGKILL");
      is((await job.ended).signal, "SIGKILL");
      equal(await lan.leftovers(), []);
    });

    test(`Ctrl-C ends ${script} everywhere`, async () => {
      const job = await ready(script);
      await job.kill("SIGINT");
      const { code, stderr } = await job.ended;
      is(code, 130);
      match(stderr, /interrupted, stopping 3 ranks/);
      equal(await lan.leftovers(), []);
    });
  }

  test("a cable that is out for less than the heartbeat's time does no harm", async () => {
    const script = `${head}let sum = 0;
for (let i = 0; i < 200; i++) { sum += await comm.allreduce(1); if (i === 50 && comm.rank === 0) { console.log("middle"); } await new Promise((done) => setTimeout(done, 5)); }
console.log("sum", sum);`;
    lan.host(0).write(`${HOME}/flap.ts`, script);
    const job = lan.start("run -np 3 -hosts lab0,lab1,lab2 --heartbeat 10 flap.ts".split(" "));
    await job.prints("middle");
    await lan.down(1);
    await lan.up(1);
    const { code, stdout, stderr } = await job.ended;
    is(code, 0, stderr);
    is(stdout.match(/sum 600/g)?.length, 3);
    equal(await lan.leftovers(), []);
  });

  test("a rank that is stopped is noted and waited for; continued, the job goes on", async () => {
    const script = `${head}if (comm.rank === 1) {
  while (!(await Bun.file("/tmp/go").exists())) await Bun.sleep(10);
  await comm.send("on it goes", { dest: 0 });
} else if (comm.rank === 0) console.log(await comm.recv({ source: 1 }));`;
    lan.host(0).write(`${HOME}/stop.ts`, script);
    const job = await ready("stop.ts", "--heartbeat", "5");
    const { pid } = lan.host(1).process(" rank ");
    process.kill(pid, "SIGSTOP");
    await job.prints(/^tsmpi: rank 1 on lab1 was stopped by a signal \(SIGSTOP\)$/m);
    lan.host(1).write("/tmp/go", "");
    process.kill(pid, "SIGCONT");
    const { code, stdout } = await job.ended;
    is(code, 0);
    match(stdout, /^on it goes$/m);
    equal(await lan.leftovers(), []);
  });

  for (const index of [0, 1]) {
    const where = index === 0 ? "the launcher's host" : "another host";
    test(`a rank on ${where} that stays stopped for the heartbeat's time ends the job`, async () => {
      const job = await ready("talk.ts", "--heartbeat", "2");
      process.kill(lan.host(index).process(" rank ").pid, "SIGSTOP");
      const report = `^tsmpi: rank ${index} of 3 \\(pid \\d+ on lab${index}\\) stood still for 2 s, stopped by a signal \\(SIGSTOP\\)`;
      const ended = await job.ended;
      match(ended.stderr, new RegExp(report, "m"));
      is(ended.code, 1);
      equal(await lan.leftovers(), []);
    });
  }

  for (const script of ["wait.ts", "talk.ts"]) {
    test(`two hosts that cannot reach each other, though the launcher reaches both, end ${script}`, async () => {
      const job = await ready(script, "--heartbeat", "2");
      await lan.host(1).sh("ip route add blackhole 10.91.0.3/32");
      const { code, stderr } = await job.ended;
      await lan.host(1).sh("ip route del blackhole 10.91.0.3/32");
      is(code, 1);
      match(stderr, /^tsmpi: (the connection between )?rank [12] .*on lab[12]/m);
      match(stderr, /no answer for \d s|was closed/);
      equal(await lan.leftovers(), []);
    });
  }

  test("a rank that computes and reads nothing for longer than the heartbeat's time is no lost connection", async () => {
    const script = `${head}if (comm.rank === 1) {
  const sent = Array.from({ length: 300 }, () => comm.isend(new Float64Array(8000), { dest: 2 }));
  await MPI.Request.waitall([...sent, comm.isend(new Float64Array(2_000_000), { dest: 2 })]);
} else if (comm.rank === 2) {
  for (const end = performance.now() + 5000; performance.now() < end; );
  for (let i = 0; i < 300; i++) await comm.recv({ source: 1 });
  console.log("got", (await comm.recv({ source: 1 })).length);
}`;
    lan.host(0).write(`${HOME}/busy.ts`, script);
    const { code, stdout, stderr } = await (await ready("busy.ts", "--heartbeat", "1")).ended;
    is(code, 0, stderr);
    match(stdout, /^got 2000000$/m);
    equal(await lan.leftovers(), []);
  });

  test("a connection of ssh that is cut, and sshd with it, is named by its host", async () => {
    const job = await ready("wait.ts");
    await lan.host(1).stopSshd();
    for (const { pid, command } of lan.host(1).processes())
      if (command.startsWith("sshd")) process.kill(pid, "SIGKILL");
    await ends(job, 1, /^tsmpi: host lab1 is lost: /m);
    await lan.host(1).startSshd();
  });

  test("an agent that is frozen is given up after the heartbeat's time, and its ranks are ended", async () => {
    const job = await ready("compute.ts", "--heartbeat", "2");
    process.kill(agentOn(2), "SIGSTOP");
    await ends(job, 1, /^tsmpi: host lab2 is lost: no answer for 2 s/m);
  });

  test("a whole host that stands still is given up, and its ranks end themselves when it goes on", async () => {
    const job = await ready("talk.ts", "--heartbeat", "2");
    const frozen = lan.host(1).processes();
    for (const { pid } of frozen) process.kill(pid, "SIGSTOP");
    await lan.without(1, async () => {
      const { code, stderr } = await job.ended;
      is(code, 1);
      match(stderr, /^tsmpi: host lab1 is lost: no answer for 2 s/m);
      equal(await lan.leftovers(10_000, [lan.host(0), lan.host(2)]), []);
    });
    for (const { pid } of frozen) {
      try {
        process.kill(pid, "SIGCONT");
      } catch {
        // It has been ended by force.
      }
    }
    equal(await lan.leftovers(20_000), []);
  });
}

test.run();
