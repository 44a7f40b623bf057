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
  });
}

test.run();
