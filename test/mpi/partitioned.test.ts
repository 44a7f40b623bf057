// Partitioned communication: parts that are sent as they get ready, matched by psendInit and precvInit.
import { test } from "uvu";
import type { Endpoint } from "../../src/comm/endpoint.ts";
import {
  ANY_TAG,
  Comm,
  ERR_ARG,
  ERR_COUNT,
  ERR_RANK,
  ERR_REQUEST,
  ERR_TAG,
  ERR_TRUNCATE,
  ERR_TYPE,
  Exception,
  type Intracomm,
  PROC_NULL,
  Prequest,
  Request,
  Status,
} from "../../src/mpi/mpi.ts";
import { viewKinds } from "../support/array-kinds.ts";
import { equal, is, not, ok, refuses, rejects, throws } from "../support/assert.ts";
import { random } from "../support/lanes.ts";
import { ranks } from "../support/ranks.ts";
import { soon, turns } from "../support/sinks.ts";

const isError = (errorClass: number, text: string) => (error: Error) =>
  error instanceof Exception && error.errorClass === errorClass && error.message.includes(text);

/** Resolves when partition `i` of a receive is here. */
async function until(request: Prequest, i: number): Promise<void> {
  while (!(await request.parrived(i))) ok(request.active);
}

for (const [theirs, ours] of [
  [1, 1],
  [4, 4],
  [6, 2],
  [2, 6],
  [4, 6],
  [12, 1],
  [1, 12],
] as const) {
  test(`${theirs} partitions arrive as ${ours}, each of ours when those of theirs that it needs are ready`, async () => {
    for (const elements of [12, 1200]) {
      await ranks(2, async (comm) => {
        const size = elements / theirs;
        if (comm.rank === 0) {
          const out = new Int32Array(elements);
          const send = comm.psendInit(out, { partitions: theirs, dest: 1, tag: 3 });
          send.start();
          for (let i = theirs - 1; i >= 0; i--) {
            await comm.recv({ source: 1, tag: 9 });
            out.fill(i + 1, i * size, (i + 1) * size);
            send.pready(i);
          }
          is(await send.wait(), undefined);
          return;
        }
        const into = new Int32Array(elements);
        const receive = comm.precvInit(into, { partitions: ours, source: 0, tag: 3 });
        receive.start();
        for (let i = theirs - 1; i >= 0; i--) {
          // What lies before the partitions that are ready is not here.
          for (let mine = 0; mine < ours; mine++) {
            const needed = Math.floor((mine * theirs) / ours);
            if (needed <= i) is(await receive.parrived(mine), false, `${mine} before ${i}`);
          }
          await comm.send("go", { dest: 0, tag: 9 });
          for (let mine = 0; mine < ours; mine++) {
            if (Math.floor((mine * theirs) / ours) < i) continue;
            await until(receive, mine);
            const part = into.subarray((mine * elements) / ours, ((mine + 1) * elements) / ours);
            ok(part.every((n, k) => n === Math.floor(((mine * elements) / ours + k) / size) + 1));
          }
        }
        const status = new Status();
        is(await receive.wait({ status }), into);
        equal([status.source, status.tag, status.count, status.kind], [0, 3, 4 * elements, "Int32Array"]);
      });
    }
  });
}

test("random partitions, orders of readiness, channels of the same tag and rounds deliver every element", async () => {
  const seed = 4711;
  const [rounds, channels, elements] = [6, 5, 720];
  const divisors = [1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 18, 20, 24, 30, 36, 40, 45, 48, 60, 72];
  for (const size of [1, 2, 3]) {
    await ranks(size, async (comm) => {
      const draw = random(seed + 100 * size + comm.rank);
      const peers = Array.from({ length: size }, (_, rank) => rank);
      const value = (from: number, to: number, channel: number, round: number, i: number) =>
        ((from * 7 + to) * channels + channel) * 10_000 + round * 1000 + i;
      const any = () => divisors[draw(divisors.length)]!;
      const sends = peers.flatMap((dest) =>
        Array.from({ length: channels }, (_, channel) => {
          const [out, partitions] = [new Float64Array(elements), any()];
          return { dest, channel, out, partitions, request: comm.psendInit(out, { partitions, dest, tag: 1 }) };
        }),
      );
      const receives = peers.flatMap((source) =>
        Array.from({ length: channels }, (_, channel) => {
          const into = new Float64Array(elements);
          const partitions = any();
          return { source, channel, partitions, request: comm.precvInit(into, { partitions, source, tag: 1 }) };
        }),
      );
      for (let round = 0; round < rounds; round++) {
        for (const { request } of receives) request.start();
        const pending = sends.flatMap(({ dest, channel, out, partitions, request }) => {
          for (let i = 0; i < elements; i++) out[i] = value(comm.rank, dest, channel, round, i);
          request.start();
          return Array.from({ length: partitions }, (_, i) => ({ request, i }));
        });
        while (pending.length > 0) {
          const [{ request, i }] = pending.splice(draw(pending.length), 1) as [(typeof pending)[0]];
          request.pready(i);
          if (draw(40) === 0) await turns(1);
        }
        for (const { source, channel, partitions, request } of receives) {
          if (draw(2) === 0) await until(request, draw(partitions));
          const got = await request.wait();
          const wrong = got.findIndex((n, i) => n !== value(source, comm.rank, channel, round, i));
          is(wrong, -1, `seed ${seed}, ${size} ranks, round ${round}, channel ${channel} from ${source}`);
        }
        await Request.waitall(sends.map(({ request }) => request));
      }
      for (const { request } of [...sends, ...receives]) request.free();
    });
  }
});

test("a partition travels as soon as it is ready, and waiting before the others are ready ends when they are", async () => {
  await ranks(2, async (comm) => {
    const buffer = new Float32Array(2000);
    if (comm.rank === 0) {
      const send = comm.psendInit(buffer, { partitions: 2, dest: 1 });
      send.start();
      const waiting = send.wait();
      buffer.fill(2, 1000);
      send.pready(1);
      is(await comm.recv({ source: 1 }), "half");
      equal(await send.test(), [false]);
      buffer.fill(1, 0, 1000);
      send.pready(0);
      await waiting;
    } else {
      const receive = comm.precvInit(buffer, { partitions: 2, source: 0 });
      receive.start();
      await until(receive, 1);
      equal([buffer[0], buffer[999], buffer[1000], buffer[1999]], [0, 0, 2, 2]);
      is(await receive.parrived(0), false);
      equal(await receive.test(), [false]);
      await comm.send("half", { dest: 0 });
      await receive.wait();
      equal([buffer[0], buffer[1999]], [1, 2]);
    }
  });
});

test("a sender may be rounds ahead of its receiver, and a receive may start before its sender has called psendInit", async () => {
  await ranks(2, async (comm) => {
    const buffer = new Int16Array(4);
    if (comm.rank === 0) {
      await comm.recv({ source: 1 });
      const send = comm.psendInit(buffer, { partitions: 4, dest: 1 });
      for (let round = 1; round <= 5; round++) {
        buffer.fill(round);
        send.start();
        send.preadyRange(0, 3);
        await send.wait();
      }
      await comm.send("all sent", { dest: 1 });
    } else {
      const receive = comm.precvInit({ into: buffer, partitions: 2 });
      receive.start();
      equal(await receive.test(), [false]);
      await comm.send("go", { dest: 0 });
      await comm.recv({ source: 0 });
      for (let round = 1; round <= 5; round++) {
        if (round > 1) receive.start();
        const status = new Status();
        equal(await receive.wait({ status }), new Int16Array(4).fill(round));
        equal([status.source, status.tag], [0, 0]);
      }
    }
  });
});

test("psendInit and precvInit match in their order, by rank and tag, and do not meet ordinary messages", async () => {
  await ranks(2, async (comm) => {
    const tags = [5, 6, 5, 5, 6];
    const buffers = tags.map((_, i) => Int32Array.of(comm.rank === 0 ? i + 1 : 0));
    const requests = buffers.map((buffer, i) =>
      comm.rank === 0
        ? comm.psendInit(buffer, { partitions: 1, dest: 1, tag: tags[i]! })
        : comm.precvInit(buffer, { partitions: 1, source: i % 2 ? 0 : -1, tag: tags[i]! }),
    );
    if (comm.rank === 0) {
      await comm.send("ordinary", { dest: 1, tag: 5 });
      for (const request of [...requests].reverse()) {
        request.start();
        request.pready(0);
      }
      await Request.waitall(requests);
    } else {
      const status = await comm.probe({ tag: ANY_TAG });
      is(status.count, 9);
      is(await comm.recv({ tag: 5 }), "ordinary");
      Prequest.startall(requests);
      await Request.waitall(requests);
      equal(
        buffers.map(([n]) => n),
        [1, 2, 3, 4, 5],
      );
      is(await comm.iprobe(), false);
    }
  });
});

test("a buffer of any kind travels in partitions, into the same kind or bytes, and an empty one too", async () => {
  await ranks(1, async (comm) => {
    const views = viewKinds.map((kind) => (length: number) => new kind(new ArrayBuffer(length)) as DataView);
    const makers = [...views, (n: number) => new ArrayBuffer(n), (n: number) => new SharedArrayBuffer(n), Buffer.alloc];
    for (const make of makers) {
      for (const length of [0, 32, 32_000]) {
        const [from, into] = [make(length), make(length)];
        const bytes = (data: typeof from) =>
          ArrayBuffer.isView(data)
            ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
            : new Uint8Array(data);
        bytes(from).fill(3);
        const send = comm.psendInit(from, { partitions: 4, dest: 0 });
        const receive = comm.precvInit(into, { partitions: 2, source: 0 });
        const raw = comm.psendInit(from, { partitions: 2, dest: 0, tag: 1 });
        const intoBytes = comm.precvInit(new ArrayBuffer(length), { partitions: 1, source: 0, tag: 1 });
        Prequest.startall([receive, send, raw, intoBytes]);
        send.preadyRange(0, 3);
        await until(receive, 1);
        raw.preadyList(Uint8Array.of(1, 0));
        const [got, , , gotBytes] = await Request.waitall([receive, send, raw, intoBytes] as const);
        is(got, into);
        equal(bytes(got), bytes(from));
        equal(new Uint8Array(gotBytes), bytes(from));
      }
    }
  });
});

test("of an empty message too, a partition arrives when its counterpart is ready", async () => {
  await ranks(1, async (comm) => {
    const send = comm.psendInit(new Int8Array(0), { partitions: 2, dest: 0 });
    const receive = comm.precvInit(new Int8Array(0), { partitions: 4, source: 0 });
    Prequest.startall([receive, send]);
    is(await receive.parrived(3), false);
    send.pready(1);
    await until(receive, 3);
    await until(receive, 2);
    is(await receive.parrived(1), false);
    send.pready(0);
    await Request.waitall([send, receive]);
  });
});

test("a message shorter than the buffer fills its beginning", async () => {
  await ranks(1, async (comm) => {
    for (const length of [0, 6]) {
      const send = comm.psendInit(new Int32Array(length).fill(4), { partitions: 3, dest: 0 });
      const receive = comm.precvInit(new Int32Array(10), { partitions: 5, source: 0 });
      Prequest.startall([receive, send]);
      send.preadyList([2, 0]);
      if (length > 0) await until(receive, 0);
      is(await receive.parrived(4), false);
      send.pready(1);
      await until(receive, 4);
      const status = new Status();
      is((await receive.wait({ status })).filter((n) => n === 4).length, length);
      is(status.count, 4 * length);
      await send.wait();
    }
  });
});

test("a message longer than the buffer is ERR_TRUNCATE, one of another kind ERR_TYPE; its sender completes, the next round too", async () => {
  for (const length of [8, 8000]) {
    await ranks(2, async (comm) => {
      for (const [into, errorClass] of [
        [new Int32Array(length / 2), ERR_TRUNCATE],
        [new Float32Array(length), ERR_TYPE],
      ] as const) {
        const sending = comm.rank === 0;
        const request = sending
          ? comm.psendInit(new Int32Array(length), { partitions: 4, dest: 1, tag: 2 })
          : comm.precvInit(into, { partitions: 4, source: 0, tag: 2 });
        for (let round = 0; round < 2; round++) {
          request.start();
          if (sending) {
            request.preadyRange(0, 3);
            await request.wait();
          } else {
            const error = await rejects(request.wait(), Exception, "from rank 0, tag 2, on COMM_WORLD");
            is(error.errorClass, errorClass);
          }
        }
        not(into.some((n) => n !== 0));
      }
    });
  }
});

test("with PROC_NULL a send is complete when all is ready, a receive at once", async () => {
  await ranks(1, async (comm) => {
    const send = comm.psendInit(new Int8Array(2), { partitions: 2, dest: PROC_NULL });
    const receive = comm.precvInit(Int8Array.of(1, 2), { partitions: 2, source: PROC_NULL });
    for (let round = 0; round < 2; round++) {
      Prequest.startall([receive, send]);
      is(await receive.parrived(1), true);
      const status = new Status();
      equal(await receive.wait({ status }), Int8Array.of(1, 2));
      equal([status.source, status.tag, status.count], [PROC_NULL, ANY_TAG, 0]);
      send.pready(1);
      equal(await send.test(), [false]);
      send.pready(0);
      await send.wait();
    }
  });
});

test("what waits for partitions says for which", async () => {
  await ranks(1, async (comm) => {
    const send = comm.psendInit(new Int8Array(4), { partitions: 4, dest: 0, tag: 8 });
    const receive = comm.precvInit(new Int8Array(4), { partitions: 2, source: 0, tag: 8 });
    const lonely = comm.precvInit(new Int8Array(4), { partitions: 2, tag: 9 });
    Prequest.startall([send, receive, lonely]);
    send.pready(2);
    await turns();
    is(send.pending!.describe(), "psendInit(dest 0, tag 8) on COMM_WORLD, 3 of 4 partitions are not ready");
    is(
      receive.pending!.describe(),
      "precvInit(source 0, tag 8) on COMM_WORLD, 3 of the sender's 4 partitions have not come",
    );
    is(lonely.pending!.describe(), "precvInit(source any, tag 9) on COMM_WORLD, which no psendInit has matched");
    send.preadyList([0, 1, 3]);
    await Request.waitall([send, receive]);
  });
});

test("pready in a wrong state is ERR_REQUEST, of a wrong partition ERR_ARG, and then none of a list is sent", async () => {
  await ranks(1, async (comm) => {
    const send = comm.psendInit(new Int32Array(4), { partitions: 4, dest: 0 });
    const receive = comm.precvInit(new Int32Array(4), { partitions: 4, source: 0 });
    const plain = comm.sendInit(1, { dest: PROC_NULL });
    const inactive = isError(
      ERR_REQUEST,
      "on psendInit(dest 0, tag 0) on COMM_WORLD: it is not active, expected start",
    );
    throws(() => send.pready(0), inactive);
    throws(() => send.preadyRange(0, 1), inactive);
    throws(() => send.preadyList([0]), inactive);
    Prequest.startall([send, receive, plain]);
    throws(() => send.start(), isError(ERR_REQUEST, "it is active"));
    throws(() => send.free(), isError(ERR_REQUEST, "it is active"));
    throws(() => receive.pready(0), isError(ERR_REQUEST, "precvInit(source 0, tag any)"));
    throws(() => plain.pready(0), isError(ERR_REQUEST, "it is no partitioned send"));
    for (const request of [send, plain]) {
      const error = await rejects(request.parrived(0), Exception, "it is no partitioned receive");
      is(error.errorClass, ERR_REQUEST);
    }
    for (const wrong of [-1, 4, 0.5, Number.NaN]) {
      throws(() => send.pready(wrong), isError(ERR_ARG, `there is no partition ${wrong}`));
      throws(() => send.preadyRange(wrong, 3), isError(ERR_ARG, `there is no partition ${wrong}`));
      throws(() => send.preadyRange(0, wrong), isError(ERR_ARG, `there is no partition ${wrong}`));
      throws(() => send.preadyList([0, wrong]), isError(ERR_ARG, `there is no partition ${wrong}`));
      is((await rejects(receive.parrived(wrong), Exception)).errorClass, ERR_ARG);
    }
    throws(() => send.preadyRange(2, 1), isError(ERR_ARG, "first is 2"));
    throws(() => send.preadyList([1, 2, 1]), isError(ERR_ARG, "partition 1 is ready already"));
    refuses(() => send.pready("0" as never), 'partition is "0", expected a number');
    refuses(() => send.preadyList(3 as never), "partitions are 3, expected an array");
    refuses(() => send.preadyList(["0"] as never), 'partition is "0", expected a number');
    await rejects(receive.parrived(undefined as never), TypeError, "partition is undefined");
    send.preadyList([]);
    await turns();
    for (let i = 0; i < 4; i++) is(await receive.parrived(i), false);
    send.pready(1);
    throws(() => send.pready(1), isError(ERR_ARG, "partition 1 is ready already"));
    throws(() => send.preadyRange(0, 2), isError(ERR_ARG, "partition 1 is ready already"));
    send.preadyRange(2, 3);
    send.pready(0);
    throws(() => send.pready(0), isError(ERR_ARG, "partition 0 is ready already"));
    await Request.waitall([send, receive, plain]);
    throws(() => send.pready(0), inactive);
    for (let i = 0; i < 4; i++) is(await receive.parrived(i), true);
    send.free();
    receive.free();
    throws(() => send.start(), isError(ERR_REQUEST, "it has been freed"));
    throws(() => receive.start(), isError(ERR_REQUEST, "it has been freed"));
  });
});

test("an error handler of the communicator sees the errors of its partitioned requests", async () => {
  await ranks(1, async (comm) => {
    const seen: number[] = [];
    const copy = await comm.dup();
    copy.setErrhandler(Comm.createErrhandler((_, error) => void seen.push(error.errorClass)));
    const send = copy.psendInit(new Int32Array(4), { partitions: 4, dest: 0 });
    const receive = copy.precvInit(new Int32Array(2), { partitions: 2, source: 0 });
    throws(() => send.pready(0), /ERR_REQUEST/);
    Prequest.startall([send, receive]);
    throws(() => send.pready(4), /ERR_ARG/);
    throws(() => send.preadyRange(2, 1), /ERR_ARG/);
    throws(() => send.preadyList([1, 1]), /ERR_ARG/);
    await rejects(receive.parrived(2), Exception, "ERR_ARG");
    send.preadyRange(0, 3);
    await send.wait();
    await rejects(receive.wait(), Exception, "ERR_TRUNCATE");
    equal(seen, [ERR_REQUEST, ERR_ARG, ERR_ARG, ERR_ARG, ERR_ARG, ERR_TRUNCATE]);
  });
});

test("partitions cross an intercommunicator, both ways at once", async () => {
  await ranks(4, async (comm) => {
    const side = comm.rank % 2;
    const local = await comm.split(side, comm.rank);
    const inter = await local.createIntercomm(0, comm, 1 - side, 3);
    const into = new Int16Array(6);
    const requests = [
      inter.psendInit(new Int16Array(6).fill(comm.rank + 1), { partitions: 3, dest: local.rank }),
      inter.precvInit(into, { partitions: 2, source: local.rank }),
    ] as const;
    Prequest.startall([...requests]);
    requests[0].preadyRange(0, 2);
    const statuses: Status[] = [];
    await Request.waitall(requests, { statuses });
    equal(into, new Int16Array(6).fill((comm.rank ^ 1) + 1));
    equal([statuses[1]!.source, statuses[1]!.count], [local.rank, 12]);
  });
});

test("waiting for a partitioned receive ends when its signal aborts, and nothing of the round is lost", async () => {
  await ranks(1, async (comm) => {
    const send = comm.psendInit(Int32Array.of(1, 2), { partitions: 2, dest: 0 });
    const receive = comm.precvInit(new Int32Array(2), { partitions: 2, source: 0 });
    Prequest.startall([send, receive]);
    send.pready(1);
    const controller = new AbortController();
    const waiting = receive.wait({ signal: controller.signal });
    await turns();
    controller.abort(new RangeError("enough"));
    await rejects(waiting, RangeError, "enough");
    ok(receive.active);
    send.pready(0);
    equal(await receive.wait(), Int32Array.of(1, 2));
    await send.wait();
  });
});

test("wrong arguments of psendInit and precvInit are refused, and nothing is announced", async () => {
  await ranks(1, async (comm) => {
    const buffer = new Int32Array(6);
    const init = {
      psendInit: (options: object, data: unknown = buffer) =>
        comm.psendInit(data as Int32Array, { dest: 0, ...options } as never),
      precvInit: (options: object, data: unknown = buffer) => comm.precvInit(data as Int32Array, options as never),
    };
    for (const [call, make] of Object.entries(init)) {
      const peer = call === "psendInit" ? "dest" : "source";
      refuses(() => make({}), `Cannot call ${call}: option partitions is missing, expected a number`);
      refuses(() => make({ partitions: "2" }), 'option partitions is "2"');
      refuses(() => make({ partitions: 2, count: 3 }), "option count is unknown");
      refuses(() => make({ partitions: 2, [peer]: "0" }), `option ${peer} is "0"`);
      refuses(() => make({ partitions: 2, tag: {} }), "option tag is Object");
      refuses(() => make({ partitions: 2 }, [1, 2]), "its data is an array of 2, expected a typed array");
      for (const partitions of [0, -1, 1.5, Number.NaN, 2 ** 40])
        throws(() => make({ partitions }), isError(ERR_ARG, `with ${partitions} partitions`));
      throws(() => make({ partitions: 4 }), isError(ERR_COUNT, "the buffer has 6 elements, expected a multiple of 4"));
      throws(() => make({ partitions: 2, [peer]: 1 }), isError(ERR_RANK, "rank 1"));
      throws(() => make({ partitions: 2, tag: -7 }), isError(ERR_TAG, "-7"));
    }
    refuses(() => comm.psendInit(buffer, { partitions: 2 } as never), "option dest is missing");
    refuses(() => comm.precvInit({ partitions: 2 } as never), "its data is undefined");
    const receive = comm.precvInit(buffer, { partitions: 1 });
    receive.start();
    equal(await receive.test(), [false]);
    const send = comm.psendInit(Int32Array.of(1, 2, 3, 4, 5, 6), { partitions: 6, dest: 0 });
    send.start();
    send.preadyRange(0, 5);
    await Request.waitall([send, receive]);
    is(buffer[5], 6);
  });
});

/** Makes and completes three partitioned exchanges on a duplicate; with `free` the requests are freed. */
async function exchange(comm: Intracomm, free: boolean): Promise<void> {
  await using copy = await comm.dup();
  const { rank, size } = copy;
  for (let i = 0; i < 3; i++) {
    const send = copy.psendInit(Int32Array.of(i, i), { partitions: 2, dest: (rank + 1) % size });
    const receive = copy.precvInit(new Int32Array(2), { partitions: 1, source: (rank + size - 1) % size });
    Prequest.startall([send, receive]);
    send.preadyRange(0, 1);
    equal((await Request.waitall([receive, send]))[0], Int32Array.of(i, i));
    if (!free) continue;
    send.free();
    receive.free();
  }
}

/** What the communicator is below its public methods. */
const endpointOf = (comm: Intracomm) => (comm as unknown as { use(call: string): Endpoint }).use("");

test("what psendInit has announced and no precvInit wanted is known as unreceived, with its tag and communicator", async () => {
  await ranks(2, async (comm) => {
    if (comm.rank === 0) {
      for (const tag of [4, 4]) comm.psendInit(Int8Array.of(1), { partitions: 1, dest: 1, tag });
      return comm.send("text", { dest: 1 });
    }
    await comm.recv();
    const endpoint = endpointOf(comm);
    is(endpoint.unreceived(), "2 partitioned messages, the first from rank 0, tag 4, on COMM_WORLD");
    comm.precvInit(Int8Array.of(0), { partitions: 1, source: 0 });
    is(endpoint.unreceived(), "a partitioned message from rank 0, tag 4, on COMM_WORLD");
    comm.precvInit(Int8Array.of(0), { partitions: 1, source: 0 });
    is(endpoint.unreceived(), undefined);
  });
});

test("partitioned requests leave nothing behind: with free(), and with the communicator", async () => {
  await ranks(3, async (comm) => {
    const { channels } = endpointOf(comm).engine;
    await comm.barrier();
    const before = channels.size;
    await comm.barrier(); // Nobody begins before all have counted.
    for (let i = 0; i < 10; i++) await exchange(comm, i % 2 === 0);
    await comm.barrier();
    is(channels.size, before);
  });
});

test("a round that is under way completes although its communicator is freed", async () => {
  await ranks(2, async (comm) => {
    const copy = await comm.dup();
    const request: Prequest =
      comm.rank === 0
        ? copy.psendInit(Int32Array.of(1, 2), { partitions: 2, dest: 1 })
        : copy.precvInit(new Int32Array(2), { partitions: 2, source: 0 });
    request.start();
    await copy.free();
    if (comm.rank === 0) request.preadyRange(0, 1);
    await soon(request.wait(), "the round");
    throws(() => request.start(), /it has been freed \(ERR_COMM\)/);
  });
});

test.run();
