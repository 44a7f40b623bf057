// The commands beside `run`: help, version, scripts, init, samples, info, and what a wrong word leads to.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { sampleNames } from "../../cli/embedded/samples.ts";
import { findScript } from "../../cli/find-script.ts";
import { leadingComment } from "../../cli/leading-comment.ts";
import { nearest } from "../../cli/usage-error.ts";
import packageJson from "../../package.json";
import { algorithms } from "../../src/collectives/select.ts";
import { equal, is, match, not, ok, skip, throws } from "../support/assert.ts";
import { binary, tsmpi, workspace } from "../support/tsmpi.ts";

const root = join(import.meta.dir, "../..");
const lines = (text: string) => text.trimEnd().split("\n");

/** All files below a directory, with their contents. */
function contents(dir: string): Record<string, string> {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(paths.map((path) => [path.slice(dir.length + 1), readFileSync(path, "utf8")]));
}

test("--version and -V print one line with the version, Bun's version and the platform", async () => {
  for (const argv of [["--version"], ["-V"], ["run", "--version"], ["-np", "2", "-V"]]) {
    const { code, stdout, stderr } = await tsmpi(argv);
    is(stdout, `tsmpi ${packageJson.version} (Bun ${Bun.version}, ${process.platform} ${process.arch})\n`);
    equal([code, stderr], [0, ""]);
  }
});

test("every help fits 80 columns and goes to stdout", async () => {
  for (const argv of [
    [],
    ["--help"],
    ["-h"],
    ["help"],
    ["run", "-h"],
    ["help", "run"],
    ["init", "--help"],
    ["samples", "-h"],
    ["help", "bench"],
    ["help", "info"],
  ]) {
    const { code, stdout, stderr } = await tsmpi(argv);
    equal([code, stderr], [0, ""], argv.join(" "));
    for (const line of lines(stdout)) ok(line.length <= 80, `${argv.join(" ")}: ${line}`);
    match(stdout, "Usage:");
  }
});

test("the help of tsmpi names every command but the hidden one", async () => {
  const { stdout } = await tsmpi(["--help"]);
  for (const command of ["run", "scripts", "init", "samples", "info", "completion"])
    match(stdout, new RegExp(`^  ${command} `, "m"));
  not.match(stdout, /^ {2}rank/m);
});

test("run --help shows the options in groups, and examples", async () => {
  const { stdout } = await tsmpi(["run", "--help"]);
  const titles = lines(stdout).filter((line) => /^\S.*:$/.test(line));
  equal(titles, [
    "Usage:",
    "Ranks:",
    "Hosts:",
    "Between hosts:",
    "Programs:",
    "Input and output:",
    "Job:",
    "Options:",
    "Examples:",
  ]);
  is((await tsmpi(["-np", "3", "--help"])).stdout, stdout);
});

test("wrong usage exits with 2, says why on stderr in two lines at most, and prints nothing else", async () => {
  for (const [argv, pattern] of [
    [["run", "-np", "0", "x.ts"], /^tsmpi: Cannot use -np 0: expected a whole number/],
    [["-np", "2", "--tag-ouput", "x.ts"], /did you mean --tag-output\?/],
    [["run", "nothing"], /Cannot find script nothing/],
    [["nothing.ts"], /Cannot find script nothing\.ts/],
    [["smaples"], /did you mean the command `tsmpi samples`\?/],
    [["sample:nothing"], /Cannot find sample nothing: expected one of hello/],
    [["scripts", "extra"], /extra/],
    [["init", "--force"], /--force[\s\S]*tsmpi init --help/],
    [["samples", "paste"], /samples paste: expected nothing, or copy/],
    [["info", "everything"], /about everything: expected nothing, or algorithms/],
    [["completion"], /no shell: expected one of bash, zsh, fish/],
    [["completion", "tcsh"], /tcsh: expected one of bash, zsh, fish/],
  ] as const) {
    const { code, stdout, stderr } = await tsmpi(argv);
    match(stderr, pattern);
    match(stderr, /^tsmpi: /);
    ok(lines(stderr).length <= 2, stderr);
    equal([code, stdout], [2, ""], argv.join(" "));
  }
});

test("scripts lists the scripts by name, with the first line of their leading comments", async () => {
  const files = {
    "scripts/b.ts": "// Sums numbers.\n// More.\nlet x;",
    "scripts/a.mjs": "#!/usr/bin/env tsmpi\n\n/**\n * Says a.\n */\n",
    "scripts/c.js": "let x; // no introduction",
    "scripts/notes.txt": "// not a script",
    "scripts/types.d.ts": "// not a script",
    "scripts/deep/d.ts": "// not listed",
  };
  const { code, stdout } = await tsmpi(["scripts"], { files });
  is(stdout, "a.mjs  Says a.\nb.ts   Sums numbers.\nc.js\n");
  is(code, 0);
});

test("scripts without any says how to make one", async () => {
  for (const files of [{}, { "scripts/notes.txt": "" }, { scripts: "a file" }] as Record<string, string>[]) {
    const { code, stdout, stderr } = await tsmpi(["scripts"], { files });
    match(stderr, /there are no scripts in .*scripts\n.*tsmpi init\n/);
    equal([code, stdout], [0, ""]);
  }
});

/** A script that uses what a rank has beside tsmpi. */
const usesMore = `
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
const name: string = process.argv[2] ?? process.env.NAME ?? import.meta.path;
assert.equal(readFileSync(name, "utf8"), await Bun.file(name).text());
const answer: Response = await fetch("http://localhost");
setTimeout(() => process.exit(answer.ok ? 0 : 1), 5).unref();
`;

test("init makes a directory that the compiler accepts with nothing installed, and that runs", async () => {
  const { code, stdout, cwd } = await tsmpi(["init", "proj"]);
  is(code, 0);
  match(stdout, "cd proj && tsmpi run -np 4 hello");
  const dir = join(cwd, "proj");
  const check = () =>
    Bun.spawnSync([process.execPath, join(root, "node_modules/typescript/bin/tsc"), "--noEmit"], { cwd: dir });
  const checked = check();
  equal([`${checked.stdout}`, checked.exitCode], ["", 0]);

  await Bun.write(join(dir, "scripts/more.ts"), usesMore);
  is(`${check().stdout}`, "");

  const wrong = `import { MPI } from "tsmpi";\nconst size: string = MPI.COMM_WORLD.size;\nconsole.log(size);\n`;
  await Bun.write(join(dir, "scripts/wrong.ts"), wrong);
  match(`${check().stdout}`, /wrong\.ts\(2,7\): error TS2322: Type 'number' is not assignable to type 'string'/);

  const job = await tsmpi(["run", "-np", "2", "hello"], { cwd: dir });
  equal([job.code, lines(job.stdout).length, job.stderr], [0, 2, ""]);
});

test("init keeps what is there, names it, and says what an own tsconfig needs", async () => {
  const files = { "tsconfig.json": "{}", "scripts/hello.ts": "// mine", "types/tsmpi/index.d.ts": "// old" };
  const { stdout, cwd } = await tsmpi(["init"], { files });
  const after = contents(cwd);
  for (const [name, text] of Object.entries(files)) is(after[name], text);
  match(stdout, /kept {2}tsconfig\.json \(another\)/);
  match(stdout, /kept {2}scripts.hello\.ts \(another\)/);
  match(stdout, '"typeRoots":["./types"],"types":["bun"],"paths":{"tsmpi":["./types/tsmpi/index.d.ts"]');
  match(stdout, '"exclude": ["types"]');
  match(stdout, /remove types first/);
});

test("init twice changes nothing the second time", async () => {
  const { cwd } = await tsmpi(["init"]);
  const before = contents(cwd);
  const { code, stdout } = await tsmpi(["init"], { cwd });
  equal(contents(cwd), before);
  is(code, 0);
  not.match(stdout, /made|another/);
});

test("init into a file is refused", async () => {
  const { code, stderr } = await tsmpi(["init", "taken"], { files: { taken: "" } });
  equal([code, stderr], [2, "tsmpi: Cannot write into taken: it is a file, expected a directory\n"]);
});

test("every program of samples/ is a sample, and has an introduction", async () => {
  const programs = readdirSync(join(root, "samples")).filter((name) => name.endsWith(".ts"));
  equal([...sampleNames].sort(), programs.map((name) => name.slice(0, -3)).sort());
  const { stdout } = await tsmpi(["samples"]);
  for (const name of sampleNames) {
    const text = leadingComment(readFileSync(join(root, `samples/${name}.ts`), "utf8"));
    ok(text.length > 5, name);
    match(stdout, new RegExp(`^sample:${name} +${RegExp.escape(text)}$`, "m"));
  }
});

test("samples copy writes all samples as they are, and a package.json for those that need one", async () => {
  const { code, stdout, cwd } = await tsmpi(["samples", "copy"]);
  is(code, 0);
  const { "package.json": manifest, ...copied } = contents(join(cwd, "samples"));
  equal(copied, contents(join(root, "samples")));
  equal(JSON.parse(manifest!).dependencies, { stopword: packageJson.dependencies.stopword });
  match(stdout, /stopword from npm: run `npm install` in samples first/);

  const again = await tsmpi(["samples", "copy"], { cwd });
  match(again.stdout, /files were in samples already/);
  not.match(again.stdout, /Wrote|Kept/);
});

test("samples copy never replaces a file and names what it kept", async () => {
  const files = { "mine/hello.ts": "// mine" };
  const { stdout, cwd } = await tsmpi(["samples", "copy", "mine"], { files });
  is(readFileSync(join(cwd, "mine/hello.ts"), "utf8"), "// mine");
  match(stdout, /Kept, though they differ: mine.hello\.ts\n/);
  ok(existsSync(join(cwd, "mine/double.ts")));
});

test("info shows each variable with its value, and what a report of a problem needs", async () => {
  const env = { TSMPI_EAGER_LIMIT: "77", TSMPI_SCAN: "linear" };
  const { code, stdout } = await tsmpi(["info"], { env });
  is(code, 0);
  match(stdout, `tsmpi ${packageJson.version} (Bun ${Bun.version}`);
  for (const what of ["standard", "command", "host", "cores", "memory", "transports"])
    match(stdout, new RegExp(`^${what} +\\S`, "m"));
  match(stdout, /^TSMPI_EAGER_LIMIT=77 \(default \d+\)$/m);
  match(stdout, /^TSMPI_SPIN=auto \(default\)$/m);
  match(stdout, /^TSMPI_SCAN=linear$/m);
  match(stdout, /^TSMPI_LOCAL_RANK +this rank/m);
  for (const line of lines(stdout).filter((line) => !line.startsWith("command"))) ok(line.length <= 80, line);
});

test("info says which launcher has started it, and by what", async () => {
  const none = await tsmpi(["info"]);
  match(
    none.stdout,
    "engine: none, so a script without `tsmpi run` is one rank\n    no variable of another launcher is set",
  );
  const env = { JOB_COMPLETION_INDEX: "3", TSMPI_TOKEN: "not-to-be-printed-anywhere" };
  const { stdout } = await tsmpi(["info"], { env });
  match(stdout, "engine: kubernetes, a Kubernetes Indexed Job\n    JOB_COMPLETION_INDEX=3");
  match(stdout, "TSMPI_TOKEN=(set, not shown)");
  not.match(stdout, "not-to-be-printed");
  const unknown = await tsmpi(["info"], { env: { TSMPI_ENGINE: "pigeons" } });
  is(unknown.code, 0);
  match(unknown.stdout, "Cannot use TSMPI_ENGINE=pigeons: expected auto, none, pmi, pmix, slurm, kubernetes");
});

test("info algorithms shows every row of the table that picks, when it is picked, and the variable that overrides", async () => {
  const { code, stdout } = await tsmpi(["info", "algorithms"], { env: { TSMPI_BCAST: "binomial" } });
  is(code, 0);
  const sections = stdout.split("\n\n").slice(1, -1);
  equal(
    sections.map((section) => section.split(" ")[0]),
    Object.keys(algorithms),
  );
  for (const section of sections) {
    const [head, ...rows] = section.split("\n");
    const collective = head!.split(" ")[0] as keyof typeof algorithms;
    equal(
      rows.map((row) => row.trim().split(/ +/)[0]),
      algorithms[collective].map(({ name }) => name),
    );
  }
  match(stdout, "bcast (TSMPI_BCAST=binomial)");
  match(stdout, "reduceScatter (TSMPI_REDUCE_SCATTER is not set)");
  match(stdout, /^ {2}scatter-allgather +above 16 MiB, from 3 ranks$/m);
  match(stdout, /^ {2}recursive-doubling +if power of two$/m);
  match(stdout, /^ {2}ring +above 64 KiB, from 3 ranks, if commutative and elementwise$/m);
  match(
    stdout,
    /^ {2}shared +if shared memory\n {2}hierarchical +if several hosts\n {2}dissemination +else\n {2}linear +only when asked for$/m,
  );
  match(stdout, /^ {2}pairwise +else\n {2}linear +only when asked for$/m);
  for (const line of lines(stdout)) ok(line.length <= 80, line);
});

test("a variable that names no algorithm ends the job at its start, with one message and no stack", async () => {
  const env = { TSMPI_ALLREDUCE: "nonsense" };
  const names = algorithms.allreduce.map(({ name }) => name);
  const what = `Cannot use TSMPI_ALLREDUCE=nonsense: expected one of ${names.join(", ")}`;
  const job = await tsmpi(["run", "-np", "3", "sample:hello"], { env });
  equal([job.code, job.stdout, lines(job.stderr)[1]], [1, "", `  ${what}`]);
  is(lines(job.stderr).length, 3);
  const alone = await tsmpi(["sample:hello"], { env });
  equal([alone.code, alone.stdout, alone.stderr], [1, "", `${what}\n`]);
});

const epipe = "a reader that goes away ends a command quietly";
if (!Bun.which("bash")) skip(epipe, "bash is not installed");
else {
  test(epipe, async () => {
    await tsmpi(["--version"]);
    const ended = Bun.spawnSync(["bash", "-c", 'exec 3> >(exec true); wait $!; exec "$0" info >&3', binary]);
    equal([`${ended.stderr}`, ended.exitCode], ["", 0]);
  });
}

test("a script without a command runs as one rank, with its arguments untouched", async () => {
  const args = ["-np", "3", ":", "--help", ""];
  const files = { "args.ts": "console.log(JSON.stringify(process.argv.slice(2)));" };
  const { code, stdout } = await tsmpi(["args.ts", ...args], { files });
  equal([JSON.parse(stdout), code], [args, 0]);
});

test("MPI.INFO_ENV has the script and its arguments", async () => {
  const files = { "args.ts": 'import { INFO_ENV } from "tsmpi"; console.log(JSON.stringify(INFO_ENV.items()));' };
  const { stdout } = await tsmpi(["-np", "1", "args.ts", "-n", "5"], { files });
  const [[command, path], ...rest] = JSON.parse(stdout);
  equal([command, path.split("/").at(-1), rest], ["command", "args.ts", [["argv", "-n 5"]]]);
});

test("findScript() prefers what lies here to the scripts directory, and .ts to .tsx, .js and .mjs", () => {
  const names = [
    "x.mjs",
    "x.js",
    "scripts/x.ts",
    "y",
    "scripts/y.ts",
    "z/inside.ts",
    "scripts/z.ts",
    "scripts/sub/w.js",
    "v.mts",
  ];
  const cwd = workspace(Object.fromEntries(names.map((name) => [name, ""])));
  for (const [name, expected] of [
    ["x", "x.js"],
    ["x.mjs", "x.mjs"],
    ["x.ts", "scripts/x.ts"],
    ["./x", "x.js"],
    ["y", "scripts/y.ts"],
    ["z", "scripts/z.ts"],
    ["sub/w", "scripts/sub/w.js"],
    ["scripts/sub/../x", "scripts/x.ts"],
    ["v.mts", "v.mts"],
    [join(cwd, "x.js"), "x.js"],
  ] as const) {
    is(findScript(name, cwd, []), join(cwd, expected), name);
  }
  throws(() => findScript("./z", cwd, []), /it is a directory.*/);
  throws(() => findScript("./y", cwd, []), /y: expected a file that ends in/);
});

test("leadingComment() finds the first line of text of a comment that comes first", () => {
  for (const [source, expected] of [
    ["// Sums. \nx", "Sums."],
    ["\uFEFF#!/usr/bin/env bun\r\n\r\n// Sums.\r\n", "Sums."],
    ["/* Sums. */ let x;", "Sums."],
    ["/**\n *\n * Sums.\n * More.\n */", "Sums."],
    ["/// Sums.", "Sums."],
    ["//\n// Sums.", "Sums."],
    ["/* */\nlet x; // no", ""],
    ["let x; // no", ""],
    ["", ""],
  ] as const) {
    is(leadingComment(source), expected, source);
  }
});

test("nearest() suggests what is close and nothing that is not", () => {
  const names = ["np", "n", "timeout", "tag-output"];
  is(nearest("tiemout", names), "timeout");
  is(nearest("tagoutput", names), "tag-output");
  is(nearest("nnp", names), "np");
  is(nearest("z", names), undefined);
  is(nearest("frobnicate", names), undefined);
});

test.run();
