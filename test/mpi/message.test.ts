// Messages that were probed: the static probes, MPI.PROC_NULL's message, the null message, and messages that are thrown away.
import { test } from "uvu";
import {
  ANY_SOURCE,
  ANY_TAG,
  Comm,
  ERR_REQUEST,
  Exception,
  MESSAGE_NO_PROC,
  MESSAGE_NULL,
  Message,
  PROC_NULL,
  Request,
  Status,
} from "../../src/mpi/mpi.ts";
import { equal, is, not, ok, rejects, throws } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";
import { soon, turns } from "../support/sinks.ts";

const told = ({ source, tag, error, count }: Status) => [source, tag, error, count];

for (const size of [1, 2, 3]) {
  test(`Message.probe() and Message.iprobe() take messages out as mprobe() and improbe() do, on ${size} ranks`, async () => {
    await ranks(size, async (comm) => {
      const [left, right] = [(comm.rank + size - 1) % size, (comm.rank + 1) % size];
      const sends = [1, 2].map((tag) => comm.issend([comm.rank, tag], { dest: right, tag }));
      const status = new Status();
      const first = await Message.probe(comm, { source: ANY_SOURCE, tag: 2, status });
      equal([status.source, status.tag], [left, 2]);
      is(await comm.iprobe({ tag: 2 }), false);
      let second: Message | null = null;
      while (second === null) second = await Message.iprobe(comm, { source: left });
      is(await Message.iprobe(comm), null);
      equal(await first.recv(), [left, 2]);
      const filled = new Status();
      equal(await second.irecv({ status: filled }).wait(), [left, 1]);
      equal([filled.source, filled.tag], [left, 1]);
      await Request.waitall(sends);
    });
  });
}

test("mprobe() of ANY_SOURCE takes the oldest message, whoever has sent it", async () => {
  await ranks(3, async (comm) => {
    if (comm.rank > 0) return comm.send(`from ${comm.rank}`, { dest: 0, tag: comm.rank });
    const seen: unknown[] = [];
    for (let i = 0; i < 2; i++) {
      const status = new Status();
      const message = i === 0 ? await comm.mprobe({ status }) : await Message.probe(comm, { tag: ANY_TAG, status });
      is(await message.recv(), `from ${status.source}`);
      seen.push(status.source);
    }
    equal(seen.sort(), [1, 2]);
  });
});

test("a probe of PROC_NULL finds MESSAGE_NO_PROC at once, which can be received any number of times", async () => {
  await ranks(1, async (comm) => {
    await comm.send("stays", { dest: 0 });
    const status = new Status();
    for (const probe of [
      () => comm.mprobe({ source: PROC_NULL, status }),
      () => comm.improbe({ source: PROC_NULL, status }),
      () => Message.probe(comm, { source: PROC_NULL, tag: 3, status }),
      () => Message.iprobe(comm, { source: PROC_NULL, status }),
    ]) {
      status.fill(1, 1, 1, 1);
      is(await probe(), MESSAGE_NO_PROC);
      equal(told(status), [PROC_NULL, ANY_TAG, 0, 0]);
    }
    const into = Int8Array.of(5);
    for (let i = 0; i < 2; i++) {
      const got = new Status();
      is(await MESSAGE_NO_PROC.recv({ status: got }), undefined);
      equal(told(got), [PROC_NULL, ANY_TAG, 0, 0]);
      const request = MESSAGE_NO_PROC.irecv({ into });
      is(await request.wait({ status: got }), into);
      equal([told(got), into[0]], [[PROC_NULL, ANY_TAG, 0, 0], 5]);
      MESSAGE_NO_PROC.free();
    }
    is(await comm.recv(), "stays");
  });
});

test("MESSAGE_NO_PROC stays as it is when a communicator with an error handler finds it", async () => {
  await ranks(1, async (comm) => {
    let handled = 0;
    const copy = await comm.dup();
    copy.setErrhandler(Comm.createErrhandler(() => void handled++));
    const message = await copy.mprobe({ source: PROC_NULL });
    is(message, MESSAGE_NO_PROC);
    is(Object.getPrototypeOf(message), Message.prototype);
    await rejects(MESSAGE_NO_PROC.recv({ into: 5 } as never), TypeError, "option into is 5");
    is(handled, 0);
    await copy.send("once", { dest: 0 });
    const real = await copy.mprobe();
    await real.recv();
    await rejects(real.recv(), Exception, "ERR_REQUEST");
    is(handled, 1);
  });
});

test("MESSAGE_NULL is a Message that cannot be received", async () => {
  ok(MESSAGE_NULL instanceof Message);
  const error = await rejects(MESSAGE_NULL.recv(), Exception);
  is(error.message, "Cannot call Message.recv on MPI.MESSAGE_NULL: it is no message (ERR_REQUEST)");
  is(error.errorClass, ERR_REQUEST);
  throws(() => MESSAGE_NULL.irecv(), /Message.irecv on MPI.MESSAGE_NULL/);
  MESSAGE_NULL.free();
  throws(() => MESSAGE_NULL.irecv(), /Message.irecv on MPI.MESSAGE_NULL/);
});

test("free() throws a message away, short or long: its sender completes, nobody can receive it, the next one comes", async () => {
  for (const length of [1, 5000]) {
    await ranks(2, async (comm) => {
      if (comm.rank === 0) {
        const sends = [comm.issend(new Uint8Array(length), { dest: 1 }), comm.isend("next", { dest: 1 })];
        await soon(Request.waitall(sends), "the sends");
        return;
      }
      const message = await comm.mprobe();
      message.free();
      message.free();
      const text = "Cannot call Message.recv: the message has been freed (ERR_REQUEST)";
      is((await rejects(message.recv(), Exception)).message, text);
      is(await comm.recv(), "next");
    });
  }
});

test("free() of a message that was received, or is on its way, does it no harm", async () => {
  await ranks(1, async (comm) => {
    const sending = comm.isend(new Uint8Array(5000).fill(3), { dest: 0 });
    const message = await comm.mprobe();
    const request = message.irecv<Uint8Array>();
    message.free();
    const got = await request.wait();
    ok(got.length === 5000 && got.every((byte) => byte === 3));
    message.free();
    await sending.wait();
    throws(() => message.irecv(), /received already/);
  });
});

test("an mprobe() that waits while its communicator is freed still gets its message", async () => {
  await ranks(2, async (comm) => {
    const copy = await comm.dup();
    if (comm.rank === 0) {
      await comm.recv();
      return copy.send("late", { dest: 1 });
    }
    const probing = copy.mprobe({ source: 0 });
    await copy.free();
    await comm.send("go", { dest: 0 });
    is(await (await soon(probing, "the message")).recv(), "late");
  });
});

test("cancel() of the receive of a probed message is too late", async () => {
  await ranks(1, async (comm) => {
    await comm.send("here", { dest: 0 });
    const request = (await comm.mprobe()).irecv();
    request.cancel();
    const status = new Status();
    is(await request.wait({ status }), "here");
    is(status.isCancelled(), false);
  });
});

test("wrong arguments of the static probes are refused, and take no message", async () => {
  await ranks(1, async (comm) => {
    await comm.send("kept", { dest: 0 });
    for (const name of ["probe", "iprobe"] as const) {
      const probe = Message[name] as (comm: unknown, options?: object) => Promise<unknown>;
      for (const wrong of [undefined, null, 1, {}, Message])
        await rejects(probe(wrong), TypeError, `Cannot call Message.${name}: comm is`);
      await rejects(probe(comm, { dest: 0 }), TypeError, "option dest is unknown");
      await rejects(probe(comm, { source: 1 }), Exception, "ERR_RANK");
      await rejects(probe(comm, { tag: -9 }), Exception, "ERR_TAG");
    }
    await rejects(Message.probe(comm, { tag: 1, signal: AbortSignal.abort(new Error("no")) }), Error, "no");
    const controller = new AbortController();
    const probing = Message.probe(comm, { tag: 1, signal: controller.signal });
    await turns();
    controller.abort(new Error("enough"));
    await rejects(probing, Error, "enough");
    const message = await Message.probe(comm);
    await rejects(message.recv({ signal: controller.signal } as never), TypeError, "option signal is unknown");
    not(await comm.iprobe());
    is(await message.recv(), "kept");
  });
});

test.run();
