// Datatypes in collectives: each call with a type against the same call by hand, on several numbers of ranks, in all three
// forms: blocking, nonblocking and persistent.

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
const sizes = [1, 2, 3, 5, 8];

type Call = (data: unknown, options: object) => Promise<any>;

/** A collective in its three forms. */
function forms(comm: MPI.Intracomm, name: string): Call[] {
  const methods = comm as unknown as Record<string, (data: unknown, options: object) => any>;
  return [
    (data, options) => methods[name]!(data, options),
    (data, options) => methods[`i${name}`]!(data, options).wait(),
    (data, options) => {
      const request = methods[`${name}Init`]!(data, options);
      request.start();
      return request.wait();
    },
  ];
}

/** Runs `check` on every number of ranks with a random type, of which `perBuffer` items do not overlap. */
function onRandomTypes(
  name: string,
  check: (comm: MPI.Intracomm, call: Call, known: Known, count: number, seed: number) => Promise<void>,
  items: (size: number) => number,
): void {
  for (const size of sizes) {
    test(`${name} with random types does what it does by hand, on ${size} ranks`, async () => {
      for (let seed = 1; seed <= 12; seed++) {
        const random = numbersFrom(100 * size + seed);
        let known = randomType(random);
        const count = random(4);
        while ((known.most ?? Number.POSITIVE_INFINITY) < count * items(size)) known = randomType(random);
        try {
          await ranks(size, async (comm) => {
            for (const call of forms(comm, name)) await check(comm, call, known, count, seed);
          });
        } catch (error) {
          throw new Error(`seed ${seed}: ${count} ${known.name}`, { cause: error });
        }
      }
    });
  }
}

const concat = (parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
const up = (size: number) => Array.from({ length: size }, (_, i) => i);

onRandomTypes(
  "bcast",
  async (comm, call, known, count, seed) => {
    const root = seed % comm.size;
    const from = bytesLike(roomFor(known, count), seed);
    const packed = packedBy(known, from, count);
    const data = comm.rank === root ? from : undefined;
    const room = bytesLike(from.length + 3, comm.rank);
    const expected = unpackedBy(known, packed, room.slice());
    is(await call(data, { root, type: known.type, count, into: room }), room);
    equal(room, expected);
    // Without into, what the others get is contiguous.
    const got = await call(data, { root, ...(comm.rank === root ? { type: known.type, count } : {}) });
    equal(new Uint8Array(got.buffer ?? got), packed);
  },
  () => 1,
);

onRandomTypes(
  "gather",
  async (comm, call, known, count, seed) => {
    const { rank, size } = comm;
    const root = seed % size;
    const mine = (r: number) => bytesLike(roomFor(known, count), seed + r);
    const packed = concat(up(size).map((r) => packedBy(known, mine(r), count)));
    const room = bytesLike(roomFor(known, count * size) + 3, seed);
    const expected = unpackedBy(known, packed, room.slice());
    const got = await call(mine(rank), { root, type: known.type, count, into: room });
    is(got, rank === root ? room : null);
    equal(room, rank === root ? expected : bytesLike(room.length, seed));
    // Each side with a type of its own.
    const bytes = new ArrayBuffer(packed.length);
    await call(mine(rank), { root, sendtype: known.type, sendcount: count, into: bytes });
    if (rank === root) equal(new Uint8Array(bytes), packed);
  },
  (size) => size,
);

onRandomTypes(
  "scatter",
  async (comm, call, known, count, seed) => {
    const { rank, size } = comm;
    const root = seed % size;
    const from = bytesLike(roomFor(known, count * size) + 2, seed);
    const packed = packedBy(known, from, count * size);
    const length = packed.length / size;
    const mine = packed.slice(rank * length, (rank + 1) * length);
    const room = bytesLike(roomFor(known, count) + 2, rank);
    const expected = unpackedBy(known, mine, room.slice());
    const data = rank === root ? from : undefined;
    is(await call(data, { root, type: known.type, count, into: room }), room);
    equal(room, expected);
    const bytes = new ArrayBuffer(length);
    await call(data, { root, sendtype: known.type, count, into: bytes });
    equal(new Uint8Array(bytes), mine);
  },
  (size) => size,
);

onRandomTypes(
  "allgather",
  async (comm, call, known, count, seed) => {
    const { rank, size } = comm;
    const mine = (r: number) => bytesLike(roomFor(known, count), seed + r);
    const packed = concat(up(size).map((r) => packedBy(known, mine(r), count)));
    const room = bytesLike(roomFor(known, count * size), rank);
    const expected = unpackedBy(known, packed, room.slice());
    is(await call(mine(rank), { type: known.type, count, into: room }), room);
    equal(room, expected);
    // In place, on each side of what is the rank's own.
    const origin = rank * count * known.extent;
    const inPlace = bytesLike(room.length, rank);
    unpackedBy(known, packedBy(known, mine(rank), count), inPlace, origin);
    await call(IN_PLACE, { recvtype: known.type, recvcount: count, into: inPlace });
    equal(inPlace, expected);
  },
  (size) => size,
);

onRandomTypes(
  "alltoall",
  async (comm, call, known, count, seed) => {
    const { rank, size } = comm;
    const data = (r: number) => bytesLike(roomFor(known, count * size), seed + r);
    const length = count * known.bytes.length;
    const packed = concat(
      up(size).map((r) => packedBy(known, data(r), count * size).slice(rank * length, (rank + 1) * length)),
    );
    const room = bytesLike(data(0).length, rank);
    const expected = unpackedBy(known, packed, room.slice());
    is(await call(data(rank), { type: known.type, count, into: room }), room);
    equal(room, expected);
    const inPlace = data(rank);
    await call(IN_PLACE, { type: known.type, count, into: inPlace });
    equal(inPlace, unpackedBy(known, packed, data(rank)));
  },
  (size) => size,
);

/** Runs of 0, 1, … items, the first one last, with gaps of an item between them. */
function runs(size: number): { counts: number[]; displs: number[]; total: number } {
  const counts = up(size).map((r) => r % 3);
  const displs = new Array<number>(size);
  let next = 0;
  for (const r of up(size).reverse()) {
    displs[r] = next;
    next += counts[r]! + 1;
  }
  return { counts, displs, total: next };
}

onRandomTypes(
  "gatherv",
  async (comm, call, known, _, seed) => {
    const { rank, size } = comm;
    const root = seed % size;
    const { counts, displs, total } = runs(size);
    const mine = (r: number) => bytesLike(roomFor(known, counts[r]!), seed + r);
    const packed = (r: number) => packedBy(known, mine(r), counts[r]!);
    const room = bytesLike(roomFor(known, total), seed);
    const expected = room.slice();
    for (const r of up(size)) unpackedBy(known, packed(r), expected, displs[r]! * known.extent);
    const options = { root, type: known.type, count: counts[rank]! };
    await call(mine(rank), { ...options, counts, displs, into: room });
    if (rank === root) equal(room, expected);
    const behind = bytesLike(roomFor(known, total), seed);
    await call(mine(rank), { ...options, counts, into: behind });
    const all = concat(up(size).map(packed));
    if (rank === root) equal(behind, unpackedBy(known, all, bytesLike(behind.length, seed)));
    const got = await call(mine(rank), { ...options, counts });
    if (rank === root) equal(new Uint8Array(got.buffer ?? got), all);
  },
  (size) => 3 * size,
);

onRandomTypes(
  "scatterv",
  async (comm, call, known, _, seed) => {
    const { rank, size } = comm;
    const root = seed % size;
    const { counts, displs, total } = runs(size);
    const from = bytesLike(roomFor(known, total), seed);
    const mine = packedBy(known, from, counts[rank]!, displs[rank]! * known.extent);
    const room = bytesLike(roomFor(known, counts[rank]!) + 3, rank);
    const expected = unpackedBy(known, mine, room.slice());
    const data = rank === root ? from : null;
    await call(data, { root, counts, displs, type: known.type, recvcount: counts[rank]!, into: room });
    equal(room, expected);
    const got = await call(data, { root, counts, displs, type: known.type });
    equal(new Uint8Array(got.buffer ?? got), mine);
  },
  (size) => 3 * size,
);

onRandomTypes(
  "allgatherv",
  async (comm, call, known, _, seed) => {
    const { rank, size } = comm;
    const { counts, displs, total } = runs(size);
    const mine = (r: number) => bytesLike(roomFor(known, counts[r]!), seed + r);
    const room = bytesLike(roomFor(known, total), rank);
    const expected = room.slice();
    for (const r of up(size)) {
      unpackedBy(known, packedBy(known, mine(r), counts[r]!), expected, displs[r]! * known.extent);
    }
    await call(mine(rank), { type: known.type, count: counts[rank]!, counts, displs, into: room });
    equal(room, expected);
    await call(IN_PLACE, { type: known.type, counts, displs, into: room });
    equal(room, expected);
  },
  (size) => 3 * size,
);

onRandomTypes(
  "alltoallv",
  async (comm, call, known, _, seed) => {
    const { rank, size } = comm;
    const { counts, displs, total } = runs(size);
    // Rank r sends counts[r] items to everyone, so receives counts[s] of rank s.
    const sendcounts = up(size).map(() => counts[rank]!);
    const sdispls = up(size).map((to) => to * (counts[rank]! + 1));
    const data = (r: number) => bytesLike(roomFor(known, size * (counts[r]! + 1)), seed + r);
    const room = bytesLike(roomFor(known, total), rank);
    const expected = room.slice();
    for (const r of up(size)) {
      const came = packedBy(known, data(r), counts[r]!, rank * (counts[r]! + 1) * known.extent);
      unpackedBy(known, came, expected, displs[r]! * known.extent);
    }
    const options = { sendcounts, sdispls, recvcounts: counts, rdispls: displs, type: known.type };
    is(await call(data(rank), { ...options, into: room }), room);
    equal(room, expected);
  },
  (size) => 3 * size,
);

test("the columns of a matrix are gathered into one, dealt out and turned into rows, without copying by hand", async () => {
  for (const size of sizes) {
    await ranks(size, async (comm) => {
      const rows = 4;
      const column = DOUBLE.createVector(rows, 1, size).createResized(0, 8).commit();
      const mine = Float64Array.from({ length: rows }, (_, i) => 10 * i + comm.rank);
      const whole = Float64Array.from({ length: rows * size }, (_, i) => 10 * Math.floor(i / size) + (i % size));
      equal(await comm.allgather(mine, { recvtype: column, recvcount: 1, into: new Float64Array(rows * size) }), whole);
      // As many columns as fit are one for each rank.
      equal(await comm.allgather(mine, { recvtype: column, into: new Float64Array(rows * size) }), whole);
      equal(await comm.scatter(comm.rank === 0 ? whole : null, { sendtype: column }), mine);
      const turned = await comm.allgather(mine);
      equal(
        await comm.scatter(comm.rank === 0 ? whole : null, { sendtype: column, into: new Float64Array(rows) }),
        turned[comm.rank],
      );
      // In place at the root its column stays where it is.
      const into = comm.rank === 0 ? IN_PLACE : new Float64Array(rows);
      await comm.scatter(comm.rank === 0 ? whole : null, { sendtype: column, into: into as Float64Array });
      if (comm.rank > 0) equal(into, mine);
      const inPlace = comm.rank === 0 ? whole.map((number, i) => (i % size === 0 ? number : -1)) : undefined;
      const gathered = comm.rank === 0 ? { recvtype: column, into: inPlace! } : {};
      await comm.gather(comm.rank === 0 ? IN_PLACE : mine, gathered);
      if (comm.rank === 0) equal(inPlace, whole);
    });
  }
});

test("a bcast or scatter that is shorter than into leaves the rest of it alone", async () => {
  await ranks(3, async (comm) => {
    const every = INT32_T.createVector(4, 1, 2).commit();
    const into = new Int32Array(8).fill(-1);
    if (comm.rank === 0) await comm.bcast(Int32Array.of(1, 2));
    else await comm.bcast(null, { into, type: every });
    if (comm.rank > 0) equal(into, Int32Array.of(1, -1, 2, -1, -1, -1, -1, -1));
  });
});

test("a bcast with the same buffer as data and into fills the items of the other ranks, and changes nothing at the root", async () => {
  for (const size of sizes) {
    await ranks(size, async (comm) => {
      // Dense items, and others.
      for (const type of [DOUBLE.createContiguous(2).commit(), DOUBLE.createVector(2, 1, 2).commit()]) {
        for (const call of forms(comm, "bcast")) {
          const matrix = new Float64Array(4).fill(comm.rank + 1);
          is(await call(matrix, { into: matrix, type, count: 1 }), matrix);
          const touched = type.extent === 16 ? [0, 1] : [0, 2];
          equal(
            matrix,
            Float64Array.from({ length: 4 }, (_, i) => (touched.includes(i) ? 1 : comm.rank + 1)),
          );
        }
      }
    });
  }
});

test("persistent collectives pack what stands in the buffer at each start", async () => {
  await ranks(3, async (comm) => {
    const type = INT32_T.createVector(2, 1, 2).commit();
    const mine = new Int32Array(4);
    const into = new Int32Array(12).fill(-1);
    const request = comm.allgatherInit(mine, { sendtype: type, into: into.subarray(0, 6) });
    for (let step = 0; step < 3; step++) {
      mine.set([10 * step + comm.rank, 7, step, 7]);
      request.start();
      await request.wait();
      equal(into, Int32Array.of(10 * step, step, 10 * step + 1, step, 10 * step + 2, step, -1, -1, -1, -1, -1, -1));
    }
  });
});

test("wrong types of collectives are refused before anything is sent, and the error says what is wrong", async () => {
  await ranks(2, async (comm) => {
    const type = DOUBLE.createVector(2, 1, 2).commit();
    const data = new Float64Array(8);
    const wrong = async (promise: Promise<unknown>, expected: number | undefined, text: string) => {
      const error = await rejects(promise, Error);
      ok(error.message.includes(text), error.message);
      if (expected === undefined) ok(error instanceof TypeError, error.message);
      else is((error as MPI.Exception).errorClass, expected, error.message);
    };
    await wrong(
      comm.allgather(data, { type, count: 2, into: data }),
      MPI.ERR_BUFFER,
      "4 items of 16 bytes: bytes 0 to 96",
    );
    await wrong(comm.alltoall(data.subarray(0, 3), { type, into: data }), MPI.ERR_COUNT, "1 items");
    await wrong(comm.alltoall([1, 2], { type }), undefined, "its data is");
    await wrong(comm.allgather(data, { sendcount: 2, into: data }), undefined, "sendtype is missing");
    await wrong(comm.allgather(data, { count: 2, into: data }), undefined, "type is missing");
    await wrong(comm.allgather(data, { type: DOUBLE.createContiguous(2) }), MPI.ERR_TYPE, "commit");
    await wrong(
      comm.allgatherv(data, { type, counts: [1, 1], displs: [0, 3], into: data }),
      MPI.ERR_BUFFER,
      "bytes 72 to 96",
    );
    await wrong(
      comm.allgatherv(data, { type, counts: [2, 1], displs: [0, 1], into: data }),
      MPI.ERR_DISP,
      "overlapping",
    );
    await wrong(comm.alltoallv(data, { type, count: 1 } as object), undefined, "option count is unknown");
    await wrong(comm.bcast(data, { sendtype: type } as object), undefined, "option sendtype is unknown");
    await wrong(comm.allgather(new Float32Array(8), { sendtype: type }), MPI.ERR_TYPE, "Float64Array elements");
    // Nothing of these was a collective call.
    await comm.barrier();
    // Other elements than the root expects are noticed there.
    const sendtype = comm.rank === 0 ? DOUBLE : INT32_T;
    const mixed = comm.gather(new ArrayBuffer(16), { sendtype, into: new Float64Array(4) });
    if (comm.rank === 0) await wrong(mixed, MPI.ERR_TYPE, "Int32Array");
  });
});

test.run();
