// Hosts that cannot be used: all of them in one report, each with the step that failed, ssh's words and what to do.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { hostCommand } from "../../../cli/agent/host-script.ts";
import { openSsh, sshCommand } from "../../../cli/agent/ssh.ts";
import { equal, is, match, ok, rejects } from "../../support/assert.ts";
import { onHosts, run, shim } from "./hosts.ts";

const files = { "main.ts": `import { MPI } from "tsmpi";\nconsole.log("rank", MPI.COMM_WORLD.rank);\n` };

test("all hosts that fail are in one report, no rank is started, and nothing is left", async () => {
  const hosts = ["alpha", "refused", "nameless", "unknown", "off"];
  const { code, stdout, stderr, left } = await run({ hosts, files });
  is(code, 1);
  is(stdout, "");
  is(
    stderr,
    `tsmpi: no rank was started, as 4 of 5 hosts cannot be used
  refused (ssh): it refuses the key
    refused: Permission denied (publickey,password).
    to see why, run: ssh refused
    to put your key there, run: ssh-copy-id refused
  nameless (resolve): nobody knows this name
    ssh: Could not resolve hostname nameless: Name or service not known
    use its address, or give it a HostName in ~/.ssh/config
  unknown (ssh): its host key is unknown here
    No ED25519 host key is known for unknown and you have requested strict checking.
    Host key verification failed.
    run once, and say yes: ssh unknown
  off (ssh): it cannot be reached
    ssh: connect to host off port 22: No route to host
    is it on, with sshd running, and no firewall between? Try: ssh off
`,
  );
  equal(left, []);
});

test("a host that says nothing is given up after --connect-timeout", async () => {
  const { code, stderr, left } = await run({ hosts: ["mute"], files, network: { connectTimeout: 0.3 } });
  is(code, 1);
  match(stderr, /mute \(ssh\): it did not answer within 0.3 s\n/);
  equal(left, []);
});

test("Ctrl-C while hosts are being opened ends it at once", async () => {
  const running = await onHosts({ hosts: ["mute", "alpha"], files });
  while (running.processes().every(({ command }) => !command.includes("sleep 60"))) await Bun.sleep(20);
  running.kill("SIGINT");
  const { code, left } = await running.ended;
  is(code, 130);
  equal(left, []);
});

test("what a host's shell prints before is passed over, and a crowded sshd is asked again", async () => {
  for (const host of ["noisy", "crowded"]) {
    const { code, stdout, stderr, left } = await run({ hosts: [host], files });
    is(stderr, "");
    is(code, 0);
    is(stdout, "rank 0\n");
    equal(left, []);
  }
});

test("whichever login shell a host has understands what it is told", async () => {
  for (const shell of ["sh", "bash", "zsh", "fish", "tcsh", "ksh"].filter((name) => Bun.which(name))) {
    const { code, stdout, stderr, left } = await run({ hosts: ["alpha"], files, env: { FAKE_RSH_SHELL: shell } });
    is(stderr, "", shell);
    is(code, 0);
    is(stdout, "rank 0\n");
    // A shell's own history and settings are no business of ours.
    equal(
      left.filter((path) => !/\/home\/\.(config|local)/.test(path) && !path.endsWith("/home/.cache/fish")),
      [],
      shell,
    );
  }
});

test("another platform is told with the file that it needs, and gets it from --binary-dir", async () => {
  const uname = (machine: string) => `#!/bin/sh\ncase $1 in -s) echo Linux;; -m) echo ${machine};; esac\n`;
  const refused = async (machine: string) => {
    const job = await onHosts({
      hosts: ["sparc"],
      files,
      prepare: (rooms) => shim(rooms, "sparc", "uname", uname(machine)),
    });
    const { code, stderr } = await job.ended;
    is(code, 1);
    return stderr;
  };
  const other = process.arch === "x64" ? "aarch64" : "x86_64";
  match(await refused("sparc64"), /sparc \(probe\): it is Linux sparc64, for which there is no tsmpi/);
  match(
    await refused(other),
    new RegExp(`it is another platform: Linux ${other}\\n.*put tsmpi-linux-(arm64|x64) of release`),
  );
});

test("options of ssh: batch mode, times, no terminal, nothing for the shell to take apart", () => {
  const host = { name: "[fe80::1]", user: "me", slots: 1, local: false };
  equal(sshCommand(host, { rsh: "ssh -p 2222", connectTimeout: 2.5, heartbeat: 10 }), [
    ...["ssh", "-p", "2222", "-a", "-x", "-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=3"],
    ...["-o", "ServerAliveInterval=4", "-o", "ServerAliveCountMax=3", "me@fe80::1"],
  ]);
  const inner = /^sh -c '(.*)'$/s.exec(hostCommand)![1]!;
  ok(!/['!\\\n]/.test(inner), "what csh and fish would take for their own");
});

test("a name that ssh would take for an option is refused", async () => {
  const options = { rsh: "ssh", connectTimeout: 1, heartbeat: 1, stage: true, binaryDir: undefined };
  const more = { ...options, onStaging() {}, signal: new AbortController().signal };
  await rejects(
    openSsh({ name: "-oProxyCommand=x", slots: 1, local: false }, more),
    Error,
    "that is no name of a host",
  );
});

test("one connection is made per host, and the user's name is handed on", async () => {
  const { rooms, code } = await run({ files, ranks: 4 });
  is(code, 0);
  const log = readFileSync(join(rooms, "log"), "utf8").trim().split("\n");
  is(log.length, 2);
});

test("a program in place of ssh that is not there is named", async () => {
  const { code, stderr } = await run({ hosts: ["alpha"], files, remote: { rsh: "/no/such/ssh" } });
  is(code, 1);
  match(stderr, /alpha \(ssh\): \/no\/such\/ssh cannot be started/);
});

test.run();
