// alltoallw: every rank's run has a type, a count and a place of its own; against the same by hand, in all three forms.

import { test } from "uvu";
import * as MPI from "../../src/mpi/mpi.ts";
import { equal, is, ok, rejects } from "../support/assert.ts";
import {
  bytesLike,
  type Known,
  numbersFrom,
  packedBy,
  randomType,
  roomFor,
  unpackedBy,
} from "../support/random-types.ts";
import { ranks } from "../support/ranks.ts";

const { DOUBLE, INT32_T, IN_PLACE } = MPI;
const sizes = [1, 2, 3, 4, 5, 7, 8];
const up = (size: number) => Array.from({ length: size }, (_, i) => i);

interface Run extends Known {
  readonly count: number;
  readonly displ: number;
}

/** Runs of random types, one behind the other in any order. */
function runsOf(size: number, random: (limit: number) => number): { runs: Run[]; room: number } {
  const runs = new Array<Run>(size);
  let next = 0;
  for (const i of up(size).sort(() => random(3) - 1)) {
    const known = randomType(random);
    const count = Math.min(random(3), known.most ?? 3);
    runs[i] = { ...known, count, displ: next };
    next += roomFor(known, count) + random(5);
  }
  return { runs, room: next };
}

const options = (prefix: "send" | "recv", runs: readonly Run[]) => ({
  [`${prefix}counts`]: runs.map(({ count }) => count),
  [`${prefix[0]}displs`]: runs.map(({ displ }) => displ),
  [`${prefix}types`]: runs.map(({ type }) => type),
});

function forms(comm: MPI.Intracomm) {
  return [
    (data: any, given: any) => comm.alltoallw(data, given),
    (data: any, given: any) => comm.ialltoallw(data, given).wait(),
    async (data: any, given: any) => {
      const request = comm.alltoallwInit(data, given);
      request.start();
      await request.wait();
      request.start();
      return request.wait();
    },
  ];
}

for (const size of sizes) {
  test(`alltoallw moves runs of any types to runs of any types, on ${size} ranks`, async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const random = numbersFrom(1000 * size + seed);
      // What rank r sends, and where each lands, in the same types but at other places.
      const sent = up(size).map(() => runsOf(size, random));
      const landing = up(size).map((rank) => {
        let next = 0;
        const runs = up(size).map((from) => {
          const run = { ...sent[from]!.runs[rank]!, displ: next };
          next += roomFor(run, run.count) + random(3);
          return run;
        });
        return { runs, room: next };
      });
      const data = (r: number) => bytesLike(sent[r]!.room, r + seed);
      try {
        await ranks(size, async (comm) => {
          const { rank } = comm;
          const mine = landing[rank]!;
          const expected = bytesLike(mine.room, seed);
          for (const [from, { displ }] of mine.runs.entries()) {
            const run = sent[from]!.runs[rank]!;
            unpackedBy(run, packedBy(run, data(from), run.count, run.displ), expected, displ);
          }
          for (const call of forms(comm)) {
            const into = bytesLike(mine.room, seed);
            const given = { ...options("send", sent[rank]!.runs), ...options("recv", mine.runs), into };
            is(await call(data(rank), given), into);
            equal(into, expected);
          }
        });
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      }
    }
  });

  test(`alltoallw in place exchanges what stands where others land, on ${size} ranks`, async () => {
    await ranks(size, async (comm) => {
      const column = DOUBLE.createVector(2, 1, size).commit();
      const recvtypes = up(size).map(() => column);
      const rdispls = up(size).map((i) => 8 * i);
      for (const call of forms(comm).slice(0, 2)) {
        const into = Float64Array.from(
          { length: 2 * size },
          (_, i) => 100 * comm.rank + 10 * (i % size) + Math.floor(i / size),
        );
        await call(IN_PLACE, { recvtypes, rdispls, into });
        const expected = into.map((_, i) => 100 * (i % size) + 10 * comm.rank + Math.floor(i / size));
        equal(into, expected);
      }
    });
  });

  test(`alltoallw of values cuts arrays into runs as alltoallv does, on ${size} ranks`, async () => {
    await ranks(size, async (comm) => {
      const data = up(size).flatMap((to) => new Array(to).fill(`${comm.rank} to ${to}`));
      const expected = up(size).flatMap((from) => new Array(comm.rank).fill(`${from} to ${comm.rank}`));
      for (const call of forms(comm)) equal(await call(data, { sendcounts: up(size) }), expected);
      equal(
        await comm.alltoallw(up(size), { recvcounts: up(size).map(() => 1) }),
        up(size).map(() => comm.rank),
      );
    });
  });
}

test("without counts and displs there is one item at the beginning of the buffer for each rank", async () => {
  await ranks(3, async (comm) => {
    const types = [0, 1, 2].map((i) => INT32_T.createIndexedBlock(1, [i]).commit());
    const data = Int32Array.of(10, 20, 30).map((number) => number + comm.rank);
    const into = await comm.alltoallw(data, { sendtypes: types, recvtypes: types, into: new Int32Array(3) });
    equal(
      into,
      Int32Array.of(0, 1, 2).map((from) => 10 * (comm.rank + 1) + from),
    );
  });
});

test("wrong types, counts, displacements and buffers are refused before anything is sent", async () => {
  await ranks(2, async (comm) => {
    const types = [DOUBLE, DOUBLE];
    const data = new Float64Array(2);
    const good = { sendtypes: types, sdispls: [0, 8], recvtypes: types, rdispls: [0, 8], into: new Float64Array(2) };
    const cases: [data: unknown, options: object, wrong: number | undefined, text: string][] = [
      [data, { ...good, sendtypes: undefined }, undefined, "option sendtypes is missing"],
      [data, { ...good, recvtypes: DOUBLE }, undefined, "option recvtypes is"],
      [data, { ...good, recvtypes: [DOUBLE] }, MPI.ERR_TYPE, "1 recvtypes"],
      [data, { ...good, sendtypes: [DOUBLE, DOUBLE.createContiguous(1)] }, MPI.ERR_TYPE, "commit"],
      [data, { ...good, sendtypes: [DOUBLE, null] }, undefined, "type is null"],
      [data, { ...good, sendtypes: [DOUBLE, INT32_T] }, MPI.ERR_TYPE, "Int32Array elements"],
      [data, { ...good, sendcounts: [1, 2] }, MPI.ERR_BUFFER, "2 items of 8 bytes: bytes 8 to 24, the buffer has 16"],
      [data, { ...good, sendcounts: [1, -1] }, MPI.ERR_COUNT, "sendcounts[1]"],
      [data, { ...good, sdispls: [0, -8] }, MPI.ERR_DISP, "sdispls[1]"],
      [data, { ...good, rdispls: [0, 9] }, MPI.ERR_BUFFER, "bytes 9 to 17"],
      [data, { ...good, rdispls: [0] }, MPI.ERR_DISP, "rdispls"],
      [data, { ...good, rdispls: [0, 0] }, MPI.ERR_DISP, "overlap"],
      [data, { ...good, into: undefined }, undefined, "option into is missing"],
      [7, good, undefined, "its data is 7"],
      [[1, 2], good, undefined, "unknown"],
      [data, { ...good, types }, undefined, "option types is unknown"],
    ];
    for (const [given, wrongOptions, wrong, text] of cases) {
      const error = await rejects(comm.alltoallw(given as Float64Array, wrongOptions as typeof good), Error);
      ok(error.message.includes(text), error.message);
      if (wrong === undefined) ok(error instanceof TypeError, error.message);
      else is((error as MPI.Exception).errorClass, wrong, error.message);
    }
    is(await comm.alltoallw(data, good), good.into);
  });
});

test.run();
