// A job that writes a file in every way, reads it back, and says which bytes it has: run by every-transport.test.ts, and on several
// hosts by test/lan/io.test.ts. Its arguments are the file's name and hints, as NAME=VALUE.
import { MPI } from "tsmpi";

const [path, ...given] = process.argv.slice(2);
const comm = MPI.COMM_WORLD;
const { rank, size } = comm;
const mode = MPI.MODE_RDWR | MPI.MODE_CREATE;
const hints = MPI.Info.create(Object.fromEntries(given.map((hint) => hint.split("=") as [string, string])));

function check(what: string, right: boolean): void {
  if (!right) throw new Error(`rank ${rank} has wrong bytes: ${what}`);
}
const own = (bytes: number, seed: number) => Uint8Array.from({ length: bytes }, (_, i) => (i * 7 + seed + rank) % 251);
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

{
  await using file = await MPI.File.open(comm, path!, mode, hints);
  // Pieces between each other, long enough for several rounds of several windows.
  const pieces = MPI.BYTE.createContiguous(1000)
    .createResized(0, 1000 * size)
    .commit();
  await file.setView(1000 * rank, MPI.BYTE, pieces);
  const dealt = own(400_000, 1);
  await file.writeAll(dealt);
  await file.sync();
  file.seek(0);
  check("pieces", same(await file.readAll(new Uint8Array(dealt.length)), dealt));
  check("pieces of one rank", same(await file.readAt(1500, new Uint8Array(3000)), dealt.subarray(1500, 4500)));

  // One stretch a rank, behind them.
  await file.setView(400_000 * size);
  const stretch = own(300_000, 2);
  await file.writeAtAll(stretch.length * rank, stretch);
  await file.sync();
  const others = await file.readAtAll(stretch.length * ((rank + 1) % size), new Uint8Array(stretch.length));
  check("a stretch", (others[0]! - 2 - ((rank + 1) % size)) % 251 === 0);

  // In the order of the ranks, then of whoever comes.
  await file.setView(700_000 * size);
  await file.writeOrdered(own(10 + rank, 3));
  await file.writeShared(Uint8Array.of(99));
  const request = file.iwriteAt(10_000 + 10 * rank, own(10, 4));
  await request.wait();
  await file.sync();
  check("its own", same(await file.readAt(10_000 + 10 * rank, new Uint8Array(10)), own(10, 4)));
  await file.setView();
  await file.sync();
  if (rank === 0) {
    const all = await file.readAt(0, new Uint8Array(file.size));
    console.log(all.length, Bun.hash(all).toString(16));
  }
}
