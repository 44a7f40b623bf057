// The command line of `tsmpi run`: every option in every spelling, what belongs to the script, and every mistake.
import type { NetworkInterfaceInfoIPv4 } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import { readCode, writeCode } from "../../cli/agent/join-code.ts";
import type { Surroundings } from "../../cli/launch/option-draft.ts";
import { ignored, refused } from "../../cli/launch/option-foreign.ts";
import { optionTable } from "../../cli/launch/option-table.ts";
import { parseRun } from "../../cli/launch/options.ts";
import { onThisMachine, type Program, type RunPlan } from "../../cli/launch/plan.ts";
import { UsageError } from "../../cli/usage-error.ts";
import { equal, is, match, ok } from "../support/assert.ts";
import { workspace } from "../support/tsmpi.ts";

const cwd = workspace({
  "a.ts": "",
  "b.js": "",
  "scripts/hello.ts": "",
  "sub/c.mjs": "",
  "notes.txt": "",
  "hosts.txt": "# two\nlocalhost:2\n\n127.0.0.1 slots=3 # here\n",
  "elsewhere.txt": "localhost\nnode7 slots=4\n",
  "limited.txt": "node1 max_slots=1\nnode2 slots=2 max-slots=3\n",
  "wrong.txt": "node1\n\nnode2 slots=0\n",
  "empty.txt": "# nothing\n\n",
  "--odd.ts": "",
});

function ipv4(address: string): NetworkInterfaceInfoIPv4 {
  return { address, netmask: "255.255.255.0", family: "IPv4", mac: "", internal: false, cidr: `${address}/24` };
}

const around: Surroundings = {
  cwd,
  cores: 6,
  hostName: "lab3",
  interfaces: { eth0: [ipv4("192.168.1.5")], lo: [{ ...ipv4("127.0.0.1"), internal: true }] },
  environment: { HOME: "/home/me", FOO_A: "1", FOO_B: "two words", OTHER: "x" },
  samples: ["hello", "clean"],
};

/** The code of an agent with so many slots at 10.0.0.<slots>. */
function agentCode(slots: number): string {
  const bytes = new Uint8Array(10).fill(slots);
  return writeCode({ fingerprint: bytes, slots, port: 40000, addresses: [`10.0.0.${slots}`], secret: bytes });
}

function hostOf(text: string): object {
  const agent = readCode(text);
  return { name: agent.addresses[0]!, slots: agent.slots, maxSlots: agent.slots, local: false, agent };
}

function planOf(argv: readonly string[], environment = around.environment): RunPlan {
  const plan = parseRun(argv, { ...around, environment });
  if (typeof plan === "string" || "findAgents" in plan) throw new Error(`Expected a plan, got ${plan}`);
  return plan;
}

/** The plan of a command line in which blanks separate. */
const plan = (line: string) => planOf(line.split(" "));
const program = (line: string) => plan(line).programs[0]!;

function mistake(argv: readonly string[], environment = around.environment): UsageError {
  try {
    parseRun(argv, { ...around, environment });
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error(`Expected a UsageError for ${argv.join(" ")}`);
}

test("without options a plan is quiet about nothing and asks for nothing", () => {
  equal(plan("-np 2 a.ts"), {
    programs: [{ ranks: 2, script: join(cwd, "a.ts"), args: [], env: {}, wdir: undefined }],
    tagOutput: false,
    timestampOutput: false,
    outputDir: undefined,
    stdin: 0,
    timeout: undefined,
    quiet: false,
    verbose: false,
    displayMap: false,
    ignored: [],
    notes: [],
    ...onThisMachine(2, 6),
  });
});

const rankSpellings =
  "-np 3|-n 3|--np 3|--n 3|-np=3|--np=3|-n=3|-np 003|-N 3|-ppn 3|--npernode 3|-perhost 3|-H localhost:3";
for (const spelling of rankSpellings.split("|")) {
  test(`${spelling} starts three ranks`, () => is(program(`${spelling} a.ts`).ranks, 3));
}

test("-n auto, -n * and no count at all start one rank per core", () => {
  for (const line of ["-n auto a.ts", "-n * a.ts", "-q a.ts"]) is(program(line).ranks, 6, line);
});

test("a count that nobody gave is named in a note, one that was given is not", () => {
  match(plan("-q a.ts").notes.join(), "6 ranks, one per core");
  match(plan("a.ts : -n 2 b.js").notes.join(), "a.ts runs as 1 rank");
  equal(plan("-n auto a.ts").notes, []);
});

test("-np counts the ranks where hosts or ranks per host are given as well", () => {
  is(program("-np 5 -ppn 2 -H localhost:3 a.ts").ranks, 5);
  is(program("-ppn 2 -np 5 a.ts").ranks, 5);
});

test("the last of several counts holds", () => is(program("-np 2 -n 4 a.ts").ranks, 4));

for (const list of ["localhost", "127.0.0.1", "[::1]", "me@localhost", "LAB3", "localhost,127.0.0.1:1"]) {
  for (const option of ["-H", "-host", "--host", "-hosts", "--hosts"]) {
    test(`${option} ${list} is this machine`, () =>
      is(program(`${option} ${list} a.ts`).ranks, list.includes(",") ? 2 : 1));
  }
}

for (const option of ["--hostfile", "-hostfile", "-machinefile", "--machinefile", "-f"]) {
  test(`${option} sums the slots of its lines`, () => is(program(`${option} hosts.txt a.ts`).ranks, 5));
}

const switches: readonly [spellings: string, key: keyof RunPlan][] = [
  ["--tag-output -tag-output -l --label -label -prepend-rank --prepend-rank", "tagOutput"],
  ["--timestamp-output -timestamp-output", "timestampOutput"],
  ["-q --quiet -quiet", "quiet"],
  ["-v --verbose -verbose", "verbose"],
];
for (const [spellings, key] of switches) {
  for (const spelling of spellings.split(" ")) {
    test(`${spelling} sets ${key} and nothing else`, () => {
      equal(plan(`-n 1 ${spelling} a.ts`), { ...plan("-n 1 a.ts"), [key]: true });
    });
  }
}

for (const spelling of ["--output-dir out", "-output-dir=out", "--output-filename out", "--output dir=out"]) {
  test(`${spelling} names a directory, from the working directory`, () => {
    is(plan(`${spelling} a.ts`).outputDir, join(cwd, "out"));
  });
}

test("--output takes a list", () => {
  const { tagOutput, timestampOutput, outputDir } = plan("--output tag,timestamp,dir=o a.ts");
  equal([tagOutput, timestampOutput, outputDir], [true, true, join(cwd, "o")]);
});

for (const option of ["-wdir", "--wdir", "-wd", "--wd"]) {
  test(`${option} is the working directory of one program only`, () => {
    const { programs } = plan(`${option} sub a.ts : b.js`);
    equal(
      programs.map(({ wdir }) => wdir),
      [join(cwd, "sub"), undefined],
    );
  });
}

const environments: readonly [argv: string[], env: Record<string, string>][] = [
  [["-x", "A=b=c d"], { A: "b=c d" }],
  [["-x", "A="], { A: "" }],
  [["-x=A=1"], { A: "1" }],
  [["--x", "OTHER"], { OTHER: "x" }],
  [["-x", "FOO*"], { FOO_A: "1", FOO_B: "two words" }],
  [["-env", "A", "-1"], { A: "-1" }],
  [["--env", "A", "b"], { A: "b" }],
  [["-env", "A=b"], { A: "b" }],
  [["-env", "A", ""], { A: "" }],
  [["-env", "A", "b=c"], { A: "b=c" }],
  [["-genv", "A", "b"], { A: "b" }],
  [["--genv", "A=b"], { A: "b" }],
  [["-x", "A=1", "-env", "A", "2"], { A: "2" }],
  [["-env", "A", "1", "-genv", "A", "2"], { A: "1" }],
];
for (const [argv, env] of environments) {
  test(`${argv.join(" ")} gives the ranks ${JSON.stringify(env)}`, () =>
    equal(planOf([...argv, "a.ts"]).programs[0]!.env, env));
}

test("-x and -env reach their own program, -genv all programs, wherever it stands", () => {
  const { programs } = plan("-x A=1 a.ts : -genv G 1 -env B 2 b.js");
  equal(
    programs.map(({ env }) => env),
    [
      { A: "1", G: "1" },
      { B: "2", G: "1" },
    ],
  );
});

test("-x with a variable that is not set says so and sets nothing", () => {
  const { programs, notes } = plan("-n 1 -x NOPE a.ts");
  equal(programs[0]!.env, {});
  equal(notes, ["-x NOPE: the variable is not set here, so no rank gets it"]);
});

test("--stdin takes a rank of any program, all or none", () => {
  is(plan("--stdin 3 -n 2 a.ts : -n 2 b.js").stdin, 3);
  is(plan("-stdin all a.ts").stdin, "all");
  is(plan("--stdin=none a.ts").stdin, "none");
});

test("--timeout takes seconds, and wins over MPIEXEC_TIMEOUT", () => {
  is(plan("--timeout 1.5 a.ts").timeout, 1.5);
  is(planOf(["a.ts"], { MPIEXEC_TIMEOUT: "60" }).timeout, 60);
  is(planOf(["-timeout=2", "a.ts"], { MPIEXEC_TIMEOUT: "60" }).timeout, 2);
  is(planOf(["a.ts"], { MPIEXEC_TIMEOUT: "" }).timeout, undefined);
});

const others: readonly string[] = [
  ...["--mca btl tcp,self", "--bind-to core", "--allow-run-as-root", "--report-bindings", "--map-by core"],
  ...[
    "--display bind",
    "-genvall",
    "--no-tls",
    "-iface eth0",
    "-launcher ssh",
    "--connect-timeout 5",
    "--port-range 1:2",
  ],
];
for (const other of others) {
  test(`${other} is accepted, remembered as ignored, and takes just its own values`, () => {
    const { programs, ignored: left } = plan(`${other} -np 2 a.ts x`);
    equal(left, [other.replace("=", " ")]);
    equal([programs[0]!.ranks, programs[0]!.args], [2, ["x"]]);
  });
}

test("no spelling means two things", () => {
  const names = [
    ...optionTable.flatMap((row) => row.names),
    "h",
    "help",
    "V",
    "version",
    ...ignored.keys(),
    ...refused.keys(),
  ];
  equal(names.length, new Set(names).size);
});

test("everything behind the script's name is the script's, byte for byte", () => {
  const args = ["-np", "9", "--help", "-V", "--", "", " ", "--mca", "a=b", "::", "-:", "ä\n", "--stdin=77", "-x"];
  equal(planOf(["-np", "2", "a.ts", ...args]).programs[0]!.args, args);
  for (const row of optionTable) {
    for (const name of row.names) equal(planOf(["-n", "1", "a.ts", `--${name}`]).programs[0]!.args, [`--${name}`]);
  }
});

test("a lone colon starts the next program, whose options are its own", () => {
  const summary = ({ ranks, script, args }: Program) => [ranks, script.slice(cwd.length + 1), args.join(" ")];
  const { programs, tagOutput } = plan("-np 1 a.ts x -n : -n 4 --tag-output b.js y : -np=2 sub/c.mjs");
  equal(programs.map(summary), [
    [1, "a.ts", "x -n"],
    [4, "b.js", "y"],
    [2, join("sub", "c.mjs"), ""],
  ]);
  is(tagOutput, true);
});

test("-- ends the options, so that a script's name may start with a dash", () => {
  is(planOf(["-np", "1", "--", "--odd.ts", "--"]).programs[0]!.script, join(cwd, "--odd.ts"));
  equal(planOf(["-np", "1", "--", "a.ts", "--"]).programs[0]!.args, ["--"]);
});

test("help and version are answered before a script's name, and only there", () => {
  for (const option of ["-h", "--help", "-help"]) is(parseRun(["-np", "2", option, "nothing"], around), "help");
  for (const option of ["-V", "--version"]) is(parseRun([option], around), "version");
});

const mistakes: readonly [argv: string, message: RegExp, help?: RegExp][] = [
  ["-np 0 a.ts", /-np 0: expected a whole number from 1/, /tsmpi run -np 5/],
  ["--np x a.ts", /--np x: expected a whole number from 1/],
  ["-np -3 a.ts", /-np -3: expected a whole number/],
  ["-np 1.5 a.ts", /-np 1\.5: expected a whole number/],
  ["-n 1e3 a.ts", /-n 1e3: expected/],
  ["-n 99999999999 a.ts", /-n 99999999999: expected a whole number from 1 to/],
  ["-n= a.ts", /-n "": expected/],
  ["-np", /-np: its value is missing, expected -np N/],
  ["-np --tag-output a.ts", /-np: its value is missing/],
  ["-np : a.ts", /-np: its value is missing/],
  ["-env A", /-env: its value is missing, expected -env NAME VALUE/],
  ["--mca btl", /--mca: its value is missing/],
  ["--tag-output=yes a.ts", /--tag-output=yes: expected no value/],
  ["--oversubscribe=1 a.ts", /--oversubscribe=1: expected no value/],
  ["--tag-ouput a.ts", /--tag-ouput: tsmpi run has no such option/, /did you mean --tag-output\?/],
  ["-pn 4 a.ts", /-pn: tsmpi run has no such option/, /did you mean -np\?/],
  ["-np4 a.ts", /-np4: tsmpi run has no such option/, /did you mean -np\?/],
  ["--tiemout 4 a.ts", /--tiemout/, /did you mean --timeout\?/],
  ["--bind-too core a.ts", /--bind-too/, /did you mean --bind-to\?/],
  ["--frobnicate a.ts", /--frobnicate/, /tsmpi run --help/],
  ["-z a.ts", /-z: tsmpi run has no such option/, /tsmpi run --help/],
  ["---np 2 a.ts", /---np/],
  ["-c 4 a.ts", /-c: .*write -np N/],
  ["--app file a.ts", /--app: .*lone :/],
  ["-np 4", /no script given/, /tsmpi run \[options\] script/],
  ["--", /no script given/],
  ["-np 2 a.ts :", /program 2: no script given/, /a\.ts : -np 4 b\.ts/],
  ["-np 2 a.ts : -np 3", /program 2: no script given/],
  [": a.ts", /program 1: no script given/],
  ["a.ts : : b.js", /program 2: no script given/],
  ["sub", /sub: it is a directory, expected a script file/, /did you mean sub.c\.mjs\?/],
  ["nothing", /Cannot find script nothing: tried nothing\[.*scripts.nothing\[/, /tsmpi scripts/],
  ["nothing.ts", /Cannot find script nothing\.ts: tried nothing\.ts and scripts.nothing\.ts/],
  ["./hello", /tried \.\/hello\[/],
  ["/no/such.ts", /tried \/no\/such\.ts$/],
  ["clean", /Cannot find script clean/, /sample:clean/],
  ["notes.txt", /notes\.txt: expected a file that ends in \.ts/],
  ["sample:helo", /Cannot find sample helo: expected one of hello, clean/, /sample:hello\?/],
  ["sample:", /Cannot find sample ""/],
  ["--stdin 9 -np 4 a.ts", /--stdin 9: expected a rank from 0 to 3, all or none/],
  ["--stdin 1 -np 1 a.ts", /--stdin 1: expected 0, the only rank, all or none/],
  ["--stdin some a.ts", /--stdin some: expected a rank, all or none/],
  ["--stdin -1 a.ts", /--stdin -1: expected a rank/],
  ["--timeout abc a.ts", /--timeout abc: expected a number of seconds/],
  ["--timeout 0 a.ts", /--timeout 0: expected/],
  ["--timeout -5 a.ts", /--timeout -5: expected/],
  ["--timeout 1e9 a.ts", /--timeout 1e9: expected/],
  ["--timeout 9999999 a.ts", /--timeout 9999999: expected .* at most/],
  ["-wdir nowhere a.ts", /-wdir nowhere: expected a directory that exists/],
  ["-wdir a.ts a.ts", /-wdir a\.ts: expected a directory/],
  ["--output-dir a.ts a.ts", /--output-dir a\.ts: expected the name of a directory/],
  ["--output colour a.ts", /--output colour: expected tag, timestamp or dir=DIR/],
  ["-x =1 a.ts", /-x =1: expected NAME/],
  ["-env =1 a.ts", /-env =1: expected NAME/],
  ["-H localhost:0 a.ts", /-H localhost:0: expected a whole number from 1 to 4096 in localhost:0/],
  ["-H , a.ts", /-H ,: expected hosts/],
  ["-hosts 2 a.ts", /-hosts 2: expected names of hosts, not their number \(2\)/, /-hosts node1,node2:4/],
  ["-H -oProxyCommand=x a.ts", /-H -oProxyCommand=x: expected hosts/],
  ["-H node[3-1] a.ts", /-H node\[3-1\]: expected numbers and ranges like 01-03,07/],
  ["-H node1:x a.ts", /-H node1:x: expected a whole number from 1 to 4096 in node1:x/],
  ["-H 10.0.0.256 a.ts", /-H 10\.0\.0\.256: expected an address/],
  ["-f wrong.txt a.ts", /-f wrong\.txt: expected a whole number .* in slots=0, in line 3: node2 slots=0/],
  ["-f empty.txt a.ts", /-f empty\.txt: expected at least one line that names a host/],
  ["-f sub a.ts", /-f sub: expected a file that can be read \(EISDIR\)/],
  ["-f elsewhere.txt -host node9 a.ts", /-host node9: expected hosts of the host file/],
  ["-f limited.txt -np 5 a.ts", /Cannot place 5 ranks: node1 has max_slots=1, node2 has max_slots=3, 4 in all/],
  ["--nooversubscribe -np 4 -H n1:2,n2 a.ts", /Cannot place 4 ranks: n1 has 2 slots, n2 has 1 slot, 3 in all/],
  ["--nooversubscribe -np 7 a.ts", /Cannot place 7 ranks: localhost has 6 slots/, /without --nooversubscribe/],
  ["--nolocal -np 2 a.ts", /Cannot use --nolocal: no other host is named/],
  ["--nolocal -H lab3 a.ts", /Cannot use --nolocal: no other host is named/],
  ["--map-by ppr:2:socket a.ts", /--map-by ppr:2:socket: expected slot, node or ppr:N:node/],
  ["--map-by ppr:x:node a.ts", /ppr:N:node with N x: expected a whole number/],
  ["--map-by seq a.ts", /--map-by seq: expected slot, node or ppr:N:node/],
  ["--map-by node:often a.ts", /--map-by node:often: expected .* :oversubscribe/],
  ["--display stars a.ts", /--display stars: expected map or allocation/],
  ["-launcher sge a.ts", /-launcher sge: expected ssh, rsh, slurm or fork/],
  ["--rsh= a.ts", /--rsh "": expected a program/],
  ["--iface 10.1.0.999 a.ts", /--iface 10\.1\.0\.999: expected an interface, a subnet or an address/],
  ["--iface 10.1.0.0/33 a.ts", /--iface 10\.1\.0\.0\/33: expected a subnet/],
  ["--subnet eth0 a.ts", /--subnet eth0: expected a subnet: .* such as 10\.1\.0\.0\/16/],
  ["--interface eth7 -H node1,localhost a.ts", /--interface eth7: this machine, .* has no such address/, /eth0, lo/],
  ["--port-range 5000 a.ts", /--port-range 5000: expected two ports/],
  ["--port-range 9:8 a.ts", /--port-range 9:8: expected two ports .* lower one first/],
  ["--port-range 0:8 a.ts", /--port-range 0:8: expected two ports from 1/],
  ["--port-range 60000:65536 a.ts", /expected two ports from 1 to 65535/],
  ["--port-range 5000:5001 -np 3 -H node1 a.ts", /5000:5001: node1 has 3 ranks, which is more than 2 ports/],
  ["--heartbeat 0.5 a.ts", /--heartbeat 0\.5: expected a number of seconds from 1/, /--heartbeat 30/],
  ["--connect-timeout 0 a.ts", /--connect-timeout 0: expected a number of seconds greater than 0/],
  ["--stage missing.csv a.ts", /--stage missing\.csv: expected a file that exists/],
  ["--stage notes.txt,sub a.ts", /--stage sub: expected a file that exists/],
  ["--binary-dir nowhere a.ts", /--binary-dir nowhere: expected a directory that exists/],
  ["--agents=, a.ts", /^Cannot use code 1 of --agents: it has 0 letters/],
  [`--agents ${agentCode(3).replace("3", "2")} a.ts`, /^Cannot use code 1 of --agents: it has a typing error/],
  [`-np 6 --agents ${agentCode(3)},${agentCode(2)} a.ts`, /agent at 10\.0\.0\.3 gives 3 slots.*, 5 in all/, /--slots/],
  ["-genvlist A,,B a.ts", /-genvlist A,,B: expected names/],
  ["-wdir nowhere -H node1,localhost a.ts", /-wdir nowhere: expected a directory that exists/],
  ["--hostfile missing.txt a.ts", /--hostfile missing\.txt: expected a file that can be read \(ENOENT\)/],
];
for (const [argv, message, help] of mistakes) {
  test(`tsmpi run ${argv}: is refused with what was expected`, () => {
    const error = mistake(argv.split(" "));
    match(error.message, message);
    if (help) match(error.help ?? "", help);
    ok(error.report.startsWith("tsmpi: ") && error.report.trimEnd().split("\n").length <= 2, error.report);
  });
}

/** `ip1: 0 2 4, ip2: 1 3`: who runs where. */
function where({ hosts, placement }: RunPlan): string {
  const ranksOf = (host: number) => [...placement.keys()].filter((rank) => placement[rank] === host).join(" ");
  return hosts.map(({ name }, host) => `${name}: ${ranksOf(host)}`).join(", ");
}

const placements: readonly [line: string, where: string][] = [
  ["-np 5 -hosts ip1,ip2", "ip1: 0 2 4, ip2: 1 3"],
  ["-np 5 -hosts ip1:3,ip2:2", "ip1: 0 1 2, ip2: 3 4"],
  ["-hosts ip1:3,ip2:2", "ip1: 0 1 2, ip2: 3 4"],
  ["-np 6 -hosts ip1:2,ip2", "ip1: 0 1 3 4, ip2: 2 5"],
  ["-np 5 -hosts ip1,ip2 --map-by slot", "ip1: 0 1 2, ip2: 3 4"],
  ["-np 5 -hosts ip1,ip2 --byslot", "ip1: 0 1 2, ip2: 3 4"],
  ["-np 4 -hosts ip1:3,ip2 --map-by node", "ip1: 0 2 3, ip2: 1"],
  ["-np 4 -hosts ip1:2,ip2:2 --bynode", "ip1: 0 2, ip2: 1 3"],
  ["-np 5 -ppn 2 -hosts ip1,ip2", "ip1: 0 1 4, ip2: 2 3"],
  ["-N 2 -hosts ip1,ip2,ip3", "ip1: 0 1, ip2: 2 3, ip3: 4 5"],
  ["--map-by ppr:2:node -hosts ip1,ip2", "ip1: 0 1, ip2: 2 3"],
  ["--pernode -hosts ip1:4,ip2:4", "ip1: 0, ip2: 1"],
  ["-np 2 -hosts ip1:2,ip2", "ip1: 0 1"],
  ["-np 3 -H a,b,a", "a: 0 1, b: 2"],
  ["-np 3 -H me@a,you@a", "a: 0 2, a: 1"],
  ["-np 4 -H localhost,LAB3,192.168.1.5,node1", "LAB3: 0 1 2, node1: 3"],
  ["-np 2 --nolocal -H localhost,node1,node2", "node1: 0, node2: 1"],
  ["-np 3 --map-by :nolocal -H localhost,node1,node2", "node1: 0 2, node2: 1"],
  ["-np 2 -f elsewhere.txt", "localhost: 0, node7: 1"],
  ["-f elsewhere.txt -host node7", "node7: 0 1 2 3"],
  ["-f elsewhere.txt -host node7:2", "node7: 0 1"],
  ["-f limited.txt -np 4", "node1: 0, node2: 1 2 3"],
  ["-np 4 -H node[01-02],node[7]", "node01: 0 3, node02: 1, node7: 2"],
  ["-np 3 -launcher fork -H node1,node2", "localhost: 0 1 2"],
  ["--nooversubscribe --oversubscribe -np 3 -H a", "a: 0 1 2"],
  ["--map-by :NOOVERSUBSCRIBE -np 3 -H a:3", "a: 0 1 2"],
];
for (const [line, expected] of placements) {
  test(`${line} runs ranks on ${expected}`, () => is(where(plan(`${line} a.ts`)), expected));
}

test("each program fills its own hosts, one without any those of all, which already have ranks", () => {
  is(where(plan("-np 2 -H a,b a.ts : -np 2 -H b:2 b.js : -np 2 a.ts")), "a: 0 4, b: 1 2 3 5");
  is(where(plan("-H a:2 a.ts : -H b b.js")), "a: 0 1, b: 2");
});

for (const name of ["TSMPI_HOSTFILE", "HYDRA_HOST_FILE", "I_MPI_HYDRA_HOST_FILE", "OMPI_MCA_orte_default_hostfile"]) {
  test(`${name} names the hosts where no option does, and a note says so`, () => {
    const environment = { [name]: "elsewhere.txt" };
    const found = planOf(["a.ts"], environment);
    is(where(found), "localhost: 0, node7: 1 2 3 4");
    match(found.notes.join(), `hosts are those of ${name}=elsewhere.txt`);
    is(where(planOf(["-H", "node1", "a.ts"], environment)), "node1: 0");
    match(
      mistake(["a.ts"], { [name]: "missing.txt" }).message,
      `${name}=missing.txt: expected a file that can be read`,
    );
  });
}

test("ranks that are as many as the slots are noted", () => {
  match(plan("-H a:2,b a.ts").notes.join(), "starting 3 ranks, one per slot of the hosts");
});

test("the options between hosts say how to get to them", () => {
  const line = "--rsh ./my/ssh --connect-timeout 3 --heartbeat 5 --subnet 10.1.0.0/16 --port-range 5000-5009 --no-tls";
  const {
    network,
    remote,
    ignored: left,
  } = plan(`${line} --no-stage --stage notes.txt --stage a.ts,b.js -H node1 a.ts`);
  const some = { portRange: [5000, 5009] as const, tls: false, heartbeat: 5, connectTimeout: 3 };
  equal(network, { interface: "10.1.0.0/16", ...some });
  equal(remote, {
    ...onThisMachine(0).remote,
    rsh: join(cwd, "my/ssh"),
    stage: false,
    stageFiles: [join(cwd, "notes.txt"), join(cwd, "a.ts"), join(cwd, "b.js")],
  });
  equal(left, []);
});

test("-launcher-exec and its like are --rsh, with arguments behind blanks", () => {
  for (const option of ["--rsh", "-launcher-exec", "--launcher-exec", "-bootstrap-exec"]) {
    is(planOf([option, "ssh -p 22", "-H", "node1", "a.ts"]).remote.rsh, "ssh -p 22");
  }
  is(planOf(["--ssh-args", "-p 22", "-H", "node1", "a.ts"]).remote.rsh, "ssh -p 22");
  is(plan("-launcher rsh -H node1 a.ts").remote.rsh, "rsh");
});

test("--interface takes an interface of any host; MPIEXEC_PORT_RANGE counts where no option gives ports", () => {
  for (const value of ["eth0", "ib0:1", "10.1.0.7", "fe80::1", "fd00::/8"]) {
    is(plan(`-iface ${value} -H node1 a.ts`).network.interface, value);
  }
  const environment = { MPIEXEC_PORT_RANGE: "6000:6009" };
  equal(planOf(["-H", "node1", "a.ts"], environment).network.portRange, [6000, 6009]);
  equal(planOf(["-H", "node1", "--port-range", "1:9", "a.ts"], environment).network.portRange, [1, 9]);
  match(
    mistake(["-H", "node1", "a.ts"], { MPIEXEC_PORT_RANGE: "x" }).message,
    "MPIEXEC_PORT_RANGE=x: expected two ports",
  );
});

test("-launcher fork has an effect on one machine, -launcher ssh has none", () => {
  equal(plan("-launcher fork -H node1 a.ts").ignored, []);
  equal(plan("-launcher ssh a.ts").ignored, ["-launcher ssh"]);
});

test("--agents takes codes behind it, or none where a script follows: then they have to be found", () => {
  const [three, two] = [agentCode(3), agentCode(2)];
  for (const list of [`--agents ${three},${two}`, `--agents=${three},${two}`, `--agents ${three} --agents ${two}`]) {
    const { hosts, placement } = plan(`${list} a.ts`);
    equal(hosts, [hostOf(three), hostOf(two)]);
    equal(placement, [0, 0, 0, 1, 1]);
  }
  const searching = parseRun(["--interface", "eth0", "--agents", "a.ts"], around);
  equal(searching, { findAgents: true, interface: "eth0" });
  const found = parseRun(["-np", "1", "--agents", "a.ts"], { ...around, agents: [readCode(two)] });
  equal((found as RunPlan).hosts, [hostOf(two)]);
});

test("agents are hosts beside those that are named, each agent once, also several at one address", () => {
  const [three, two] = [agentCode(3), agentCode(2)];
  const { hosts, placement } = plan(`-np 4 -hosts localhost --agents ${two},${two} a.ts`);
  equal(
    hosts.map(({ name }) => name),
    ["localhost", "10.0.0.2"],
  );
  equal(placement, [0, 1, 1, 0]);
  const same = writeCode({ ...readCode(two), fingerprint: new Uint8Array(10) });
  equal(plan(`-np 5 -hosts localhost --agents ${two},${same},${three} a.ts`).placement, [0, 1, 1, 2, 2]);
});

test("-genvall, -genvnone and their like say what other hosts get; -genvlist and -envlist name variables", () => {
  for (const option of ["-genvall", "-envall"]) is(plan(`${option} -H node1 a.ts`).remote.environment, "all");
  for (const option of ["-genvnone", "-envnone"]) is(plan(`${option} -H node1 a.ts`).remote.environment, "none");
  is(plan("-H node1 a.ts").remote.environment, "few");
  const { programs } = plan("-genvlist OTHER -envlist FOO_A a.ts : b.js");
  equal(
    programs.map(({ env }) => env),
    [{ OTHER: "x", FOO_A: "1" }, { OTHER: "x" }],
  );
});

test("--display-map prints before the start, --do-not-launch instead of it", () => {
  for (const option of ["--display-map", "-display-map", "--display map", "--display-allocation"]) {
    is(plan(`${option} a.ts`).displayMap, true);
  }
  is(plan("--do-not-launch --display-map a.ts").displayMap, "only");
  is(plan("--display-map --do-not-launch a.ts").displayMap, "only");
});

test("-wdir need not exist here where no rank of the program runs here", () => {
  is(plan("-wdir /no/such -H node1 a.ts").programs[0]!.wdir, "/no/such");
});

test("an MPIEXEC_TIMEOUT that is no time is refused by its name", () => {
  match(mistake(["a.ts"], { MPIEXEC_TIMEOUT: "soon" }).message, /MPIEXEC_TIMEOUT=soon: expected a number of seconds/);
});

test("tsmpi run without arguments asks for a script", () => match(mistake([]).message, "no script given"));

test("an empty script name is refused", () => match(mistake([""]).message, 'Cannot run script ""'));

test("a value with blanks is quoted in the message", () => match(mistake(["-np", "a b", "a.ts"]).message, '-np "a b"'));

test.run();
