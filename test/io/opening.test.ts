// How ranks open a file together: hosts with file systems of their own are played by directories.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { MODE_CREATE, MODE_RDONLY, MODE_RDWR } from "../../src/base/constants-io.ts";
import { ERR_NOT_SAME } from "../../src/base/error-codes.ts";
import { Exception } from "../../src/base/errors.ts";
import { openTogether } from "../../src/io/opening.ts";
import { Service } from "../../src/io/service.ts";
import type { Intracomm } from "../../src/mpi/intracomm.ts";
import { is, match, rejects } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";
import { scratch } from "../support/scratch.ts";

/** Opens a file on a rank that is on this host. */
async function openOn(comm: Intracomm, path: string, amode: number, host: number) {
  const endpoint = comm.endpointFor("open");
  const opening = { path, amode, served: false, host, hostName: `host${host}` };
  const [lane, service] = [endpoint.lane(0), new Service(endpoint)];
  return (await endpoint.run(lane, () => openTogether(lane, service, opening)).promise()).disk;
}

const hosts = [scratch("host0"), scratch("host1")];
for (const host of hosts) mkdirSync(host);

test("hosts without a file system in common are told at open, by name", async () => {
  await ranks(4, async (comm) => {
    const host = comm.rank % 2;
    const path = join(hosts[host]!, "new");
    const error = await rejects(openOn(comm, path, MODE_RDWR | MODE_CREATE, host), Exception);
    is(error.errorClass, ERR_NOT_SAME);
    match(error.message, "rank 1 on host1 has no file of that name, which rank 0 on host0 has, expected a file system");
    match(error.message, 'expected a file system that the hosts share, or the hint striping: "root"');
    await comm.barrier();
    is(existsSync(path), false);
  });
});

test("hosts that have a file of the same name each are told that they are two", async () => {
  for (const host of hosts) writeFileSync(join(host, "old"), "x");
  await ranks(2, async (comm) => {
    const error = await rejects(openOn(comm, join(hosts[comm.rank]!, "old"), MODE_RDONLY, comm.rank), Exception);
    match(error.message, "rank 1 on host1 has another file of that name than rank 0 on host0");
  });
});

test("hosts that share a file system have the file open", async () => {
  await ranks(3, async (comm) => {
    const file = await openOn(comm, join(hosts[0]!, "shared"), MODE_RDWR | MODE_CREATE, comm.rank);
    await file.write(Uint8Array.of(comm.rank), comm.rank);
    await comm.barrier();
    is(file.size, 3);
    file.close();
  });
});

test.run();
