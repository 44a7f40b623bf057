// Files on systems that refuse what they are asked for: a job of two ranks under strace, which makes system calls on one
// rank's file fail; and on file systems that are full, or only read. Rank 1 knows the file by a name of its own, a hard link.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { equal, is, match, ok, skip } from "../support/assert.ts";
import { tsmpi, workspace } from "../support/tsmpi.ts";

/** What both ranks do with a file; each step comes to a line. */
const script = `
import { linkSync, readFileSync, writeFileSync } from "node:fs";
import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
const { rank } = comm;
const path = (rank: number) => process.cwd() + "/file" + rank;
if (rank === 0) {
  writeFileSync(path(0), "old");
  linkSync(path(0), path(1));
}
await comm.barrier();
const data = (bytes: number, seed: number) => Uint8Array.from({ length: bytes }, (_, i) => (i * 7 + seed + rank) % 251);
async function step(name: string, call: () => Promise<unknown>) {
  const told = await call().then(
    (got) => got instanceof Uint8Array ? "ok " + Bun.hash(got) : "ok",
    (error: Error) => error.message,
  );
  console.log(rank, name, told);
  await comm.barrier();
}
let file: MPI.File;
await step("open", async () => {
  const info = MPI.Info.create({ cb_nodes: "2", cb_buffer_size: "65536" });
  file = await MPI.File.open(comm, path(rank), MPI.MODE_RDWR, info);
});
if (file!) {
  await step("short", () => file.writeAt(10 + 10 * rank, data(10, 1)));
  await step("long", () => file.writeAt(1000 + 300_000 * rank, data(300_000, 2)));
  await step("all", () => file.writeAtAll(700_000 + 1000 * rank, data(1000, 3)));
  await step("shared", () => file.writeShared(data(5, 4)));
  const pairs = MPI.BYTE.createContiguous(4096).createResized(0, 8192).commit();
  await step("view", () => file.setView(800_000 + 4096 * rank, MPI.BYTE, pairs));
  await step("between", () => file.writeAtAll(0, data(400_000, 5)));
  await step("sync", () => file.sync());
  await step("read between", () => file.readAtAll(0, new Uint8Array(400_000)));
  await step("view", () => file.setView());
  await step("read", () => file.readAt(30, new Uint8Array(1000)));
  await step("read long", () => file.readAt(30, new Uint8Array(700_000)));
  if (rank === 0) console.log("content", Bun.hash(readFileSync(path(0)).subarray(30)));
  await step("resize", () => file.setSize(90));
  await step("reserve", () => file.preallocate(5000));
  await step("close", () => file.close());
}
`;

/** Runs the job, as another program's child where one is given. @returns its directory and what it said, in order */
async function said(under?: (directory: string) => string[]): Promise<{ cwd: string; lines: string[] }> {
  const cwd = workspace({ "calls.ts": script });
  const { code, stdout, stderr } = await tsmpi(["run", "-q", "-np", "2", "calls.ts"], {
    cwd,
    under: under?.(cwd) ?? [],
  });
  equal([code, stderr.replace(/^strace: .*\n/gm, "")], [0, ""]);
  return { cwd, lines: stdout.trimEnd().split("\n").sort() };
}

const strace = (fault: string, rank: number) => (cwd: string) => {
  const calls = fault.slice(0, fault.indexOf(":"));
  return [
    "strace",
    "-f",
    "--seccomp-bpf",
    "-o",
    join(cwd, "log"),
    "-P",
    join(cwd, `file${rank}`),
    "-e",
    `trace=${calls}`,
  ].concat(fault.includes("error") ? ["-e", `inject=${fault}`] : []);
};

/** Calls, the rank on which they fail, what one rank then cannot do by itself, and what none can, with which class. */
const faults = [
  ["openat:error=EROFS", 1, "", "open", "ERR_READ_ONLY"],
  ["pwrite64:error=ENOSPC", 1, "short,long,shared", "all,between", "ERR_NO_SPACE"],
  ["pwrite64:error=EDQUOT", 1, "short,long,shared", "all,between", "ERR_QUOTA"],
  ["pwrite64:error=EROFS", 1, "short,long,shared", "all,between", "ERR_READ_ONLY"],
  ["pwrite64:error=EIO", 0, "short,long,shared", "all,between", "ERR_IO"],
  ["pread64:error=ESTALE", 1, "read,read long", "read between", "ERR_NO_SUCH_FILE"],
  ["fsync:error=EIO", 1, "", "sync", "ERR_IO"],
  ["ftruncate:error=EPERM", 0, "", "resize", "ERR_ACCESS"],
  ["fallocate:error=ENOSPC", 0, "", "reserve", "ERR_NO_SPACE"],
  ["fallocate:error=EDQUOT", 0, "", "reserve", "ERR_QUOTA"],
  ["close:error=EDQUOT", 1, "", "close", "ERR_QUOTA"],
] as const;

const noStrace = Bun.which("strace")
  ? Bun.spawnSync(["strace", "-f", "true"]).exitCode === 0
    ? undefined
    : "strace may not trace"
  : "strace is not installed";

if (noStrace) skip("what the system refuses", noStrace);
else {
  for (const [fault, rank, alone, together, errorClass] of faults) {
    test(`${fault} on rank ${rank} is ${errorClass} there, and of collectives on both`, async () => {
      const { lines } = await said(strace(fault, rank));
      const failed = lines.filter((line) => / Cannot /.test(line));
      for (const line of failed) match(line, new RegExp(`on rank ${rank}.*\\(${errorClass}\\)$`));
      const expected = [
        ...alone.split(",").flatMap((name) => (name ? [`${rank} ${name}`] : [])),
        ...together.split(",").flatMap((name) => [`0 ${name}`, `1 ${name}`]),
      ];
      equal(failed.map((line) => line.slice(0, line.indexOf(" Cannot"))).sort(), expected.sort());
      for (const line of failed.filter((line) => !line.startsWith(`${rank}`))) match(line, `as rank ${rank} cannot`);
    });
  }

  test("calls that are interrupted go on, and the file is the same as without", async () => {
    const calls = "openat,statx,pwrite64,pread64,fsync,ftruncate,fallocate,close";
    const undisturbed = await said();
    for (const rank of [0, 1]) {
      equal((await said(strace(`${calls}:error=EINTR:when=1+2`, rank))).lines, undisturbed.lines);
    }
    is(readFileSync(join(undisturbed.cwd, "file1")).length, 5000);
  });

  test("sync() is fsync on every rank, behind its writes", async () => {
    for (const rank of [0, 1]) {
      const { cwd } = await said(strace("pwrite64,fsync:", rank));
      const calls = readFileSync(join(cwd, "log"), "utf8").match(/\b(pwrite64|fsync)\(.*/g)!;
      ok(calls.length > 4, `${calls}`);
      match(calls.at(-1)!, /^fsync\(\d+\) += 0/);
      is(calls.filter((call) => call.startsWith("fsync")).length, 1);
    }
  });

  test("with striping root, sync() is fsync on rank 0 when what all ranks have written is there", async () => {
    const cwd = workspace({
      "root.ts": `
        import { MPI } from "tsmpi";
        const mode = MPI.MODE_RDWR | MPI.MODE_CREATE;
        const comm = MPI.COMM_WORLD;
        await using file = await MPI.File.open(comm, "file0", mode, MPI.Info.create({ striping: "root" }));
        if (comm.rank > 0) await file.writeAt(1000 * comm.rank, new Uint8Array(1000));
        await file.sync();
      `,
    });
    const options = { cwd, under: strace("pwrite64,fsync:", 0)(cwd) };
    is((await tsmpi(["run", "-q", "-np", "4", "root.ts"], options)).code, 0);
    const calls = readFileSync(join(cwd, "log"), "utf8").match(/\b(pwrite64|fsync)\(/g)!;
    equal(calls, ["pwrite64(", "pwrite64(", "pwrite64(", "fsync("]);
  });
}

/** Runs a job in a mount namespace with a file system of its own at `disk`. */
const mounted = (prepare: string) => ["unshare", "-m", "sh", "-ec", `mount -t tmpfs ${prepare}; exec "$@"`, "sh"];
const noMounts =
  process.getuid?.() === 0 && Bun.which("unshare") && Bun.spawnSync(["unshare", "-m", "true"]).exitCode === 0
    ? undefined
    : "file systems can be mounted by root only, with unshare";

/** What one script says on two ranks with a file system that was prepared so. */
async function saidOn(prepare: string, main: string): Promise<string[]> {
  const cwd = workspace({
    "disk/none": "",
    "main.ts": `
      import { readFileSync, readdirSync } from "node:fs";
      import { MPI } from "tsmpi";
      const comm = MPI.COMM_WORLD;
      const { rank } = comm;
      const told = (promise: Promise<unknown>) => promise.then(() => "ok", (error: Error) => error.message);
      ${main}`,
  });
  const result = await tsmpi(["run", "-q", "-np", "2", "main.ts"], { cwd, under: mounted(prepare) });
  equal([result.code, result.stderr], [0, ""]);
  return result.stdout.trim().split("\n").sort();
}

if (noMounts) skip("file systems that are full or only read", noMounts);
else {
  test("a disk that fills up is ERR_NO_SPACE, and the file holds a part of the data from its beginning", async () => {
    const lines = await saidOn(
      "-o size=1m tmpfs disk",
      `
      await using file = await MPI.File.open(comm, "disk/file", MPI.MODE_RDWR | MPI.MODE_CREATE);
      if (rank === 1) console.log(await told(file.writeAt(5, new Uint8Array(3_000_000).fill(7))));
      await comm.barrier();
      const there = readFileSync("disk/file").subarray(5);
      console.log(there.every((byte) => byte === 7), there.length > 900_000);
      console.log(await told(file.writeAtAll(2_000_000 * rank, new Uint8Array(rank).fill(8))));
      const between = MPI.BYTE.createContiguous(4096).createResized(0, 8192).commit();
      await file.setView(4_000_000 + 4096 * rank, MPI.BYTE, between);
      console.log(await told(file.writeAll(new Uint8Array(200_000))));
      await file.setView();
      console.log(await told(file.preallocate(5_000_000)), file.size < 5_000_000);
      // The file is as usable as before.
      await file.setSize(5);
      console.log(await told(file.writeAtAll(1000 * rank, new Uint8Array(1000).fill(9))), file.size);
      `,
    );
    equal(lines.slice(-4), ["ok 2000", "ok 2000", "true true", "true true"]);
    equal(lines.length, 11);
    for (const line of lines.slice(0, -4)) match(line, /^Cannot .*\(ERR_NO_SPACE\)( true)?$/);
  });

  test("a file system that is only read is ERR_READ_ONLY where a file is to be written, and lets it be read", async () => {
    const lines = await saidOn(
      "tmpfs disk; echo old > disk/file; mount -o remount,ro disk",
      `
      const mode = MPI.MODE_RDWR | MPI.MODE_CREATE;
      console.log(await told(MPI.File.open(comm, "disk/new", mode)), await told(MPI.File.open(comm, "disk/file", mode)));
      await using file = await MPI.File.open(comm, "disk/file");
      console.log(await told(file.writeAll(new Uint8Array(3))), await told(MPI.File.delete("disk/file")));
      console.log(Buffer.from(await file.readAll(new Uint8Array(3))).toString(), readdirSync("disk"));
      `,
    );
    equal(lines.slice(4), ['old [ "file" ]', 'old [ "file" ]']);
    for (const line of lines.slice(0, 4)) match(line, /^Cannot .*\(ERR_READ_ONLY\) Cannot .*\(ERR_READ_ONLY\)$/);
  });
}

test.run();
