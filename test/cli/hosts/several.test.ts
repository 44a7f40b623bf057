// Jobs on several hosts from the command line to the ranks: where they run, what they are told, and what --display-map says.
import { join } from "node:path";
import { test } from "uvu";
import { equal, is, match, ok } from "../../support/assert.ts";
import { leftovers, tsmpi, workspace } from "../../support/tsmpi.ts";

const rsh = join(import.meta.dir, "../../programs/fake-rsh");
const rooms = workspace();

/** A job on "hosts" that are directories of this machine. */
function onHosts(argv: readonly string[], files: Record<string, string>, env: Record<string, string> = {}) {
  const way = ["run", "--rsh", rsh, "--interface", "127.0.0.1"];
  return tsmpi([...way, ...argv], { files, env: { FAKE_RSH: rooms, ...env } });
}

const lines = (text: string) => text.trim().split("\n").sort();

test("five ranks on -hosts alpha,beta are dealt out in turn, and know who shares their host by its number, not its name", async () => {
  const script = `
    import { MPI } from "tsmpi";
    const world = MPI.COMM_WORLD;
    const host = await world.splitType(MPI.COMM_TYPE_SHARED);
    const ranks = await host.allgather(world.rank);
    const { TSMPI_LOCAL_RANK: rank, TSMPI_LOCAL_SIZE: size, WHERE } = process.env;
    const name = MPI.getProcessorName().replace(/^.* /, "");
    console.log(\`\${world.rank} on \${WHERE} \${name}: \${rank} of \${size}, \${host.rank} of \${host.size}: \${ranks}\`);
  `;
  const ended = await onHosts(["-np", "5", "-hosts", "alpha,beta", "main.ts"], {
    "main.ts": script,
  });
  is(ended.code, 0);
  equal(lines(ended.stdout), [
    "0 on alpha (alpha): 0 of 3, 0 of 3: 0,2,4",
    "1 on beta (beta): 0 of 2, 0 of 2: 1,3",
    "2 on alpha (alpha): 1 of 3, 1 of 3: 0,2,4",
    "3 on beta (beta): 1 of 2, 1 of 2: 1,3",
    "4 on alpha (alpha): 2 of 3, 2 of 3: 0,2,4",
  ]);
  equal(await leftovers(ended), []);
});

test("programs run on their own hosts of a host file", async () => {
  const files = {
    "main.ts": "console.log(process.env.TSMPI_RANK, process.env.WHERE, process.argv[2]);",
    hosts: "alpha:2\nbeta\n",
  };
  const argv = ["-f", "hosts", "-host", "beta", "main.ts", "a", ":", "-f", "hosts", "-host", "alpha", "main.ts", "b"];
  const { code, stdout } = await onHosts(["-q", ...argv], files);
  is(code, 0);
  equal(lines(stdout), ["0 beta a", "1 alpha b", "2 alpha b"]);
});

test("other hosts get few variables, those that are named, or with -genvall all that are not this host's own", async () => {
  const names = ["NODE_ENV", "SECRET", "ASKED", "SSH_AUTH_SOCK", "TSMPI_TOKEN", "TSMPI_X"];
  const script = `console.log(${JSON.stringify(names)}.map((name) => process.env[name] ?? "-").join(" "));`;
  const env = Object.fromEntries(names.map((name) => [name, "here"]));
  const expected: readonly [options: string[], seen: string][] = [
    [["-x", "ASKED"], "here - here - - here"],
    [["-genvnone", "-genvlist", "ASKED"], "- - here - - -"],
    [["-genvall"], "here here here - - here"],
    [["-env", "ASKED", "1"], "here - 1 - - here"],
  ];
  for (const [options, seen] of expected) {
    const { code, stdout } = await onHosts(
      [...options, "-H", "alpha", "-np", "1", "main.ts"],
      { "main.ts": script },
      env,
    );
    is(code, 0);
    is(stdout.trim(), seen, options.join(" "));
  }
});

test("--do-not-launch prints the map on stdout and starts nothing; --display-map prints it on stderr", async () => {
  const files = { "main.ts": "console.log('ran')" };
  const only = await onHosts(
    ["--do-not-launch", "-np", "5", "-hosts", "203.0.113.7,me@203.0.113.8:2", "main.ts"],
    files,
  );
  is(only.code, 0);
  equal(only.stdout.split("\n"), [
    "host            slots  ranks   address",
    "203.0.113.7     1      0, 3    203.0.113.7",
    "me@203.0.113.8  2      1-2, 4  203.0.113.8",
    "",
  ]);
  const here = await tsmpi(["run", "--display-map", "-np", "2", "main.ts"], { files });
  is(here.stdout, "ran\nran\n");
  match(here.stderr, /^host {7}slots {2}ranks {2}address\nlocalhost {2}\d+ +0-1 {4}loopback\n$/);
});

test("a host that cannot be reached, and agents that are not there, end with a message before anything runs", async () => {
  const files = { "main.ts": "console.log('ran')" };
  const lost = await onHosts(["-np", "2", "-hosts", "alpha,nameless", "main.ts"], files);
  ok(lost.code !== 0);
  match(lost.stderr, "nameless");
  is(lost.stdout, "");
  const agents = await tsmpi(["run", "--interface", "lo", "--agents", "main.ts"], {
    files,
    env: { XDG_CONFIG_HOME: workspace(), TSMPI_AGENT_CODE: "" },
  });
  is(agents.code, 2);
  match(agents.stderr, "Cannot use --agents: no agent answers");
});

test.run();
