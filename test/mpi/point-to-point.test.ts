// Sending and receiving through a communicator's methods: every mode, wildcards, order, MPI.PROC_NULL, exchanges.
import { test } from "uvu";
import { ANY_SOURCE, ANY_TAG, PROC_NULL, registerClass, Status } from "../../src/mpi/mpi.ts";
import { equal, is, ok, rejects } from "../support/assert.ts";
import { random } from "../support/lanes.ts";
import { ranks } from "../support/ranks.ts";
import { turns } from "../support/sinks.ts";

const blocking = ["send", "ssend", "bsend", "rsend"] as const;
const nonblocking = ["isend", "issend", "ibsend", "irsend"] as const;
/** Longer than the eager limit of the ranks here. */
const long = "x".repeat(5000);

for (const size of [1, 2, 3, 4]) {
  test(`every blocking send reaches every rank, itself included, on ${size} ranks`, async () => {
    await ranks(size, async (comm) => {
      const all = Array.from({ length: size }, (_, rank) => rank);
      const wanted = all.flatMap((source) =>
        blocking.flatMap((mode, tag) => [[source, tag, { mode, text: long.slice(0, 5000 * (tag % 2)) }] as const]),
      );
      const receives = wanted.map(([source, tag]) => comm.irecv({ source, tag }));
      for (const dest of all) {
        for (const [tag, mode] of blocking.entries()) {
          is(await comm[mode]({ mode, text: long.slice(0, 5000 * (tag % 2)) }, { dest, tag }), undefined);
        }
      }
      for (const [i, request] of receives.entries()) equal(await request.wait(), wanted[i]![2]);
    });
  });
}

test("every nonblocking send gives a request whose wait() returns undefined, for short and long messages", async () => {
  await ranks(2, async (comm) => {
    for (const text of ["short", long]) {
      if (comm.rank === 0) {
        const sends = nonblocking.map((mode, tag) => comm[mode](text, { dest: 1, tag }));
        for (const send of sends) is(await send.wait(), undefined);
      } else {
        for (const tag of [3, 2, 1, 0]) is(await comm.recv({ source: 0, tag }), text);
      }
    }
  });
});

test("ssend() completes only when a receive has matched it; send() of a short message does not wait", async () => {
  await ranks(2, async (comm) => {
    if (comm.rank === 0) {
      const request = comm.issend("handshake", { dest: 1, tag: 1 });
      await comm.send("not yet", { dest: 1, tag: 2 });
      equal(await request.test(), [false]);
      await comm.send("now", { dest: 1, tag: 3 });
      await request.wait();
    } else {
      is(await comm.recv({ tag: 3 }), "now");
      is(await comm.recv({ tag: 1 }), "handshake");
      is(await comm.recv({ tag: 2 }), "not yet");
    }
  });
});

test("bsend() of a long message resolves before the receiver has looked, and the data may be changed at once", async () => {
  await ranks(1, async (comm) => {
    const makers = [(length: number) => new Uint8Array(length), Buffer.alloc, (n: number) => new SharedArrayBuffer(n)];
    for (const make of makers) {
      const data = make(5000);
      const bytes = data instanceof SharedArrayBuffer ? new Uint8Array(data) : data;
      bytes.fill(7);
      await comm.bsend(data, { dest: 0 });
      bytes.fill(8);
      const got = await comm.recv<Uint8Array | ArrayBuffer>();
      const received = got instanceof ArrayBuffer ? new Uint8Array(got) : got;
      ok(received.length === 5000 && received.every((byte) => byte === 7));
    }
  });
});

test("the data of a short send() may be changed as soon as the call has returned", async () => {
  await ranks(1, async (comm) => {
    const array = Float64Array.of(1, 2);
    const value = { list: [1], bytes: Uint8Array.of(1) };
    comm.isend(array, { dest: 0 });
    comm.isend(value, { dest: 0 });
    array.fill(0);
    value.list[0] = value.bytes[0] = 0;
    equal(await comm.recv(), Float64Array.of(1, 2));
    equal(await comm.recv(), { list: [1], bytes: Uint8Array.of(1) });
  });
});

test("messages of one pair never overtake each other, whatever their lengths, modes and the receives' wildcards", async () => {
  const seed = 20241;
  const count = 300;
  await ranks(3, async (comm) => {
    const draw = random(seed + comm.rank);
    if (comm.rank > 0) {
      const sends = Array.from({ length: count }, (_, i) => {
        const mode = nonblocking[draw(4)]!;
        return comm[mode]({ i, filling: "f".repeat(draw(2) * 3000) }, { dest: 0, tag: 5 });
      });
      for (const send of sends) await send.wait();
      return;
    }
    const next = [0, 0, 0];
    for (let i = 0; i < 2 * count; i++) {
      const status = new Status();
      const room = next.flatMap((n, rank) => (rank > 0 && n < count ? [rank] : []));
      const source = draw(2) === 0 ? ANY_SOURCE : room[draw(room.length)]!;
      const got = await comm.recv<{ i: number }>({ source, tag: draw(2) === 0 ? ANY_TAG : 5, status });
      is(got.i, next[status.source]!, `seed ${seed}: message ${i}, from rank ${status.source}`);
      next[status.source]!++;
    }
    equal(next, [0, count, count]);
  });
});

test("receives that are posted first are served in the order in which they were posted", async () => {
  await ranks(2, async (comm) => {
    if (comm.rank === 0) {
      const posted = [
        comm.irecv({ source: 1, tag: 4 }),
        comm.irecv(),
        comm.irecv({ source: 1, tag: 4 }),
        comm.irecv({ tag: 4 }),
      ];
      await comm.barrier();
      const got: unknown[] = [];
      for (const request of posted) got.push(await request.wait());
      equal(got, ["a", "b", "c", "d"]);
    } else {
      await comm.barrier();
      for (const text of ["a", "b", "c", "d"]) await comm.send(text, { dest: 0, tag: 4 });
    }
  });
});

test("a tag picks its message out of earlier ones, and wildcards take the oldest", async () => {
  await ranks(1, async (comm) => {
    for (let tag = 0; tag < 5; tag++) await comm.send(`tag ${tag}`, { dest: 0, tag });
    is(await comm.recv({ tag: 3 }), "tag 3");
    is(await comm.recv({ source: 0 }), "tag 0");
    is(await comm.recv({ source: ANY_SOURCE, tag: ANY_TAG }), "tag 1");
    is(await comm.recv({ source: 0, tag: 4 }), "tag 4");
    is(await comm.recv(), "tag 2");
  });
});

test("status tells the sender, the tag and the bytes of a message", async () => {
  await ranks(3, async (comm) => {
    if (comm.rank !== 2) return comm.send(new Int16Array(comm.rank + 1), { dest: 2, tag: 10 + comm.rank });
    for (const source of [1, 0]) {
      const status = new Status();
      const array = await comm.recv<Int16Array>({ source, status });
      is(array.length, source + 1);
      equal([status.source, status.tag, status.count], [source, 10 + source, 2 * (source + 1)]);
      equal(
        [status.getCount(Int16Array), status.getCount(), status.kind],
        [source + 1, 2 * (source + 1), "Int16Array"],
      );
    }
  });
});

test("a value that receives another one while it is made disturbs neither", async () => {
  let inner: Promise<unknown> | undefined;
  class Opening {
    constructor(readonly text: string) {}
  }
  await ranks(2, async (comm) => {
    const open = (text: string) => {
      inner = comm.recv({ source: 0, tag: 2 });
      return new Opening(text);
    };
    if (comm.rank === 1) registerClass(Opening, { encode: ({ text }) => text, decode: open });
    await comm.barrier();
    for (const early of [true, false]) {
      if (comm.rank === 0) {
        if (!early) await comm.recv({ source: 1 });
        for (const tag of [1, 2, 3]) await comm.send(tag === 1 ? new Opening("first") : { tag }, { dest: 1, tag });
        continue;
      }
      if (early) await comm.probe({ source: 0, tag: 3 });
      else await comm.send("go", { dest: 0 });
      const status = new Status();
      const { text } = await comm.recv<Opening>({ source: 0, tag: 1, status });
      equal([text, status.tag], ["first", 1]);
      equal(await inner, { tag: 2 });
      equal(await comm.recv({ source: 0, status }), { tag: 3 });
      is(status.tag, 3);
    }
  });
});

test("PROC_NULL takes every send and gives every receive nothing, at once", async () => {
  await ranks(2, async (comm) => {
    for (const mode of blocking) await comm[mode](long, { dest: PROC_NULL });
    for (const mode of nonblocking) is(await comm[mode](long, { dest: PROC_NULL }).wait(), undefined);
    const status = new Status();
    is(await comm.recv({ source: PROC_NULL, status }), undefined);
    equal([status.source, status.tag, status.count], [PROC_NULL, ANY_TAG, 0]);
    const into = Int8Array.of(1, 2);
    is(await comm.recv({ source: PROC_NULL, into }), into);
    is(await comm.irecv({ source: PROC_NULL, into, tag: 3 }).wait(), into);
    is(await comm.sendrecv("nobody", { dest: PROC_NULL, source: PROC_NULL }), undefined);
    is(await comm.sendrecvReplace(into, { dest: PROC_NULL, source: PROC_NULL }), into);
    is(await comm.isendrecv("nobody", { dest: PROC_NULL, source: PROC_NULL, into }).wait(), into);
    is(await comm.isendrecvReplace(into, { dest: PROC_NULL, source: PROC_NULL }).wait(), into);
    equal(into, Int8Array.of(1, 2));
    equal((await comm.probe({ source: PROC_NULL })).source, PROC_NULL);
    is(await comm.iprobe({ source: PROC_NULL }), true);
    const messages = [await comm.mprobe({ source: PROC_NULL }), await comm.improbe({ source: PROC_NULL })];
    is(await messages[0]!.recv({ into, status }), into);
    is(await messages[1]!.irecv().wait({ status }), undefined);
    equal([status.source, status.tag, status.count], [PROC_NULL, ANY_TAG, 0]);
  });
});

test("sendrecv() around a ring of long messages blocks nobody, with PROC_NULL at the ends of a line too", async () => {
  for (const size of [1, 2, 3, 4]) {
    await ranks(size, async (comm) => {
      const { rank } = comm;
      const [left, right] = [(rank + size - 1) % size, (rank + 1) % size];
      const status = new Status();
      const got = await comm.sendrecv([rank, long], { dest: right, sendtag: 3, source: left, recvtag: 3, status });
      equal(got, [left, long]);
      equal([status.source, status.tag], [left, 3]);
      const line = { dest: rank + 1 < size ? rank + 1 : PROC_NULL, source: rank > 0 ? rank - 1 : PROC_NULL };
      is(await comm.sendrecv(rank, line), rank > 0 ? rank - 1 : undefined);
      is(await comm.isendrecv(rank, line).wait(), rank > 0 ? rank - 1 : undefined);
      const into = new Int32Array(3000);
      is(await comm.sendrecv(new Int32Array(3000).fill(rank), { dest: right, source: left, into }), into);
      ok(into.every((element) => element === left));
    });
  }
});

test("sendrecvReplace() swaps the contents of two buffers, of every class and length", async () => {
  for (const length of [0, 1, 5000]) {
    const makers = [
      (byte: number) => new Uint8Array(length).fill(byte),
      (byte: number) => Buffer.alloc(length, byte),
      (byte: number) => new Uint8Array(length).fill(byte).buffer,
      (byte: number) => new DataView(new Uint8Array(length).fill(byte).buffer),
    ];
    for (const make of makers) {
      await ranks(2, async (comm) => {
        const peer = 1 - comm.rank;
        const bytes = (data: ArrayBuffer | ArrayBufferView) =>
          ArrayBuffer.isView(data)
            ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
            : new Uint8Array(data);
        const mine = make(comm.rank + 1);
        is(await comm.sendrecvReplace(mine, { dest: peer, source: peer }), mine);
        equal(bytes(mine), new Uint8Array(length).fill(peer + 1));
        is(await comm.isendrecvReplace(mine, { dest: peer, sendtag: 8, recvtag: 8 }).wait(), mine);
        equal(bytes(mine), new Uint8Array(length).fill(comm.rank + 1));
      });
    }
  }
});

test("rsend() and irsend() need no receive that is posted already, for short and long messages", async () => {
  await ranks(2, async (comm) => {
    if (comm.rank === 0) {
      await comm.rsend("short", { dest: 1, tag: 1 });
      const sends = [comm.irsend(long, { dest: 1, tag: 2 }), comm.rsend(long, { dest: 1, tag: 3 })] as const;
      await comm.send("all are on their way", { dest: 1, tag: 4 });
      await sends[0].wait();
      return sends[1];
    }
    is(await comm.recv({ tag: 4 }), "all are on their way");
    for (const tag of [3, 2, 1]) is(await comm.recv({ tag }), tag === 1 ? "short" : long);
  });
});

test("sendrecv() with itself and with PROC_NULL on one side only exchanges what there is, and says so in the status", async () => {
  await ranks(2, async (comm) => {
    const { rank } = comm;
    const peer = 1 - rank;
    for (const data of ["short", long]) {
      const status = new Status();
      is(await comm.sendrecv(data, { dest: rank, sendtag: 5, source: rank, recvtag: 5, status }), data);
      equal([status.source, status.tag], [rank, 5]);
      // Only one direction has messages: from rank 0 to rank 1.
      const [dest, source] = rank === 0 ? [peer, PROC_NULL] : [PROC_NULL, peer];
      const got = await comm.sendrecv(data, { dest, source, sendtag: 6, recvtag: 6, status });
      is(got, rank === 0 ? undefined : data);
      equal([status.source, status.tag], rank === 0 ? [PROC_NULL, ANY_TAG] : [peer, 6]);
      const into = Int16Array.of(rank);
      is(await comm.sendrecvReplace(into, { dest, source, status }), into);
      equal([into[0], status.source], rank === 0 ? [0, PROC_NULL] : [0, peer]);
      const request = comm.isendrecv(data, { dest: PROC_NULL, source: PROC_NULL });
      is(await request.wait({ status }), undefined);
      equal([status.source, status.count], [PROC_NULL, 0]);
    }
  });
});

test("sendrecv() whose data cannot be carried takes no message", async () => {
  await ranks(1, async (comm) => {
    await comm.send("waiting", { dest: 0 });
    await rejects(comm.sendrecv(Symbol("no"), { dest: 0, source: 0 }), Error, "a symbol");
    is(await comm.recv(), "waiting");
    await rejects(
      comm.sendrecv(() => {}, { dest: 0, source: 0 }),
      Error,
      "a function",
    );
    await comm.send("next", { dest: 0 });
    is(await comm.recv(), "next");
  });
});

test("ten thousand receives posted out of order get their messages", async () => {
  const count = 10_000;
  await ranks(2, async (comm) => {
    if (comm.rank === 0) {
      const requests = Array.from({ length: count }, (_, i) => comm.irecv({ source: 1, tag: count - 1 - i }));
      await comm.barrier();
      for (let i = 0; i < count; i += 997) is(await requests[i]!.wait(), count - 1 - i);
      for (const [i, request] of requests.entries()) if (request.active) is(await request.wait(), count - 1 - i);
    } else {
      await comm.barrier();
      for (let tag = 0; tag < count; tag++) await comm.send(tag, { dest: 0, tag });
    }
  });
});

test("a sender of short messages that nobody receives stops at the limit and goes on when they are received", async () => {
  const count = 2000;
  await ranks(
    2,
    async (comm) => {
      if (comm.rank === 0) {
        let sent = 0;
        const sending = (async () => {
          for (; sent < count; sent++) await comm.send(sent, { dest: 1 });
        })();
        await turns(50);
        ok(sent < count / 4, `${sent} messages were sent`);
        await comm.send("go", { dest: 1, tag: 1 });
        await sending;
      } else {
        is(await comm.recv({ tag: 1 }), "go");
        for (let i = 0; i < count; i++) is(await comm.recv({ tag: 0 }), i);
      }
    },
    { unexpected: 20_000 },
  );
});

test.run();
