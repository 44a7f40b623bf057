// Writes a matrix whose rows are dealt to the ranks into one file, and reads it back with its columns dealt to them.
//   tsmpi run -np 5 sample:matrix-io
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MPI } from "tsmpi";

const comm = MPI.COMM_WORLD;
const { rank, size } = comm;

// Each rank has two rows, and two columns, of a square matrix of 2·size rows.
const n = 2 * size;
const element = (row: number, column: number) => 100 * row + column;
const rows = Float64Array.from({ length: 2 * n }, (_, i) => element(2 * rank + Math.floor(i / n), i % n));

// Rank 0 finds a place for the file. Hosts may have no file system in common: it has the file, and serves it to the others.
const directory = await comm.bcast(rank === 0 ? await mkdtemp(join(tmpdir(), "matrix-")) : "");
const hints = MPI.Info.create({ striping: "root" });
{
  const mode = MPI.MODE_RDWR | MPI.MODE_CREATE | MPI.MODE_DELETE_ON_CLOSE;
  await using file = await MPI.File.open(comm, join(directory, "matrix.bin"), mode, hints);

  // A view says which part of the file is this rank's: two rows of the matrix.
  const ownRows = MPI.DOUBLE.createSubarray([n, n], [2, n], [2 * rank, 0]).commit();
  await file.setView(0, MPI.DOUBLE, ownRows);
  await file.writeAll(rows);
  await file.sync();
  if (rank === 0) console.log(`The file has ${file.size} bytes for ${n} rows of ${n} numbers`);

  // Another view of the same file: two columns. Their numbers lie far apart; all ranks together read them in long runs.
  const ownColumns = MPI.DOUBLE.createSubarray([n, n], [n, 2], [0, 2 * rank]).commit();
  await file.setView(0, MPI.DOUBLE, ownColumns);
  const columns = await file.readAll(new Float64Array(2 * n));
  assert.deepEqual(
    [...columns],
    Array.from({ length: 2 * n }, (_, i) => element(Math.floor(i / 2), 2 * rank + (i % 2))),
  );
}
console.log(`Rank ${rank} has columns ${2 * rank} and ${2 * rank + 1}`);
if (rank === 0) await rm(directory, { recursive: true });
