// What other hosts get: tsmpi itself, the script with all that it imports, files of --stage; and what they already have.
import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { badPath, StagedFiles } from "../../../cli/agent/staged-files.ts";
import { equal, is, match, ok, skip } from "../../support/assert.ts";
import { workspace } from "../../support/tsmpi.ts";
import { run, shim } from "./hosts.ts";
import { hashedOwnBinary } from "./own-binary.ts";

const files = { "main.ts": `import { MPI } from "tsmpi";\nconsole.log("rank", MPI.COMM_WORLD.rank, process.cwd());\n` };

const isolated = Bun.spawnSync(["unshare", "-m", "true"]).exitCode === 0;
/** A test of hosts that do not share files with this one. */
const apart = (name: string, body: () => Promise<void>) =>
  isolated ? test(name, body) : skip(name, "unshare -m is not allowed here");

const throws = (action: () => void): string => {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
};

test("a host without tsmpi gets it, once, readable by its user alone, and the next job finds it", async () => {
  const { version, sha256, size } = await hashedOwnBinary();
  const first = await run({ hosts: ["alpha"], files, bare: true });
  is(first.code, 0);
  match(first.stderr, new RegExp(`^tsmpi: sent tsmpi to alpha: ${Math.round(size / 1e6)} MB in [\\d.]+ s\n$`));
  const path = join(first.rooms, "alpha/home/.cache/tsmpi");
  const binary = statSync(join(path, "bin", `${version}-${sha256}`, "tsmpi"));
  equal([binary.size, binary.mode & 0o777, statSync(path).mode & 0o777], [size, 0o700, 0o700]);
  equal(first.left, []);
});

test("a tsmpi that nobody has used for 30 days goes when another one comes, and a use makes it young again", async () => {
  const { version, sha256 } = await hashedOwnBinary();
  const own = `${version}-${sha256}`;
  const days = (count: number) => new Date(Date.now() - count * 86_400_000);
  const cache = (rooms: string) => join(rooms, "alpha/home/.cache/tsmpi/bin");
  const { rooms, code } = await run({
    hosts: ["alpha"],
    files,
    bare: true,
    prepare(rooms) {
      for (const [name, age] of Object.entries({ "0.0.1-aa": 40, "0.0.2-bb": 20 })) {
        const file = join(cache(rooms), name, "tsmpi");
        mkdirSync(join(file, ".."), { recursive: true });
        writeFileSync(file, "");
        utimesSync(join(file, ".."), days(age), days(age));
      }
    },
  });
  is(code, 0);
  equal(readdirSync(cache(rooms)).sort(), ["0.0.2-bb", own].sort());

  const used = await run({
    hosts: ["alpha"],
    files,
    bare: true,
    prepare(rooms) {
      const file = join(cache(rooms), own, "tsmpi");
      mkdirSync(join(file, ".."), { recursive: true });
      copyFileSync(join(import.meta.dir, "../../../dist/tsmpi"), file);
      chmodSync(file, 0o700);
      utimesSync(join(file, ".."), days(40), days(40));
    },
  });
  equal([used.code, used.stderr], [0, ""]);
  ok(statSync(join(cache(used.rooms), own)).mtime > days(1));
});

test("a damaged tsmpi in the cache is replaced", async () => {
  const { version, sha256, size } = await hashedOwnBinary();
  const path = `alpha/home/.cache/tsmpi/bin/${version}-${sha256}/tsmpi`;
  const job = await run({
    hosts: ["alpha"],
    files,
    bare: true,
    prepare(rooms) {
      mkdirSync(join(rooms, path, ".."), { recursive: true });
      writeFileSync(join(rooms, path), new Uint8Array(size), { mode: 0o700 });
    },
  });
  is(job.code, 0);
  match(job.stderr, /sent tsmpi to alpha/);
  equal(job.left, []);
});

test("--no-stage refuses, and says what to do", async () => {
  const { code, stderr, left } = await run({ hosts: ["alpha"], files, bare: true, remote: { stage: false } });
  is(code, 1);
  match(stderr, /alpha \(stage\): tsmpi is not there, and --no-stage forbids to put it there\n/);
  equal(left, []);
});

test("a cache that is a link is not used, but the next directory", async () => {
  const { code, stdout, rooms } = await run({
    hosts: ["alpha"],
    files,
    bare: true,
    prepare(rooms) {
      mkdirSync(join(rooms, "alpha/home/.cache"), { recursive: true });
      symlinkSync("/tmp", join(rooms, "alpha/home/.cache/tsmpi"));
    },
  });
  is(code, 0);
  match(stdout, /^rank 0 /);
  equal(readdirSync(join(rooms, "alpha/tmp")).length, 1);
});

test("a host that gets full while it is sent tsmpi is reported, and keeps nothing of it", async () => {
  const { code, stderr, left } = await run({
    hosts: ["full"],
    files,
    bare: true,
    prepare: (rooms) =>
      shim(
        rooms,
        "full",
        "head",
        '#!/bin/sh\nhead=/usr/bin/head; $head -c 1000; echo "head: write error: No space left on device" >&2; exit 1\n',
      ),
  });
  is(code, 1);
  ok(!stderr.includes("sent tsmpi"));
  match(
    stderr,
    /full \(stage\): there is no place for tsmpi: .* could not be written whole\n {4}head: write error: No space left on device\n {4}make room/,
  );
  equal(left, []);
});

apart("a host that runs no programs from where tsmpi would be is told so", async () => {
  const { code, stderr, left } = await run({
    hosts: ["alpha"],
    files,
    bare: true,
    env: { FAKE_RSH_MOUNT: `-o noexec none "$FAKE_RSH/alpha"; mkdir -p "$PWD" "$FAKE_RSH/alpha/tmp"; cd "$PWD"` },
  });
  is(code, 1);
  match(stderr, /alpha \(probe\): there is no place for tsmpi: .*tsmpi allows no programs \(noexec\) or is full; /);
  equal(left, []);
});

/** The host says that it is another machine than this one. */
const other = process.arch === "x64" ? ["aarch64", "arm64"] : ["x86_64", "x64"];
const uname = `#!/bin/sh\ncase $1 in -s) echo Linux;; -m) echo ${other[0]};; esac\n`;

test("a host of another platform gets the release's file from --binary-dir", async () => {
  const binaryDir = workspace();
  linkSync((await hashedOwnBinary()).path, join(binaryDir, `tsmpi-linux-${other[1]}`));
  const { code, stdout, left } = await run({
    hosts: ["sparc"],
    files,
    bare: true,
    remote: { binaryDir },
    prepare: (rooms) => shim(rooms, "sparc", "uname", uname),
  });
  is(code, 0);
  match(stdout, /^rank 0 /);
  equal(left, []);
});

test("a host of another platform runs the tsmpi that is installed there, if it is the same version", async () => {
  const { path } = await hashedOwnBinary();
  for (const [text, expected] of [
    [`#!/bin/sh\nexec ${path} "$@"\n`, 0],
    ["#!/bin/sh\necho tsmpi 0.0.1\n", 1],
  ] as const) {
    const { code, left } = await run({
      hosts: ["sparc"],
      files,
      bare: true,
      prepare(rooms) {
        shim(rooms, "sparc", "uname", uname);
        shim(rooms, "sparc", "tsmpi", text);
      },
    });
    is(code, expected);
    equal(left, []);
  }
});

test("a host without room is told so before anything is sent", async () => {
  const { code, stderr, left } = await run({
    hosts: ["full"],
    files,
    bare: true,
    prepare: (rooms) => shim(rooms, "full", "df", "#!/bin/sh\necho Filesystem\necho disk 100 90 10 90% /\n"),
  });
  is(code, 1);
  match(
    stderr,
    /full \(probe\): there is no place for tsmpi: .*\.cache\/tsmpi has no room, 10 kB are free; .*\n {4}make room/,
  );
  equal(left, []);
});

apart(
  "imports, packages and the files of --stage travel with the script, and the job's directory goes away",
  async () => {
    const main = `import { MPI } from "tsmpi";
import { twice } from "./lib/twice.ts";
import { three } from "three";
import { readFileSync } from "node:fs";
if (MPI.COMM_WORLD.rank === 1) console.log(twice(three), readFileSync("data/a.txt", "utf8"), readFileSync("data/deep/b.txt", "utf8"), process.cwd(), import.meta.main, process.argv.slice(2).join());
`;
    const { code, stdout, stderr, left, cwd, rooms } = await run({
      files: {
        "main.ts": main,
        "lib/twice.ts": "export const twice = (x: number): number => 2 * x;\n",
        "node_modules/three/package.json": `{ "name": "three", "main": "index.js", "type": "module" }`,
        "node_modules/three/index.js": "export const three = 3;\n",
        "data/a.txt": "text a",
        "data/deep/b.txt": "text b",
      },
      args: ["--x", "a b"],
      // Made by the launcher's process in its directory.
      stageInCwd: ["data"],
      move: true,
    });
    is(stderr, "");
    is(code, 0);
    match(stdout, /^6 text a text b .* true --x,a b\n$/);
    ok(stdout.includes(join(rooms, "beta/home/.cache/tsmpi/job.")), stdout);
    ok(!stdout.includes(cwd));
    equal(left, []);
  },
);

test("a script that is at the same path with the same content is taken from there: a shared file system", async () => {
  const { code, stdout, cwd } = await run({ hosts: ["alpha"], files });
  is(code, 0);
  is(stdout, `rank 0 ${cwd}\n`);
});

apart("--no-stage does not send the script either", async () => {
  const { code, stderr, left } = await run({ hosts: ["alpha"], files, move: true, remote: { stage: false } });
  is(code, 1);
  match(stderr, /alpha \(stage\): .*main\.ts, or a file that it needs, is not there with the same content\n/);
  equal(left, []);
});

apart("a sample with files of --stage runs where these are", async () => {
  const { code, stdout, left } = await run({
    ...{ hosts: ["alpha"], ranks: 2, script: "sample:clean", args: ["posts.txt"] },
    ...{ files: { "posts.txt": "The cat sat on the mat.\n" }, stageInCwd: ["posts.txt"], move: true },
  });
  is(code, 0);
  match(stdout, /^1 posts cleaned/);
  equal(left, []);
});

apart("-wdir is a directory of the other host, and has to be there", async () => {
  const directory = workspace();
  const good = await run({ hosts: ["alpha"], files, program: { wdir: directory }, move: true });
  is(good.stdout, `rank 0 ${directory}\n`);
  const bad = await run({ hosts: ["alpha"], files, program: { wdir: "/no/such" } });
  is(bad.code, 1);
  match(bad.stderr, /alpha \(agent\): -wdir \/no\/such: there is no such directory/);
  equal([...good.left, ...bad.left], []);
});

test("a script that cannot be bundled is an error that names what is missing", async () => {
  const { code, stderr } = await run({ hosts: ["alpha"], files: { "main.ts": `import "no-such-package";\n` } });
  is(code, 2);
  match(stderr, /Cannot prepare .*main\.ts for other hosts: .*no-such-package/);
});

test("names that lead out of the job's directory are refused, as are those that are there already", () => {
  const bad = [
    "",
    "/etc/passwd",
    "../x",
    "a/../../x",
    "a/./b",
    "a//b",
    "a/",
    ".",
    "..",
    "a\0b",
    "a\\..\\b",
    "C:x",
    "c:/x",
  ];
  for (const path of bad) ok(badPath(path) !== undefined, path);
  for (const path of ["a", "a/b.ts", ".hidden", "..a", "a b"]) is(badPath(path), undefined, path);
  const directory = workspace();
  const staged = new StagedFiles(directory);
  const bytes = new TextEncoder().encode("abc");
  for (const path of bad)
    match(
      throws(() => staged.take(path, 0o600, bytes, true)),
      /^Cannot stage /,
    );
  staged.take("d/a.txt", 0o755, bytes, false);
  staged.take("d/a.txt", 0o755, bytes, true);
  is(readFileSync(join(directory, "d/a.txt"), "utf8"), "abcabc");
  is(statSync(join(directory, "d/a.txt")).mode & 0o777, 0o700);
  match(
    throws(() => staged.take("D/A.txt", 0o600, bytes, true)),
    /there is one already/,
  );
  symlinkSync("/tmp", join(directory, "link"));
  symlinkSync(join(directory, "target"), join(directory, "dangling"));
  ok(throws(() => staged.take("dangling", 0o600, bytes, true)) !== "");
  equal(readdirSync(directory).sort(), ["d", "dangling", "link"]);
});

test.run();
