// Where ranks cannot have memory to share the job runs over connections alone, and -v says why. It needs no /dev/shm; windows
// do: where that is short, read-only or absent, those of allocate work by messages, and allocateShared is refused. Each in a
// mount namespace of its own.
import { test } from "uvu";
import { equal, match, skip } from "../support/assert.ts";
import { tsmpi } from "../support/tsmpi.ts";

/** A command that runs others where `mount` has been done. */
const within = (mount: string) => ["unshare", "-m", "sh", "-c", `${mount} && exec "$0" "$@"`];

const places = {
  "a /dev/shm of 64 KiB": ["mount -t tmpfs -o size=64k tmpfs /dev/shm", /no room for \d+ MiB/],
  "a /dev/shm that is read-only": ["mount -t tmpfs -o ro tmpfs /dev/shm", /EROFS/],
  "no /dev/shm": ["mount -t tmpfs tmpfs /dev && mknod /dev/null c 1 3 && mknod /dev/urandom c 1 9", /ENOENT/],
} as const;

const script = `import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
const peer = { dest: 1 - comm.rank, source: 1 - comm.rank };
const got = await comm.sendrecv(new Uint8Array(3_000_000).fill(comm.rank), peer);
console.log(got.length, await comm.allreduce(got[2_999_999] + comm.rank));
`;

/** Everybody counts at everybody, and adds to long data: in windows of so many numbers, one after the other. */
const windows = (length: number, times: number) => `import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
const { size } = comm;
const length = ${length};
for (let i = 0; i < ${times}; i++) {
  const win = await MPI.Win.allocate(8 * length, { comm });
  for (let target = 0; target < size; target++) {
    await win.lock(target, { type: MPI.LOCK_SHARED });
    await win.fetchAndOp(BigInt64Array.of(1n), new BigInt64Array(1), { target });
    await win.accumulate(new BigInt64Array(length - 1).fill(1n), { target, disp: 8 });
    await win.unlock(target);
  }
  await comm.barrier();
  console.log(new BigInt64Array(win.memory.buffer, win.memory.byteOffset, length).every((n) => n === BigInt(size)));
  await win.free();
}
await MPI.Win.allocateShared(8 * length, { comm }).then(
  () => console.log("shared"),
  (error) => console.log(error.message),
);
await comm.barrier();`;

const able = process.platform === "linux" && Bun.spawnSync(["unshare", "-m", "true"]).success;

if (process.platform === "linux") {
  const under = ["sh", "-c", 'trap "" XFSZ && ulimit -f 64 && exec "$0" "$@"'];

  test("where files may have 32 KiB ranks talk through their connections, and -v says why", async () => {
    const env = { TSMPI_TRANSPORT: "auto" };
    const result = await tsmpi(["-v", "-np", "2", "script.ts"], { files: { "script.ts": script }, env, under });
    equal([result.stdout, result.code], ["3000000 2\n3000000 2\n", 0]);
    match(result.stderr, /ranks share no memory: EFBIG/);
  });

  test("where files may have 32 KiB TSMPI_TRANSPORT=shared-memory is refused, with the reason", async () => {
    const env = { TSMPI_TRANSPORT: "shared-memory" };
    const result = await tsmpi(["-np", "2", "sample:hello"], { env, under });
    equal([result.stdout, result.code], ["", 1]);
    match(result.stderr, /TSMPI_TRANSPORT=shared-memory: EFBIG/);
  });
}

for (const [where, [mount, why]] of Object.entries(places)) {
  const claim = `with ${where} ranks share memory all the same`;
  if (!able) {
    skip(claim, "this user cannot make a mount namespace");
    continue;
  }
  test(claim, async () => {
    const result = await tsmpi(["-np", "2", "script.ts"], {
      files: { "script.ts": script },
      env: { TSMPI_TRANSPORT: "shared-memory" },
      under: within(mount),
    });
    equal([result.stdout, result.stderr, result.code], ["3000000 2\n3000000 2\n", "", 0]);
  });

  test(`with ${where} windows of allocate work, and allocateShared is refused on every rank, with the reason`, async () => {
    const result = await tsmpi(["-np", "3", "script.ts"], {
      files: { "script.ts": windows(20_000, 1) },
      env: { TSMPI_TRANSPORT: "auto" },
      under: within(mount),
    });
    equal([result.stderr, result.code], ["", 0]);
    const refused = `Cannot allocate a window: .*${why.source}.* \\(ERR_NO_MEM\\)`;
    match(result.stdout.split("\n").sort().join("\n"), new RegExp(`^\n(${refused}\n){3}(true\n){2}true$`));
  });
}

const claim = "windows work where /dev/shm has room for that of one rank only";
if (!able) skip(claim, "this user cannot make a mount namespace");
else {
  test(claim, async () => {
    const result = await tsmpi(["-np", "3", "script.ts"], {
      // Each has 4 MiB. More than once, as the room is free again.
      files: { "script.ts": windows(2 ** 19, 5) },
      env: { TSMPI_TRANSPORT: "auto" },
      under: within("mount -t tmpfs -o size=7m tmpfs /dev/shm"),
    });
    equal([result.stderr, result.code], ["", 0]);
    const refused = "Cannot allocate a window: .*no room for \\d+ MiB.* \\(ERR_NO_MEM\\)";
    match(result.stdout.split("\n").sort().join("\n"), new RegExp(`^\n(${refused}\n){3}(true\n){14}true$`));
  });
}

test.run();
