// Agents on hosts of a network of their own: found by mDNS, used without ssh.
import { test } from "uvu";
import { equal, is, match, skip } from "../support/assert.ts";
import { type Lan, makeLan, noLan } from "../support/lan.ts";
import { HOME, type Running } from "../support/lan-process.ts";

const reason = noLan();
let lan: Lan;

const hello = `import { hostname } from "node:os";
import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
console.log(\`rank \${comm.rank} of \${comm.size} on \${hostname()}, sum \${await comm.allreduce(comm.rank)}\`);
`;

/** Starts an agent, and resolves with its code. */
async function agentOn(index: number, ...more: string[]): Promise<{ running: Running; code: string }> {
  const running = lan.host(index).start(["/usr/local/bin/tsmpi", "agent", ...more], { deadline: 120 });
  await running.prints("Ctrl-C");
  return { running, code: /^ {2}([0-9A-Z-]{50,})$/m.exec(running.output.stdout)![1]! };
}

if (reason !== undefined) skip("agents on a network", reason);
else {
  test.before(async () => {
    lan = await makeLan({ hosts: 3, installed: "everywhere" });
    lan.host(0).write(`${HOME}/hello.ts`, hello);
  });
  test.after(() => lan.end());

  test("two agents are found, used with their codes and then without, and leave nothing", async () => {
    const agents = [await agentOn(1, "--slots", "2"), await agentOn(2, "--slots", "1")];
    const unknown = await lan.run(["hosts"]);
    match(unknown.stdout, /^lab1 +2 +\S+ +[\d.]+ ms +unknown +10\.91\.0\.2:\d+$/m);
    match(unknown.stdout, /^lab2 +1 +\S+ +[\d.]+ ms +unknown +10\.91\.0\.3:\d+$/m);
    const codes = agents.map(({ code }) => code).join(",");
    for (const list of [["--agents", codes], ["--agents"]]) {
      const { code, stdout, stderr } = await lan.run(["run", "-np", "3", ...list, "hello.ts"]);
      is(code, 0, stderr);
      equal(
        stdout
          .trim()
          .split("\n")
          .map((line) => line.replace(/^rank \d/, "rank"))
          .sort(),
        ["rank of 3 on lab1, sum 3", "rank of 3 on lab1, sum 3", "rank of 3 on lab2, sum 3"],
      );
    }
    match((await lan.run(["hosts"])).stdout, /^lab1 +2 .* known, free /m);
    for (const { running } of agents) {
      await running.kill("SIGINT");
      is((await running.ended).code, 0);
    }
    const remembered = ["", "/tsmpi", "/tsmpi/agents"].map((path) => `lab0: ${HOME}/.config${path}`);
    equal(await lan.leftovers(), remembered);
    await lan.host(0).sh("rm -r ~/.config");
  });

  test("without the code nobody is let in, nor with that of an agent which has ended", async () => {
    const ended = await agentOn(1);
    await ended.running.kill("SIGINT");
    await ended.running.ended;
    const { running } = await agentOn(1, "--port", "7000");
    await lan.host(2).sh("bash -c 'exec 3<>/dev/tcp/10.91.0.2/7000; echo hello >&3; cat <&3 >/dev/null 2>&1 || true'");
    const { code, stderr } = await lan.run(["run", "-np", "1", "--agents", ended.code, "sample:hello"]);
    is(code, 1);
    match(stderr, /no rank was started/);
    await running.kill("SIGINT");
    is((await running.ended).code, 0);
    await lan.host(0).sh("rm -rf ~/.config");
    equal(await lan.leftovers(), []);
  });

  test("a cable that is taken out ends the job at both ends, and the agent waits for work again", async () => {
    const { running, code: joinCode } = await agentOn(1);
    const wait = `${hello}console.log("ready");\nawait comm.recv({ source: (comm.rank + 1) % 2, tag: 9 });\nsetInterval(() => {}, 1000);`;
    lan.host(0).write(`${HOME}/wait.ts`, wait);
    const options = ["-np", "2", "-hosts", "localhost", "--agents", joinCode, "--map-by", "node", "--heartbeat", "2"];
    const job = lan.start(["run", ...options, "wait.ts"]);
    await job.prints(/ready\n[\s\S]*ready\n/);
    await lan.without(1, async () => {
      const { code, stderr } = await job.ended;
      is(code, 1);
      match(stderr, /is lost: no answer for 2 s/);
      equal(await lan.leftovers(10_000, [lan.host(2)]), []);
      const ranks = () =>
        lan
          .host(1)
          .processes()
          .filter(({ command }) => command.includes(" rank "));
      while (ranks().length > 0) await Bun.sleep(50);
    });
    const again = await lan.run(["run", "-np", "1", "--agents", joinCode, "sample:hello"]);
    is(again.stdout, "Hello from rank 0 of 1 on lab1\n", again.stderr);
    await running.kill("SIGINT");
    is((await running.ended).code, 0);
    await lan.host(0).sh("rm -rf ~/.config");
    equal(await lan.leftovers(), []);
  });
}

test.run();
