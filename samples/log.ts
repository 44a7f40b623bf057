// Writes a log that all ranks share: lines in any order, then lines in the order of the ranks.
//   tsmpi run -np 5 sample:log
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MPI } from "tsmpi";

const comm = MPI.COMM_WORLD;
const { rank, size } = comm;
const line = (text: string) => new TextEncoder().encode(`${text}\n`);

// Rank 0 finds a place for the file. Hosts may have no file system in common: it has the file, and serves it to the others.
const directory = await comm.bcast(rank === 0 ? await mkdtemp(join(tmpdir(), "log-")) : "");
const path = join(directory, "log.txt");
const hints = MPI.Info.create({ striping: "root" });
{
  await using log = await MPI.File.open(comm, path, MPI.MODE_WRONLY | MPI.MODE_CREATE, hints);

  // A shared write goes behind whatever is there: first come, first served, and no line is torn.
  for (let step = 0; step < 3; step++) await log.writeShared(line(`rank ${rank} has done step ${step}`));
  await comm.barrier();

  // An ordered one waits for all ranks, and is in their order.
  await log.writeOrdered(line(`rank ${rank} of ${size} ends here`));
}

if (rank === 0) {
  const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  await rm(directory, { recursive: true });
  console.log(lines.slice(3 * size).join("\n"));
  const ranks = Array.from({ length: size }, (_, i) => i);
  const steps = ranks.flatMap((i) => [0, 1, 2].map((step) => `rank ${i} has done step ${step}`));
  assert.deepEqual(lines.slice(0, 3 * size).sort(), steps.sort());
  assert.deepEqual(
    lines.slice(3 * size),
    ranks.map((i) => `rank ${i} of ${size} ends here`),
  );
}
