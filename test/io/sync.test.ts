// When sync() asks the disk: a file that rank 0 has for all is synced when what the others have written is there.
import { test } from "uvu";
import { MODE_CREATE, MODE_RDWR } from "../../src/base/constants-io.ts";
import type { Lane } from "../../src/comm/lane.ts";
import { basics } from "../../src/data/type-basic.ts";
import { TypeTree } from "../../src/data/type-tree.ts";
import { Disk } from "../../src/io/disk.ts";
import { OpenFile } from "../../src/io/open-file.ts";
import { representationNamed } from "../../src/io/representation.ts";
import { ServedDisk, serve } from "../../src/io/served-disk.ts";
import { Service } from "../../src/io/service.ts";
import { View } from "../../src/io/view.ts";
import { equal } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";
import { scratch } from "../support/scratch.ts";

// Below the public calls nobody looks into shared memory.
if (process.env.TSMPI_TRANSPORT === "shared-memory") process.env.TSMPI_TRANSPORT = "auto";

/** A disk that notes what it is asked for. */
class Noting extends Disk {
  readonly calls: string[] = [];

  override async write(bytes: Uint8Array, offset: number): Promise<void> {
    this.calls.push(`write ${bytes.length}`);
    await super.write(bytes, offset);
  }

  override async sync(): Promise<void> {
    this.calls.push("sync");
    await super.sync();
  }
}

test("sync() of a file that rank 0 serves is fsync after the last rank has written", async () => {
  const { promise: synced, resolve } = Promise.withResolvers<void>();
  const [calls] = await ranks(3, async (comm) => {
    const endpoint = comm.endpointFor("sync");
    const service = new Service(endpoint);
    const disk = comm.rank === 0 ? new Noting(scratch(), MODE_RDWR | MODE_CREATE, true, "rank 0") : undefined;
    if (disk) serve(service, disk);
    const byte = new TypeTree({ kind: "basic", basic: basics.byte });
    const view = new View("sync", 0, byte, byte, representationNamed("sync", "native"));
    const storage = disk ?? new ServedDisk("file", service);
    const file = new OpenFile(endpoint, service, { disk: storage, hosts: [0, 0, 0] }, MODE_RDWR, view, [
      ["striping", "root"],
    ]);
    // Rank 0 is the first to call.
    if (comm.rank > 0) {
      await synced;
      await storage.write(new Uint8Array(comm.rank), 10 * comm.rank);
    }
    const call = (run: (lane: Lane) => Promise<void>) => {
      const lane = endpoint.lane(0);
      return endpoint.run(lane, () => run(lane)).promise();
    };
    const done = call((lane) => file.sync("sync", lane));
    if (comm.rank === 0) resolve();
    await done;
    await call((lane) => file.close("close", lane));
    return disk?.calls;
  });
  equal(calls!.toSorted(), ["sync", "write 1", "write 2"]);
  equal(calls!.at(-1), "sync");
});

test.run();
