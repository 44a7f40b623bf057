// Buffered sends and the buffers that limit them: for the process, for a communicator, and none.
import { test } from "uvu";
import {
  attachBuffer,
  BSEND_OVERHEAD,
  BUFFER_AUTOMATIC,
  detachBuffer,
  ERR_BUFFER,
  Exception,
  flushBuffer,
  type Intracomm,
  iflushBuffer,
  PROC_NULL,
  Request,
} from "../../src/mpi/mpi.ts";
import { equal, is, refuses, rejects, throws } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";
import { turns } from "../support/sinks.ts";

/** The two places a buffer can be attached to. */
const places = [
  {
    name: "MPI",
    of: () => ({ attachBuffer, detachBuffer, flushBuffer, iflushBuffer }),
  },
  { name: "COMM_WORLD", of: (comm: Intracomm) => comm },
];

/** Longer than the eager limit of the ranks here: it stays at its sender until it is received. */
const long = new Uint8Array(2000).fill(1);

const isBufferError = (text: string) => (error: Error) =>
  error instanceof Exception && error.errorClass === ERR_BUFFER && error.message.includes(text);

for (const { name, of } of places) {
  test(`a buffer attached to ${name} has room for its bytes, and ERR_BUFFER says what is free and what is needed`, async () => {
    await ranks(1, async (comm) => {
      const place = of(comm);
      const buffer = new ArrayBuffer(2 * (2000 + BSEND_OVERHEAD) + 100);
      place.attachBuffer(buffer);
      for (let i = 0; i < 2; i++) await comm.bsend(long, { dest: 0, tag: i });
      const text = `Cannot bsend to rank 0, tag 7, on COMM_WORLD: the buffer attached to ${name} is too small, 100 of its ${buffer.byteLength} bytes are free, expected ${2000 + BSEND_OVERHEAD} (2000 and BSEND_OVERHEAD) (ERR_BUFFER)`;
      const error = await rejects(comm.bsend(long, { dest: 0, tag: 7 }), Exception);
      is(error.message, text);
      is(error.errorClass, ERR_BUFFER);
      throws(() => comm.ibsend(long, { dest: 0 }), isBufferError("too small"));
      const persistent = comm.bsendInit(long, { dest: 0, tag: 2 });
      throws(() => persistent.start(), isBufferError("too small"));
      is(persistent.active, false);
      is(await comm.bsend(long, { dest: PROC_NULL }), undefined);
      await comm.isend(long, { dest: 0, tag: 3 }).test(); // Other modes need no room.
      is((await comm.recv<Uint8Array>({ tag: 3 })).length, 2000);
      is((await comm.recv<Uint8Array>({ tag: 0 })).length, 2000);
      await turns();
      persistent.start();
      await persistent.wait();
      await rejects(comm.bsend(long, { dest: 0 }), Exception, "100 of its");
      for (const tag of [2, 1]) await comm.recv({ tag });
      is(await place.detachBuffer(), buffer);
      is(await comm.iprobe(), false);
      for (let i = 0; i < 5; i++) await comm.bsend(long, { dest: 0 });
      for (let i = 0; i < 5; i++) await comm.recv();
    });
  });

  test(`a short message needs room in the buffer of ${name} too, but only for the moment`, async () => {
    await ranks(1, async (comm) => {
      const place = of(comm);
      place.attachBuffer(new Float64Array((BSEND_OVERHEAD + 8) / 8));
      for (let i = 0; i < 10; i++) await comm.bsend(Float64Array.of(i), { dest: 0 });
      await rejects(comm.bsend(Float64Array.of(1, 2), { dest: 0 }), Exception, "expected 528 (16 and BSEND_OVERHEAD)");
      for (let i = 0; i < 10; i++) equal(await comm.recv(), Float64Array.of(i));
      await place.detachBuffer();
    });
  });

  test(`detachBuffer() of ${name} waits until all is delivered; meanwhile another buffer can be attached`, async () => {
    await ranks(1, async (comm) => {
      const place = of(comm);
      const [first, second] = [new Uint8Array(10_000), new DataView(new ArrayBuffer(0))];
      place.attachBuffer(first);
      await comm.bsend(long, { dest: 0, tag: 1 });
      await comm.bsend(long, { dest: 0, tag: 2 });
      let detached = false;
      const detaching = place.detachBuffer().then((buffer) => {
        detached = true;
        return buffer;
      });
      place.attachBuffer(second);
      await rejects(comm.bsend(0, { dest: 0 }), Exception, "0 of its 0 bytes are free");
      await comm.recv({ tag: 2 });
      await turns();
      is(detached, false);
      await comm.recv({ tag: 1 });
      is(await detaching, first);
      is(await place.detachBuffer(), second);
    });
  });

  test(`flushBuffer() and iflushBuffer() of ${name} wait for the messages that are in the buffer then`, async () => {
    await ranks(1, async (comm) => {
      const place = of(comm);
      await place.flushBuffer();
      is(await place.iflushBuffer().wait(), undefined);
      place.attachBuffer(BUFFER_AUTOMATIC);
      await comm.bsend(long, { dest: 0, tag: 1 });
      const flush = place.iflushBuffer();
      is(flush.pending!.describe(), `iflushBuffer on ${name}, buffered messages that are not received: 1`);
      equal(await flush.test(), [false]);
      await comm.bsend(long, { dest: 0, tag: 2 });
      await comm.recv({ tag: 1 });
      await Request.waitall([flush]);
      const flushing = place.flushBuffer();
      await comm.recv({ tag: 2 });
      is(await flushing, undefined);
      is(await place.detachBuffer(), BUFFER_AUTOMATIC);
    });
  });

  test(`attaching to ${name} twice and detaching nothing are ERR_BUFFER; what is no buffer is a TypeError`, async () => {
    await ranks(1, async (comm) => {
      const place = of(comm);
      is((await rejects(place.detachBuffer(), Exception, `detachBuffer on ${name}: it has no`)).errorClass, ERR_BUFFER);
      for (const wrong of [undefined, null, 1000, [1], "buffer"])
        refuses(() => place.attachBuffer(wrong as never), "Cannot call attachBuffer: its data is");
      place.attachBuffer(new Uint8Array(1));
      throws(() => place.attachBuffer(new Uint8Array(1)), isBufferError(`on ${name}: it has a buffer`));
      throws(() => place.attachBuffer(BUFFER_AUTOMATIC), isBufferError("expected detachBuffer first"));
      await place.detachBuffer();
      await rejects(place.detachBuffer(), Exception, "ERR_BUFFER");
    });
  });
}

test("a communicator's buffer comes before the one of the process, and is no other communicator's", async () => {
  await ranks(1, async (comm) => {
    const copy = await comm.dup();
    attachBuffer(new Uint8Array(0));
    comm.attachBuffer(new Uint8Array(5000));
    await comm.bsend(long, { dest: 0 });
    await rejects(copy.bsend(1, { dest: 0 }), Exception, "attached to MPI is too small");
    await comm.recv();
    await comm.detachBuffer();
    await rejects(comm.bsend(1, { dest: 0 }), Exception, "attached to MPI is too small");
    await detachBuffer();
    comm.attachBuffer(new Uint8Array(0));
    await copy.bsend(long, { dest: 0 });
    await copy.recv();
    await rejects(comm.bsend(1, { dest: 0 }), Exception, "attached to COMM_WORLD is too small");
    await comm.detachBuffer();
    await copy.free();
    throws(() => copy.attachBuffer(new Uint8Array(1)), /ERR_COMM/);
    throws(() => copy.iflushBuffer(), /ERR_COMM/);
    await rejects(copy.flushBuffer(), Exception, "ERR_COMM");
    await rejects(copy.detachBuffer(), Exception, "ERR_COMM");
  });
});

test("without a buffer bsend() of any number of long messages waits for nobody, and copies are sent", async () => {
  await ranks(2, async (comm) => {
    const peer = 1 - comm.rank;
    const data = new Int32Array(2000);
    for (let i = 0; i < 200; i++) {
      data.fill(i);
      await comm.bsend(data, { dest: peer });
    }
    for (let i = 0; i < 200; i++) {
      const got = await comm.recv<Int32Array>({ source: peer });
      equal([got.length, got[0], got[1999]], [2000, i, i]);
    }
  });
});

test.run();
