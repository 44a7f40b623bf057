// Persistent requests: started, completed and started again, point-to-point and collective, alone and among others.
import { test } from "uvu";
import {
  ERR_REQUEST,
  ERR_TRUNCATE,
  Exception,
  IN_PLACE,
  type Intracomm,
  PROC_NULL,
  Prequest,
  Request,
  Status,
  UNDEFINED,
} from "../../src/mpi/mpi.ts";
import { equal, is, ok, rejects, throws } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";

const sum = (n: number) => (n * (n - 1)) / 2;

const isRequestError = (text: string) => (error: Error) =>
  error instanceof Exception && error.errorClass === ERR_REQUEST && error.message.includes(text);

test("a ring of persistent sends and receives carries a thousand rounds", async () => {
  await ranks(3, async (comm) => {
    const { rank, size } = comm;
    const out = new Int32Array(2);
    const into = new Int32Array(2);
    const left = (rank + size - 1) % size;
    const requests = [
      comm.recvInit({ source: left, tag: 1, into }),
      comm.sendInit(out, { dest: (rank + 1) % size, tag: 1 }),
    ];
    for (let round = 0; round < 1000; round++) {
      out.set([rank, round]);
      Prequest.startall(requests);
      const [got] = await Request.waitall(requests);
      is(got, into);
      equal([...into], [left, round]);
    }
  });
});

test("each kind of persistent send delivers, short and long messages", async () => {
  await ranks(2, async (comm) => {
    const kinds = ["sendInit", "ssendInit", "bsendInit", "rsendInit"] as const;
    for (const length of [1, 5000]) {
      const data = { list: [0], text: "x".repeat(length) };
      for (const kind of kinds) {
        const request = comm.rank === 0 ? comm[kind](data, { dest: 1, tag: 4 }) : comm.recvInit({ tag: 4 });
        is(request.active, false);
        is(await request.wait(), undefined);
        for (let i = 0; i < 3; i++) {
          data.list[0] = i;
          request.start();
          ok(request.active);
          const status = new Status();
          const got = await request.wait({ status });
          if (comm.rank === 1) equal([got, status.source, status.tag], [{ ...data, list: [i] }, 0, 4]);
        }
      }
    }
  });
});

test("an inactive persistent request counts as complete, and is not found by waitany and waitsome", async () => {
  await ranks(1, async (comm) => {
    const idle = comm.recvInit({ source: 0, tag: 9 });
    const send = comm.sendInit("text", { dest: 0, tag: 1 });
    const receive = comm.recvInit<string>({ source: 0, tag: 1 });
    equal(await Request.waitall([idle, send]), [undefined, undefined]);
    equal(await Request.waitany([idle, send]), [UNDEFINED, undefined]);
    is(await Request.waitsome([idle, receive]), null);
    for (let i = 0; i < 3; i++) {
      Prequest.startall([send, receive]);
      equal(await Request.waitany([idle, receive]), [1, "text"]);
      is(receive.active, false);
      equal(await Request.waitsome([idle, receive, send]), [[2, undefined]]);
    }
    receive.start();
    equal(await receive.test(), [false]);
    send.start();
    let result: [boolean, string?] = [false];
    while (!result[0]) result = await receive.test();
    equal(result, [true, "text"]);
    await send.wait();
  });
});

test("a cancelled persistent receive says so, and can be started again", async () => {
  await ranks(1, async (comm) => {
    const receive = comm.recvInit({ source: 0, tag: 2 });
    receive.start();
    receive.cancel();
    const status = new Status();
    is(await receive.wait({ status }), undefined);
    ok(status.isCancelled());
    receive.start();
    await comm.send("here", { dest: 0, tag: 2 });
    is(await receive.wait({ status }), "here");
    is(status.isCancelled(), false);
    const nobody = comm.sendInit(1, { dest: PROC_NULL });
    nobody.start();
    await nobody.wait();
  });
});

test("to start an active or freed request is ERR_REQUEST, and startall then starts none", async () => {
  await ranks(1, async (comm) => {
    const receive = comm.recvInit({ source: 0, tag: 3 });
    const other = comm.recvInit({ source: 0, tag: 4 });
    receive.start();
    throws(() => receive.start(), isRequestError("Cannot start recvInit(source 0, tag 3) on COMM_WORLD: it is active"));
    throws(() => Prequest.startall([other, receive]), isRequestError("it is active"));
    throws(() => Prequest.startall([other, other]), isRequestError("element 1 is in the list already"));
    throws(() => Prequest.startall([other, comm.irecv() as Prequest]), isRequestError("element 1 is Request"));
    throws(() => Prequest.startall(other as never), /requests are Prequest, expected an array/);
    is(other.active, false);

    // Freed while it is under way: it still takes its message.
    receive.free();
    is(receive.active, false);
    throws(() => receive.start(), isRequestError("it has been freed"));
    await comm.send("gone", { dest: 0, tag: 3 });
    is(await comm.iprobe({ tag: 3 }), false);
  });
});

test("arguments are checked when a persistent request is made", async () => {
  await ranks(2, async (comm) => {
    throws(() => comm.sendInit(1, { dest: 2 }), /Cannot sendInit to rank 2: .*ERR_RANK/);
    throws(() => comm.ssendInit(1, {} as never), /Cannot call ssendInit: option dest is missing/);
    throws(() => comm.recvInit({ source: 5 }), /Cannot recvInit from rank 5: .*ERR_RANK/);
    throws(() => comm.recvInit({ status: 1 } as never), /Cannot call recvInit: option status is unknown/);
    throws(() => comm.bcastInit(1, { root: 7 }), /Cannot bcastInit with root 7: .*ERR_ROOT/);
    throws(() => comm.scanInit(1, { op: "SUM" as never }), /ERR_OP/);
    throws(
      () => comm.reduceScatterInit([1, 2], {} as never),
      /Cannot call reduceScatterInit: option counts is missing/,
    );
    const data: Record<string, unknown> = {};
    const request = comm.sendInit(data, { dest: 0 });
    data.f = () => {};
    throws(() => request.start(), /data.f is a function.*ERR_TYPE/);
    is(request.active, false);
  });
});

/** Every persistent collective: the request, and what it gives when this rank's data says `round`. */
function collectives(
  comm: Intracomm,
): [name: string, request: Prequest, set: (round: number) => void, (round: number) => unknown][] {
  const { rank, size } = comm;
  const all = Array.from({ length: size }, (_, i) => i);
  const one = [0];
  const setOne = (round: number) => {
    one[0] = round + rank;
  };
  const many: number[] = all.map(() => 0);
  const setMany = (round: number) => void many.splice(0, size, ...all.map((i) => round + rank * i));
  const atRoot = (value: unknown) => (rank === 0 ? value : null);
  const place = new Float64Array(1);
  const setPlace = (round: number) => void place.fill(round);
  const firsts = (round: number) => all.map((i) => round + i);
  const counts = all.map(() => 1);
  return [
    ["barrierInit", comm.barrierInit(), () => {}, () => undefined],
    ["bcastInit", comm.bcastInit(one, { root: size - 1 }), setOne, (round) => [round + size - 1]],
    ["gatherInit", comm.gatherInit(one), setOne, (round) => atRoot(firsts(round).map((n) => [n]))],
    ["gathervInit", comm.gathervInit(one), setOne, (round) => atRoot(firsts(round))],
    ["scatterInit", comm.scatterInit(many), setMany, (round) => round],
    ["scattervInit", comm.scattervInit(many, { counts }), setMany, (round) => [round]],
    ["allgatherInit", comm.allgatherInit(one), setOne, (round) => firsts(round).map((n) => [n])],
    ["allgathervInit", comm.allgathervInit(one), setOne, firsts],
    ["alltoallInit", comm.alltoallInit(many), setMany, (round) => all.map((i) => round + i * rank)],
    [
      "alltoallvInit",
      comm.alltoallvInit(many, { sendcounts: counts }),
      setMany,
      (round) => all.map((i) => round + i * rank),
    ],
    ["reduceInit", comm.reduceInit(one), setOne, (round) => atRoot([round * size + sum(size)])],
    ["allreduceInit", comm.allreduceInit(one), setOne, (round) => [round * size + sum(size)]],
    [
      "allreduceInit in place",
      comm.allreduceInit(IN_PLACE, { into: place }),
      setPlace,
      (round) => Float64Array.of(round * size),
    ],
    [
      "reduceScatterInit",
      comm.reduceScatterInit(many, { counts }),
      setMany,
      (round) => [round * size + rank * sum(size)],
    ],
    ["reduceScatterBlockInit", comm.reduceScatterBlockInit(many), setMany, (round) => round * size + rank * sum(size)],
    ["scanInit", comm.scanInit(one), setOne, (round) => [round * (rank + 1) + sum(rank + 1)]],
    ["exscanInit", comm.exscanInit(one), setOne, (round) => (rank === 0 ? undefined : [round * rank + sum(rank)])],
  ];
}

for (const size of [1, 2, 3, 5]) {
  test(`every persistent collective can be started again, on ${size} ranks`, async () => {
    await ranks(size, async (comm) => {
      for (let round = 0; round < 20; round++) {
        for (const [name, request, set, expected] of collectives(comm)) {
          for (const step of [round, round + 1]) {
            set(step);
            request.start();
            equal(await request.wait(), expected(step), `${name}, step ${step}`);
          }
        }
      }
    });
  });
}

test("persistent collectives are under way at once with others, a thousand times", async () => {
  await ranks(4, async (comm) => {
    const { rank, size } = comm;
    const mine = new Float64Array(3);
    const total = comm.allreduceInit(mine, { into: new Float64Array(3) });
    const first = comm.bcastInit(mine, { root: 1, into: new Float64Array(3) });
    for (let round = 0; round < 1000; round++) {
      mine.fill(rank + round);
      Prequest.startall([total, first]);
      const other = comm.iallgather(round);
      const [sums, ones, rounds] = await Request.waitall([total, first, other] as const);
      equal([sums[2], ones[0]], [sum(size) + size * round, 1 + round]);
      equal(rounds, Array(size).fill(round));
    }
    throws(() => {
      total.start();
      total.start();
    }, isRequestError("Cannot start allreduceInit(SUM) on COMM_WORLD"));
    await total.wait();
  });
});

test("a persistent request that fails can be started again", async () => {
  await ranks(1, async (comm) => {
    const into = new Int32Array(1);
    const receive = comm.recvInit({ source: 0, into });
    receive.start();
    await comm.send(new Int32Array(2), { dest: 0 });
    is((await rejects(receive.wait(), Exception)).errorClass, ERR_TRUNCATE);
    receive.start();
    await comm.send(Int32Array.of(6), { dest: 0 });
    is((await receive.wait())[0], 6);
  });
});

test.run();
