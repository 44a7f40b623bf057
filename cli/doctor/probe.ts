// cli/doctor/probe: layer 10. What every rank of the doctor's job does, one on each host: looks at its machine, compares its
// clock with rank 0's, and measures with each other rank. Rank 0 prints a line when all are connected, and the results as
// JSON. Started by pairs.ts, through rank, as `doctor:probe`.
import { MPI } from "tsmpi";
import { examine } from "./machine.ts";
import { CONNECTED, type PairResult, type Results } from "./results.ts";

const comm = MPI.COMM_WORLD;
const { rank, size } = comm;
const ROUNDS = 40;
const WARMUP = 10;
const PIECE = new Uint8Array(2 ** 20);
const PIECES = 2;
/** The best of so many goes is what the network can do: in others the hosts had something else to do. */
const GOES = 4;

/** Sends a number to and fro; returns what the other side answered, with how long that took. */
async function ask(peer: number): Promise<{ said: number; seconds: number }> {
  const begun = performance.now();
  await comm.send(0, { dest: peer });
  const said = await comm.recv<number>({ source: peer });
  return { said, seconds: (performance.now() - begun) / 1000 };
}

async function answer(peer: number): Promise<void> {
  await comm.recv({ source: peer });
  await comm.send(Date.now(), { dest: peer });
}

/** Milliseconds that the clock of `peer` is ahead: the quickest answer tells best. */
async function clockOf(peer: number): Promise<number> {
  let best = { seconds: Number.POSITIVE_INFINITY, ahead: 0 };
  for (let i = 0; i < ROUNDS; i++) {
    const before = Date.now();
    const { said, seconds } = await ask(peer);
    if (seconds < best.seconds) best = { seconds, ahead: said - before - (seconds * 1000) / 2 };
  }
  return best.ahead;
}

async function measure(peer: number): Promise<Omit<PairResult, "ranks">> {
  let sum = 0;
  for (let i = 0; i < WARMUP + ROUNDS; i++) {
    const { seconds } = await ask(peer);
    if (i >= WARMUP) sum += seconds;
  }
  let quickest = Number.POSITIVE_INFINITY;
  for (let go = 0; go < GOES; go++) {
    const begun = performance.now();
    for (let i = 0; i < PIECES; i++) await comm.send(PIECE, { dest: peer });
    await comm.recv({ source: peer });
    quickest = Math.min(quickest, (performance.now() - begun) / 1000);
  }
  return { latency: sum / ROUNDS / 2, bandwidth: (PIECES * PIECE.byteLength) / quickest };
}

async function measured(peer: number): Promise<void> {
  const into = new Uint8Array(PIECE.byteLength);
  for (let i = 0; i < WARMUP + ROUNDS; i++) await answer(peer);
  for (let go = 0; go < GOES; go++) {
    for (let i = 0; i < PIECES; i++) await comm.recv({ source: peer, into });
    await comm.send(0, { dest: peer });
  }
}

if (rank === 0) console.log(CONNECTED);
const machines = await comm.gather(await examine());
const clocks = [0];
for (let other = 1; other < size; other++) {
  if (rank === 0) clocks.push(await clockOf(other));
  else if (rank === other) for (let i = 0; i < ROUNDS; i++) await answer(0);
}
const mine: PairResult[] = [];
for (let a = 0; a < size; a++) {
  for (let b = a + 1; b < size; b++) {
    // One pair at a time has the network.
    await comm.barrier();
    if (rank === a) mine.push({ ranks: [a, b], ...(await measure(b)) });
    else if (rank === b) await measured(a);
  }
}
const pairs = await comm.gather(mine);
if (machines && pairs) {
  const hosts = machines.map((machine, i) => ({ machine, clock: clocks[i]! }));
  const results: Results = { hosts, pairs: pairs.flat() };
  console.log(JSON.stringify(results));
}
