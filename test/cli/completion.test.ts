// The completion scripts: the shells accept them, and bash and fish complete what they should.
import { test } from "uvu";
import { equal, is, ok, skip } from "../support/assert.ts";
import { tsmpi, workspace } from "../support/tsmpi.ts";

const shells = ["bash", "zsh", "fish"] as const;
const cwd = workspace({ "scripts/sum.ts": "", "scripts/sort.js": "", "local.ts": "", "data.csv": "", "dir/x": "" });
const home = workspace();

async function script(shell: string): Promise<string> {
  const { code, stdout } = await tsmpi(["completion", shell]);
  is(code, 0);
  return stdout;
}

/** Runs a shell, fails when it complains, and returns the lines that it prints. */
function shell(name: string, args: readonly string[], stdin: string): string[] {
  // fish makes directories in its home.
  const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: undefined, XDG_DATA_HOME: undefined };
  const ended = Bun.spawnSync([name, ...args], { cwd, env, stdin: Buffer.from(stdin) });
  equal([`${ended.stderr}`, ended.exitCode], ["", 0]);
  return `${ended.stdout}`.split("\n").filter(Boolean);
}

for (const name of shells) {
  const claim = `${name} reads its script without complaint`;
  if (Bun.which(name)) test(claim, async () => void shell(name, ["-n"], await script(name)));
  else skip(claim, `${name} is not installed`);
}

/** What bash offers for the last word of a line. */
async function bash(line: string): Promise<string[]> {
  const words = line.split(" ");
  const call = `${await script("bash")}
COMP_LINE='${line}' COMP_POINT=${line.length} COMP_CWORD=${words.length - 1}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")})
_tsmpi
printf '%s\\n' "\${COMPREPLY[@]}"`;
  return shell("bash", ["--norc"], call).sort();
}

const inBash = Bun.which("bash") ? test : (name: string) => skip(name, "bash is not installed");

inBash("bash offers commands, scripts and samples for the first word", async () => {
  const offers = await bash("tsmpi ");
  for (const word of ["run", "init", "samples", "sum", "sort", "local.ts", "dir/", "sample:hello"])
    ok(offers.includes(word), word);
  ok(!offers.includes("data.csv"));
  equal(await bash("tsmpi s"), ["samples", "scripts", "scripts/", "sort", "sum"].concat(await samplesAs("s")).sort());
});

/** The sample words that begin with `prefix`. */
async function samplesAs(prefix: string): Promise<string[]> {
  return (await bash("tsmpi run ")).filter((word) => word.startsWith("sample:") && word.startsWith(prefix));
}

inBash("bash completes options, and scripts behind them", async () => {
  equal(await bash("tsmpi run --tag"), ["--tag-output"]);
  equal(await bash("tsmpi run -np 4 su"), ["sum"]);
  equal(await bash("tsmpi -np 4 scripts/so"), ["scripts/sort.js"]);
  equal(await bash("tsmpi run -np "), []);
});

inBash("bash completes a sample's name behind its colon", async () =>
  equal(await bash("tsmpi run sample:hel"), ["hello"]),
);

inBash("bash completes the words of completion, samples and info", async () => {
  equal(await bash("tsmpi info "), ["algorithms"]);
  equal(await bash("tsmpi completion "), ["bash", "fish", "zsh"]);
  equal(await bash("tsmpi samples "), ["copy"]);
});

/** What fish offers for the last word of a line, without descriptions. */
async function fish(line: string): Promise<string[]> {
  const call = `${await script("fish")}\ncomplete -C '${line}'\n`;
  return shell("fish", ["--no-config"], call).map((offer) => offer.split("\t")[0]!);
}

const inFish = Bun.which("fish") ? test : (name: string) => skip(name, "fish is not installed");

inFish("fish offers commands, scripts, samples and options", async () => {
  const offers = await fish("tsmpi s");
  for (const word of ["samples", "scripts", "sum", "sort", "sample:hello"]) ok(offers.includes(word), word);
  ok((await fish("tsmpi run --tag")).includes("--tag-output"));
  ok((await fish("tsmpi run -")).includes("-np"));
  ok((await fish("tsmpi run -np 4 su")).includes("sum"));
  equal((await fish("tsmpi completion ")).sort(), ["bash", "fish", "zsh"]);
});

test.run();
