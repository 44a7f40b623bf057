// Buffers as messages: every kind of typed array and plain memory, with and without `into`, and what does not fit.

import { test } from "uvu";
import { UNDEFINED } from "../../src/base/constants.ts";
import {
  type BufferLike,
  ERR_BUFFER,
  ERR_TRUNCATE,
  ERR_TYPE,
  Exception,
  type Intracomm,
  Status,
  SUM,
  type TypedArray,
} from "../../src/mpi/mpi.ts";
import { arrayKinds } from "../support/array-kinds.ts";
import { equal, is, ok, rejects } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";

type Kind = { new (length: number): TypedArray; readonly BYTES_PER_ELEMENT: number; readonly name: string };
const kinds = arrayKinds as Kind[];
/** No element, one, some that go eagerly, and some that go by rendezvous (the limit of the ranks here is 1000 bytes). */
const lengths = [0, 1, 10, 3000];

function bytesOf(data: BufferLike): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

/** `data` with every byte set; the bytes of a number may be anything. */
function filled<B extends BufferLike>(data: B, seed = 1): B {
  const bytes = bytesOf(data);
  for (let i = 0; i < bytes.length; i++) bytes[i] = seed + 31 * i;
  return data;
}

const byteLength = (data: BufferLike) => data.byteLength;
const same = (a: BufferLike, b: BufferLike) => ok(Buffer.from(bytesOf(a)).equals(bytesOf(b)), "other bytes");

/** Sends `data` to this rank itself, and waits for both. */
async function bounce<T>(comm: Intracomm, data: unknown, receive: () => Promise<T>): Promise<T> {
  const sending = comm.isend(data, { dest: 0 });
  const got = await receive();
  await sending.wait();
  return got;
}

for (const kind of kinds) {
  test(`${kind.name} arrives as ${kind.name}, bit for bit, in new memory or in the memory of into`, async () => {
    await ranks(1, async (comm) => {
      for (const length of lengths) {
        const sent = filled(new kind(length));
        const status = new Status();
        const got = await bounce(comm, sent, () => comm.recv<TypedArray>({ status }));
        ok(got instanceof kind);
        same(got, sent);
        ok(got.buffer !== sent.buffer);
        equal([status.count, status.getCount(kind), status.kind], [sent.byteLength, length, kind.name]);

        const into = new kind(length + 2);
        is(await bounce(comm, sent, () => comm.recv({ into, status })), into);
        same(into.subarray(0, length), sent);
        ok(bytesOf(into.subarray(length)).every((byte) => byte === 0));
        is(status.getCount(kind), length);
      }
    });
  });
}

test("a view of a part of some memory sends that part, and receives into that part", async () => {
  await ranks(1, async (comm) => {
    for (const length of lengths) {
      const memory = filled(new Float64Array(length + 7));
      const room = new Float64Array(length + 9);
      await bounce(comm, memory.subarray(3, 3 + length), () => comm.recv({ into: room.subarray(5, 5 + length) }));
      same(room.subarray(5, 5 + length), memory.subarray(3, 3 + length));
      equal([...room.subarray(0, 5), ...room.subarray(5 + length)], new Array(9).fill(0));
      const alone = await bounce(comm, memory.subarray(3, 3 + length), () => comm.recv<Float64Array>());
      is(alone.buffer.byteLength, 8 * length);
    }
  });
});

test("ArrayBuffer, SharedArrayBuffer and DataView arrive as an ArrayBuffer of exactly their bytes; a Buffer as Uint8Array", async () => {
  await ranks(1, async (comm) => {
    for (const length of lengths) {
      const raw = filled(new Uint8Array(length));
      const shared = new SharedArrayBuffer(length);
      new Uint8Array(shared).set(raw);
      const surrounded = new Uint8Array(length + 4);
      surrounded.set(raw, 2);
      for (const sent of [raw.buffer, shared, new DataView(surrounded.buffer, 2, length)]) {
        const got = await bounce(comm, sent, () => comm.recv<ArrayBuffer>());
        is(Object.getPrototypeOf(got), ArrayBuffer.prototype);
        same(got, raw);
      }
      const got = await bounce(comm, Buffer.from(surrounded.buffer, 2, length), () => comm.recv<Uint8Array>());
      is(Object.getPrototypeOf(got), Uint8Array.prototype);
      same(got, raw);
    }
  });
});

test("memory without an element kind takes every kind and goes into every kind", async () => {
  await ranks(1, async (comm) => {
    for (const length of [2, 3000]) {
      const numbers = filled(new Float32Array(length));
      const bytes = 4 * length;
      const rooms: BufferLike[] = [
        new ArrayBuffer(bytes),
        new SharedArrayBuffer(bytes),
        new DataView(new ArrayBuffer(bytes + 4), 4),
      ];
      for (const into of rooms) {
        is(await bounce(comm, numbers, () => comm.recv({ into })), into);
        same(into, numbers);
      }
      for (const into of [new Float32Array(length), new BigInt64Array(length / 2), Buffer.alloc(bytes)]) {
        is(await bounce(comm, numbers.buffer, () => comm.recv({ into })), into);
        same(into, numbers);
      }
    }
  });
});

test("recv() rejects with ERR_TRUNCATE when the message is longer than into, which stays as it was; the next one comes", async () => {
  for (const length of [4, 3000]) {
    await ranks(2, async (comm) => {
      if (comm.rank === 0) {
        await comm.send(new Float64Array(length).fill(1), { dest: 1, tag: 7 });
        return comm.send(Float64Array.of(2), { dest: 1, tag: 7 });
      }
      const into = new Float64Array(length - 1);
      const error = await rejects(comm.recv({ source: 0, into }), Exception);
      is(
        error.message,
        `Cannot receive ${8 * length} bytes from rank 0, tag 7, on COMM_WORLD: buffer holds ${8 * length - 8} bytes (ERR_TRUNCATE)`,
      );
      equal(
        [error.errorClass, error.getErrorClass(), error.getErrorCode()],
        [ERR_TRUNCATE, ERR_TRUNCATE, ERR_TRUNCATE],
      );
      equal(into, new Float64Array(length - 1));
      is(await comm.recv({ into }), into);
      is(into[0], 2);
    });
  }
});

test("recv() rejects with ERR_TYPE when the element kinds differ, or a value comes where into asks for a buffer", async () => {
  await ranks(1, async (comm) => {
    const cases: [unknown, BufferLike, string][] = [
      [
        new Float32Array(2),
        new Float64Array(2),
        "into Float64Array from rank 0, tag 0, on COMM_WORLD: the message is Float32Array, expected Float64Array",
      ],
      [
        new Float32Array(3000),
        new Int32Array(3000),
        "into Int32Array from rank 0, tag 0, on COMM_WORLD: the message is Float32Array, expected Int32Array",
      ],
      [
        [1, 2],
        new Float64Array(2),
        "into Float64Array from rank 0, tag 0, on COMM_WORLD: the message is a value, expected a buffer",
      ],
      [
        "x".repeat(5000),
        new ArrayBuffer(9000),
        "into an ArrayBuffer from rank 0, tag 0, on COMM_WORLD: the message is a value, expected a buffer",
      ],
    ];
    for (const [sent, into, text] of cases) {
      const sending = comm.isend(sent, { dest: 0 });
      const error = await rejects(comm.recv({ into }), Exception);
      is(error.message, `Cannot receive ${text} (ERR_TYPE)`);
      is(error.errorClass, ERR_TYPE);
      is(await sending.wait(), undefined);
    }
  });
});

test("the stack of a failed receive is the line of the script that called recv(), not of the library", async () => {
  await ranks(1, async (comm) => {
    const request = comm.recv({ into: new Int8Array(0) });
    await comm.send(new Int8Array(1), { dest: 0 });
    const { stack } = await rejects(request, Exception);
    ok(/buffers\.test\.ts:\d+/.test(stack!.split("\n")[1]!), stack);
    ok(!stack!.includes("/src/"), stack);
  });
});

/** Buffers of every kind whose memory has been transferred, and one whose memory has become too short for it. */
function withoutMemory(): BufferLike[] {
  const resizable = new ArrayBuffer(16, { maxByteLength: 16 });
  const short = new Int32Array(resizable, 8, 2);
  const gone = [new ArrayBuffer(8), new DataView(new ArrayBuffer(8)), ...kinds.map((kind) => new kind(8))];
  for (const buffer of gone) ((ArrayBuffer.isView(buffer) ? buffer.buffer : buffer) as ArrayBuffer).transfer();
  resizable.resize(12);
  return [...gone, short];
}

test("buffers whose memory is gone are refused with ERR_BUFFER, whichever call is given them, and nothing is sent", async () => {
  await ranks(1, async (comm) => {
    const to = { dest: 0 };
    const one = { dest: 0, source: 0 };
    for (const buffer of withoutMemory()) {
      const data: any = buffer;
      const into = buffer;
      const calls: Record<string, () => Promise<unknown>> = {
        send: () => comm.send(data, to),
        isend: async () => comm.isend(data, to),
        bsend: () => comm.bsend(data, to),
        sendInit: async () => comm.sendInit(data, to).start(),
        recv: () => comm.recv({ into }),
        irecv: async () => comm.irecv({ into }),
        recvInit: async () => comm.recvInit({ into, source: 0 }),
        sendrecv: () => comm.sendrecv(data, one),
        "sendrecv into": () => comm.sendrecv(1, { ...one, into }),
        bcast: () => comm.bcast(data),
        "bcast into": () => comm.bcast(1, { into }),
        scatter: () => comm.scatter(data),
        gather: () => comm.gather(data),
        "gather into": () => comm.gather(1, { into }),
        allgather: () => comm.allgather(data),
        iallgather: () => comm.iallgather(data).wait(),
        alltoall: () => comm.alltoall(data),
        allgatherv: () => comm.allgatherv(data, { counts: [1] }),
      };
      // Memory without an element kind is no operand.
      if (ArrayBuffer.isView(buffer) && !(buffer instanceof DataView)) {
        const array = new (buffer.constructor as Kind)(0);
        Object.assign(calls, {
          reduce: () => comm.reduce(data),
          allreduce: () => comm.allreduce(data),
          "allreduce into": () => comm.allreduce(array, { into }),
          scan: () => comm.scan(data),
          exscan: () => comm.exscan(data),
          reduceScatterBlock: () => comm.reduceScatterBlock(data),
          reduceLocal: async () => SUM.reduceLocal(data, array),
        });
      }
      for (const [name, call] of Object.entries(calls)) {
        const what = `${name} of ${buffer.constructor.name}`;
        const error = await call().then(
          () => undefined,
          (error: Error) => error,
        );
        ok(error instanceof Exception && error.errorClass === ERR_BUFFER, `${what}: ${error}`);
        ok(/memory .*has been transferred, or is too short by now/.test(error.message), `${what}: ${error}`);
      }
    }
    is(await comm.iprobe(), false);
  });
});

test("an empty message arrives, and is counted", async () => {
  await ranks(2, async (comm) => {
    const peer = 1 - comm.rank;
    for (const empty of [new Int8Array(0), new Float64Array(0), new ArrayBuffer(0)]) {
      const status = new Status();
      const got = await comm.sendrecv<typeof empty>(empty, { dest: peer, source: peer, status });
      equal([got.byteLength, status.count, status.source], [0, 0, peer]);
      is(
        await comm.sendrecv(empty, { dest: peer, source: peer, into: new ArrayBuffer(0), status }).then(byteLength),
        0,
      );
      is(status.count, 0);
    }
  });
});

test("getCount() counts in elements of a class; UNDEFINED when the message holds no whole number of them", async () => {
  await ranks(1, async (comm) => {
    const status = new Status();
    await bounce(comm, new Uint8Array(12), () => comm.recv({ status }));
    equal([status.getCount(), status.getCount(Int32Array), status.getCount(Uint8Array)], [12, 3, 12]);
    is(status.getCount(Float64Array), UNDEFINED);
  });
});

test.run();
