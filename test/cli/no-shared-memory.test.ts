// Hosts where memory for ranks to share is short, read-only or absent: the job runs over connections alone, and -v says why. Each
// in a mount namespace of its own.
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

const able = process.platform === "linux" && Bun.spawnSync(["unshare", "-m", "true"]).success;

for (const [where, [mount, why]] of Object.entries(places)) {
  const claim = `with ${where} ranks talk through their connections, and -v says why`;
  if (!able) {
    skip(claim, "this user cannot make a mount namespace");
    continue;
  }
  test(claim, async () => {
    const result = await tsmpi(["-v", "-np", "2", "script.ts"], {
      files: { "script.ts": script },
      under: within(mount),
    });
    equal([result.stdout, result.code], ["3000000 2\n3000000 2\n", 0]);
    match(result.stderr, /ranks share no memory: /);
    match(result.stderr, why);
  });

  test(`with ${where} TSMPI_TRANSPORT=shared-memory is refused, with the reason`, async () => {
    const env = { TSMPI_TRANSPORT: "shared-memory" };
    const result = await tsmpi(["-np", "2", "sample:hello"], { env, under: within(mount) });
    equal([result.stdout, result.code], ["", 1]);
    match(result.stderr, /TSMPI_TRANSPORT=shared-memory: /);
    match(result.stderr, why);
  });
}

test.run();
