// Hosts that cannot be used: no rank is started, and one report names each of them, with what is wrong and what helps.
import { test } from "uvu";
import { equal, is, match, ok, skip } from "../support/assert.ts";
import { makeLan, noLan } from "../support/lan.ts";
import { HOME } from "../support/lan-process.ts";

const reason = noLan();
const none = ["-o", "BatchMode=yes"];

/** What stands below each host's name in a report. */
function byHost(report: string): Record<string, string> {
  const parts = report.split(/^ {2}(?=\S+ \(\w+\): )/m).slice(1);
  return Object.fromEntries(parts.map((part) => [part.split(" ")[0]!, part]));
}

if (reason !== undefined) skip("hosts that cannot be used", reason);
else {
  test("all that can be wrong with hosts is in one report", async () => {
    const lan = await makeLan({ hosts: 10, room: "130m" });
    const known = await lan.host(0).sh("cat ~/.ssh/known_hosts");
    const ofHost = (name: string) => known.split("\n").find((line) => line.startsWith(`${name},`))!;
    const other = ofHost("lab4").replace(/^\S+/, "lab3,10.91.0.4");
    const changed = known.replace(ofHost("lab2"), "").replace(ofHost("lab3"), other);
    lan.host(0).write(`${HOME}/.ssh/known_hosts`, changed);
    await lan.host(1).sh("rm ~/.ssh/authorized_keys");
    await lan.host(4).stopSshd();
    await lan.host(5).sh("cat /dev/zero 2>/dev/null >/home/full; cat /dev/zero 2>/dev/null >/tmp/full; true");
    await lan.host(9).sh("head -c 80M /dev/zero >/home/full; head -c 80M /dev/zero >/tmp/full");
    await lan.down(6);
    const uname = "#!/bin/sh\ncase $1 in -m) echo riscv64;; *) exec /usr/bin/uname $*;; esac\n";
    lan.host(7).write("/usr/local/bin/uname", uname, 0o755);
    const hosts = [...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((index) => `lab${index}`), "nowhere"].join(",");
    const { code, stdout, stderr } = await lan.run(
      ["run", "-np", "10", "-hosts", hosts, "--connect-timeout", "3", "sample:hello"],
      { deadline: 30 },
    );
    is(code, 1);
    is(stdout, "");
    match(stderr, /^tsmpi: no rank was started, as 9 of 10 hosts cannot be used$/m);
    const said = byHost(stderr);
    equal(Object.keys(said), ["lab1", "lab2", "lab3", "lab4", "lab5", "lab6", "lab7", "lab9", "nowhere"]);
    match(said.lab1!, /\(ssh\): it refuses the key\n.*Permission denied[\s\S]*ssh-copy-id lab1/);
    match(said.lab2!, /\(ssh\): its host key is unknown here\n[\s\S]*say yes: ssh lab2/);
    match(said.lab3!, /\(ssh\): its host key is not the one[\s\S]*ssh-keygen -R lab3/);
    match(said.lab4!, /\(ssh\): it cannot be reached\n.*Connection refused/);
    match(said.lab5!, /\(probe\): there is no place for tsmpi: .* is full/);
    match(said.lab9!, /\(probe\): there is no place for tsmpi: .*\.cache\/tsmpi has no room, \d+ kB are free/);
    match(said.lab6!, /\(ssh\): it cannot be reached\n.*timed out/);
    match(said.lab7!, /\(probe\): it is Linux riscv64, for which there is no tsmpi/);
    match(said.nowhere!, /\(resolve\): nobody knows this name/);
    await lan.host(9).sh("rm /home/full /tmp/full");
    await lan.host(5).sh("rm /home/full /tmp/full");
    equal(await lan.leftovers(), []);
    await lan.end();
  });

  test("hosts that cannot reach each other are named, in as long as --connect-timeout says", async () => {
    const lan = await makeLan({ hosts: 3 });
    // What lab1 sends to lab2 is lost: neither side is told.
    await lan.host(1).sh("ip route add blackhole 10.91.0.3/32");
    const { code, stderr } = await lan.run(
      ["run", "-np", "3", "-hosts", "lab0,lab1,lab2", "--connect-timeout", "3", "sample:hello"],
      { deadline: 30 },
    );
    is(code, 1);
    match(
      stderr,
      /^tsmpi: rank [12] of 3 \(pid \d+ on lab[12]\) failed\n {2}Cannot connect rank [12] with the others: /m,
    );
    match(stderr, /(rank 1 on lab1: |no connection with rank [12] on lab[12] within 3 s)/);
    equal(await lan.leftovers(), []);
    await lan.end();
  });

  test("a tsmpi in the cache that is not the one here is replaced, whether shorter, changed or of another version", async () => {
    const lan = await makeLan({ hosts: 2 });
    const run = () => lan.run(["run", "-np", "1", "-host", "lab1", "sample:hello"]);
    is((await run()).code, 0);
    const [path] = (await lan.host(1).sh("echo ~/.cache/tsmpi/bin/*/tsmpi")).trim().split("\n");
    for (const spoil of [
      `truncate -s 1000000 ${path}`,
      `printf x | dd of=${path} bs=1 seek=5000 conv=notrunc status=none`,
      `printf '#!/bin/sh\\necho tsmpi-agent 999\\n' >${path}`,
    ]) {
      await lan.host(1).sh(spoil);
      const { code, stdout, stderr } = await run();
      is(code, 0, stderr);
      match(stderr, /^tsmpi: sent tsmpi to lab1/);
      match(stdout, /Hello from rank 0 of 1 on lab1/);
    }
    equal(await lan.leftovers(), []);
    await lan.end();
  });

  test("--no-stage says what to do; a tsmpi of another version in the host's PATH is not taken", async () => {
    const lan = await makeLan({ hosts: 2 });
    const run = () => lan.run(["run", "-np", "1", "-host", "lab1", "--no-stage", "sample:hello"]);
    const bare = await run();
    is(bare.code, 1);
    match(bare.stderr, /lab1 \(stage\): tsmpi is not there, and --no-stage forbids to put it there/);
    lan.host(1).write("/usr/local/bin/tsmpi", "#!/bin/sh\necho tsmpi 0.0.1\n", 0o755);
    const old = await run();
    is(old.code, 1);
    match(old.stderr, /lab1 \(stage\): tsmpi 0\.0\.1 there is not the one here/);
    equal(await lan.leftovers(), []);
    await lan.end();
  });

  test("a disk that is full for the script, not for tsmpi, is named", async () => {
    const lan = await makeLan({ hosts: 2 });
    lan.host(0).write(`${HOME}/a.ts`, 'import "tsmpi";');
    lan.host(0).write(`${HOME}/big`, new Uint8Array(4_000_000));
    is((await lan.run(["run", "-np", "1", "-host", "lab1", "a.ts"])).code, 0);
    await lan
      .host(1)
      .sh("head -c 398M /dev/zero >/tmp/full; cat /dev/zero 2>/dev/null >/home/full; truncate -s -3M /home/full");
    const { code, stderr } = await lan.run(["run", "-np", "1", "-host", "lab1", "--stage", "big", "a.ts"]);
    is(code, 1);
    match(stderr, /lab1 \(stage\): [\s\S]*(ENOSPC|no space|no room)/i);
    await lan.host(1).sh("rm /home/full /tmp/full");
    equal(await lan.leftovers(), []);
    await lan.end();
  });

  test("a host where every start of ssh prints a greeting, and a login shell that says much, are no problem", async () => {
    const lan = await makeLan({ hosts: 2 });
    lan.host(1).write(`${HOME}/.ssh/rc`, "echo welcome to lab1; echo 'it is nice here' >&2\n");
    lan.host(1).write("/etc/ssh/banner", "No trespassing!\n".repeat(100));
    await lan.host(1).stopSshd();
    await lan.host(1).sh("echo 'Banner /etc/ssh/banner' >>/etc/ssh/sshd_config");
    await lan.host(1).startSshd();
    const { code, stdout } = await lan.run(["run", "-np", "1", "-host", "lab1", "sample:hello"]);
    is(code, 0);
    is(stdout, "Hello from rank 0 of 1 on lab1\n");
    ok((await lan.host(0).exec(["ssh", ...none, "lab1", "true"])).stderr.includes("No trespassing"));
    equal(await lan.leftovers(), []);
    await lan.end();
  });
}

test.run();
