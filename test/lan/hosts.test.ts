// The hosts that the other tests in this directory run on are what they say: separate, connected, and gone afterwards.
import { existsSync } from "node:fs";
import { test } from "uvu";
import { equal, is, match, ok, skip } from "../support/assert.ts";
import { makeLan, noLan } from "../support/lan.ts";
import { untilNone } from "../support/processes.ts";

const reason = noLan();
const batch = ["-o", "BatchMode=yes"];

if (reason !== undefined) skip("a network of hosts", reason);
else {
  test("hosts have a name, files, processes and addresses of their own; ssh leads from the first to the others", async () => {
    const lan = await makeLan({ hosts: 3 });
    lan.host(1).write("/tmp/only-here", "x");
    for (const index of [1, 2]) {
      const { stdout } = await lan.host(0).exec(["ssh", ...batch, `lab${index}`, "hostname; ls /tmp"]);
      equal(stdout.trim().split("\n"), index === 1 ? ["lab1", "only-here"] : ["lab2"]);
    }
    is((await lan.host(1).exec(["ssh", ...batch, "lab0", "true"])).code, 255);
    is((await lan.run(["--version"])).code, 0);
    is((await lan.host(1).exec(["sh", "-c", "command -v tsmpi"])).code, 127);
    for (const host of lan.hosts)
      match(await host.sh("ip -4 -brief addr show docker0"), /^docker0 .*172\.17\.0\.1\/16/);
    equal(await lan.leftovers(), []);
    await lan.end();
  });

  test("leftovers() finds processes, listeners and files", async () => {
    const lan = await makeLan({ hosts: 2 });
    const host = lan.host(0);
    const running = host.start(["sh", "-c", "touch /tmp/left; echo ready; exec sleep 1000"]);
    const tunnel = host.start(["ssh", "-v", ...batch, "-N", "-L", "127.0.0.1:4444:localhost:22", "lab1"]);
    await running.prints("ready");
    await tunnel.prints("Entering interactive session");
    const left = await lan.leftovers(0);
    for (const what of [
      /^lab0: process \d+ sleep 1000$/,
      /^lab0: tcp .*:4444 /,
      /^lab0: \/tmp\/left$/,
      /^lab1: .*sshd/,
    ]) {
      ok(
        left.some((line) => what.test(line)),
        `${what}\n${left.join("\n")}`,
      );
    }
    for (const { kill, ended } of [running, tunnel]) {
      await kill("SIGKILL");
      await ended;
    }
    await host.sh("rm /tmp/left");
    equal(await lan.leftovers(), []);
    await lan.end();
  });

  test("a host whose cable is out hears nothing until it is in again", async () => {
    const lan = await makeLan({ hosts: 2 });
    const reach = async () =>
      (await lan.host(0).exec(["ssh", ...batch, "-o", "ConnectTimeout=1", "lab1", "true"])).code;
    is(await reach(), 0);
    await lan.down(1);
    is(await reach(), 255);
    await lan.up(1);
    is(await reach(), 0);
    await lan.end();
  });

  test("nothing of a network is left when the process that made it is killed", async () => {
    const program = `import { makeLan } from ${JSON.stringify(import.meta.resolve("../support/lan.ts"))};
      const lan = await makeLan({ hosts: 2 });
      console.log(lan.hosts.map(({ init }) => init).join(" "));
      setInterval(() => {}, 1000);`;
    const child = Bun.spawn([process.execPath, "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
    const reader = child.stdout.getReader();
    const inits = new TextDecoder()
      .decode((await reader.read()).value)
      .trim()
      .split(" ");
    is(inits.length, 2);
    const living = () => inits.filter((init) => existsSync(`/proc/${init}/root`));
    equal(living(), inits);
    child.kill("SIGKILL");
    await child.exited;
    equal(await untilNone(living), []);
  });
}

test.run();
