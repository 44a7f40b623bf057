// Accesses in two phases by ranks of several hosts: those of an aggregator's host reach its windows, others send messages.
import { readFileSync } from "node:fs";
import { test } from "uvu";
import { MODE_CREATE, MODE_RDWR } from "../../src/base/constants-io.ts";
import { basics } from "../../src/data/type-basic.ts";
import { contiguous, resized } from "../../src/data/type-construct.ts";
import { TypeTree } from "../../src/data/type-tree.ts";
import { CollectiveAccess } from "../../src/io/collective-access.ts";
import { Disk } from "../../src/io/disk.ts";
import { aggregatorsOf } from "../../src/io/domains.ts";
import { hintsInUse } from "../../src/io/hints.ts";
import { representationNamed } from "../../src/io/representation.ts";
import { View } from "../../src/io/view.ts";
import { equal, is, ok } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";
import { scratch } from "../support/scratch.ts";

// Below the public calls nobody looks into shared memory.
if (process.env.TSMPI_TRANSPORT === "shared-memory") process.env.TSMPI_TRANSPORT = "auto";

const byte = new TypeTree({ kind: "basic", basic: basics.byte });
const native = representationNamed("test", "native");

for (const hosts of [
  [0, 0],
  [0, 1],
  [0, 0, 1, 1, 2, 0],
  [3, 2, 3, 2, 3],
]) {
  const size = hosts.length;
  test(`ranks on hosts ${hosts} write and read pieces in turn, with any number of aggregators and rounds`, async () => {
    for (const nodes of [undefined, ...Array.from({ length: size }, (_, i) => i + 1)]) {
      for (const [buffer, piece, pieces] of [
        [4096, 700, 60],
        [10_000, 3, 4000],
        [1_000_000, 5000, 9],
      ] as const) {
        const path = scratch();
        const given = { cb_buffer_size: `${buffer}`, ...(nodes ? { cb_nodes: `${nodes}` } : {}) };
        await ranks(size, async (comm) => {
          const { rank } = comm;
          const endpoint = comm.endpointFor("test");
          if (rank === 0) new Disk(path, MODE_RDWR | MODE_CREATE, true, "rank 0").close();
          await comm.barrier();
          const disk = new Disk(path, MODE_RDWR, false, `rank ${rank}`);
          const hints = hintsInUse(Object.entries(given), hosts);
          is(hints.get("cb_nodes"), `${nodes ?? new Set(hosts).size}`);
          const access = new CollectiveAccess(disk, hosts);
          const view = new View("test", rank * piece, byte, resized(contiguous(piece, byte), 0, piece * size), native);
          const mine = new Uint8Array(piece * pieces).fill(rank + 1);
          const run = async (way: "read" | "write", bytes: Uint8Array) => {
            const lane = endpoint.lane(0);
            const transfer = { way, view, from: 0, bytes };
            return endpoint.run(lane, async () => (await access.plan(lane, hints, transfer))!("test")).promise();
          };
          // The second time the windows are there.
          for (let turn = 0; turn < 2; turn++) is(await run("write", mine), mine.length);
          await comm.barrier();
          const file = readFileSync(path);
          is(file.length, piece * pieces * size);
          ok(file.every((value, at) => value === (Math.floor(at / piece) % size) + 1));
          // Some of it is behind the end.
          const got = new Uint8Array(mine.length + piece);
          is(await run("read", got), mine.length);
          ok(got.every((value, at) => value === (at < mine.length ? rank + 1 : 0)));
          await comm.barrier();
          access.free();
          disk.close();
        });
      }
    }
  });
}

test("one rank of each host collects, then another one of each", () => {
  equal(aggregatorsOf([0, 0, 1, 1, 2, 0], 6), [0, 2, 4, 1, 3, 5]);
  equal(aggregatorsOf([1, 1, 1], 2), [0, 1]);
});

test.run();
