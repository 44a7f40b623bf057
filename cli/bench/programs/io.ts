// Bench io: how fast all ranks together write and read a file, beside rank 0 alone with plain pwrite and pread, in turn: pieces of
// 4 KiB that lie between each other, and one stretch a rank. Every file and every buffer is verified.
import { closeSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { MPI } from "tsmpi";
import { median } from "../startup.ts";
import { report, task } from "./report.ts";
import { pattern, verifyArray } from "./verify.ts";

const comm = MPI.COMM_WORLD;
const { rank, size: ranks } = comm;
const PIECE = 4096;
/** Bytes of one pwrite or pread: more of them are not faster. */
const AT_ONCE = 4 * 1024 * 1024;
/** What the file holds repeats after so many bytes, a prime number: no two pieces are the same. */
const PERIOD = 65_521;
const twice = Buffer.concat([pattern(PERIOD, 3), pattern(PERIOD, 3)]);

/** The bytes of a file from `offset` on, in parts. */
function* expected(offset: number, bytes: Uint8Array): Generator<readonly [part: Uint8Array, data: Uint8Array]> {
  for (let done = 0; done < bytes.length; ) {
    const from = (offset + done) % PERIOD;
    const part = bytes.subarray(done, done + PERIOD);
    yield [part, twice.subarray(from, from + part.length)];
    done += part.length;
  }
}

function fill(offset: number, bytes: Uint8Array): void {
  for (const [part, data] of expected(offset, bytes)) part.set(data);
}

function verify(what: string, offset: number, bytes: Uint8Array): void {
  for (const [part, data] of expected(offset, bytes)) {
    if (Buffer.compare(part, data) !== 0) verifyArray(what, part, data);
  }
}

/** Milliseconds that the slowest rank takes for something that all begin together. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  await comm.barrier();
  const begin = performance.now();
  await work();
  return comm.allreduce(performance.now() - begin, { op: MPI.MAX });
}

/** What one process does without MPI. */
function plain(move: typeof writeSync | typeof readSync, fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    done += (move as typeof readSync)(fd, bytes, done, Math.min(AT_ONCE, bytes.length - done), done);
  }
}

/** One file for all, and one for rank 0; both are gone when they are closed, whatever happens. */
async function open(): Promise<{ file: MPI.File; own: number }> {
  const [path, alone] = await comm.bcast(
    ["together", "alone"].map((name) => join(task.path!, `tsmpi-bench-${process.pid}-${name}`)),
    { root: 0 },
  );
  const file = await MPI.File.open(comm, path!, MPI.MODE_RDWR | MPI.MODE_CREATE | MPI.MODE_EXCL);
  if (rank > 0) return { file, own: -1 };
  const own = openSync(alone!, "wx+");
  unlinkSync(alone!);
  unlinkSync(path!);
  return { file, own };
}

async function measure(bytes: number, pairs: number): Promise<Record<string, number>> {
  const { file, own } = await open();
  const begin = Math.floor((bytes * rank) / ranks);
  const stretch = new Uint8Array(Math.floor((bytes * (rank + 1)) / ranks) - begin);
  const pieces = Math.ceil(Math.max(0, bytes - PIECE * rank) / (PIECE * ranks));
  const dealt = new Uint8Array(
    Math.max(0, Math.min(pieces * PIECE, bytes - rank * PIECE - (pieces - 1) * (ranks - 1) * PIECE)),
  );
  const whole = new Uint8Array(rank === 0 ? bytes : 0);
  fill(0, whole);
  fill(begin, stretch);
  for (let piece = 0; piece < pieces; piece++) {
    fill((piece * ranks + rank) * PIECE, dealt.subarray(piece * PIECE, (piece + 1) * PIECE));
  }
  const between = MPI.BYTE.createContiguous(PIECE)
    .createResized(0, PIECE * ranks)
    .commit();
  const ratios: Record<"cyclic" | "write" | "read", number[]> = { cyclic: [], write: [], read: [] };
  const alone: Record<"write" | "read", number[]> = { write: [], read: [] };
  const empty = async () => {
    await file.setSize(0);
    if (rank === 0) ftruncateSync(own, 0);
  };
  const written = async (what: string) => {
    stretch.fill(0);
    await comm.barrier();
    await file.readAt(begin, stretch);
    verify(what, begin, stretch);
    await comm.barrier();
  };
  const works = {
    alone: async () => {
      if (rank === 0) plain(writeSync, own, whole);
    },
    cyclic: () => file.writeAtAll(0, dealt),
    write: () => file.writeAtAll(begin, stretch),
    readAlone: async () => {
      if (rank === 0) plain(readSync, own, whole);
    },
    read: () => file.readAtAll(begin, stretch),
  };
  for (let pair = 0; pair < pairs; pair++) {
    for (const kind of ["cyclic", "write"] as const) {
      const times: number[] = [];
      // Who comes first changes.
      for (const turn of pair % 2 ? [1, 0] : [0, 1]) {
        await empty();
        if (turn && kind === "cyclic") await file.setView(PIECE * rank, MPI.BYTE, between);
        times[turn] = await timed(turn ? works[kind] : works.alone);
        if (turn) await file.setView();
        if (turn) await written(kind === "cyclic" ? `writes of ${PIECE} bytes` : "a collective write");
      }
      alone.write.push(times[0]!);
      ratios[kind].push(times[0]! / times[1]!);
    }
    const times: number[] = [];
    await empty();
    if (rank === 0) plain(writeSync, own, whole);
    await file.writeAtAll(begin, stretch);
    whole.fill(0);
    stretch.fill(0);
    for (const turn of pair % 2 ? [1, 0] : [0, 1]) times[turn] = await timed(turn ? works.read : works.readAlone);
    verify("plain reads", 0, whole);
    verify("a collective read", begin, stretch);
    alone.read.push(times[0]!);
    ratios.read.push(times[0]! / times[1]!);
  }
  await file.close();
  if (rank === 0) closeSync(own);
  const speed = (ms: readonly number[]) => bytes / 1e3 / median(ms);
  return {
    write: speed(alone.write),
    read: speed(alone.read),
    cyclicRatio: median(ratios.cyclic),
    writeRatio: median(ratios.write),
    readRatio: median(ratios.read),
  };
}

for (const row of task.rows) {
  report(row, { ...(await measure(row.size as number, row.iterations)), iterations: row.iterations });
}
