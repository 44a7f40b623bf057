// Endpoints: ranks become processes, and the lanes of collectives mix with nothing.
import { test } from "uvu";
import { ANY_SOURCE, ANY_TAG } from "../../src/base/constants.ts";
import { Exception } from "../../src/base/errors.ts";
import { checkOf } from "../../src/comm/check.ts";
import { Endpoint } from "../../src/comm/endpoint.ts";
import { Group } from "../../src/comm/group.ts";
import { isNote, noteOf } from "../../src/data/body.ts";
import { equal, is, ok, rejects } from "../support/assert.ts";
import { buffer, copies, engines, UINT8 } from "../support/engines.ts";
import { random } from "../support/lanes.ts";
import { pattern, sameBytes, soon, turns } from "../support/sinks.ts";

/** Endpoints of a communicator whose ranks are `processes`, by rank. */
function endpoints(processes: readonly number[], context = 0, all = engines(Math.max(...processes) + 1).engines) {
  return processes.map((process) => new Endpoint(all[process]!, new Group(processes, process), context));
}

test("ranks are ranks of the group, not process numbers", async () => {
  const comm = endpoints([2, 0, 1]);
  for (const from of comm.keys()) {
    for (const to of comm.keys()) {
      const receive = comm[to]!.receive(from, 7, copies);
      comm[from]!.send(to, 7, buffer(pattern(20, from)), false);
      sameBytes((await soon(receive.operation.promise(), "the message")).parts[0]!, pattern(20, from));
      is(comm[to]!.group.rankOf(receive.arrival!.source), from);
    }
  }
});

test("a lane's receive into memory takes a note only where it is ready for one, and leaves the memory alone", async () => {
  const comm = endpoints([0, 1]);
  const [a, b] = comm.map((endpoint) => endpoint.lane(checkOf("bcast", { root: 0 })));
  const into = { element: UINT8, bytes: new Uint8Array(10).fill(1) };
  for (const bytes of [3, 200_000]) {
    a!.isend(1, noteOf(pattern(bytes)));
    const note = await soon(b!.irecv(0, into, true), "the note");
    ok(isNote(note.element, note.parts[0]!.byteLength));
    sameBytes(note.parts[1]!, pattern(bytes));
    a!.isend(1, noteOf(pattern(bytes)))?.catch(() => {});
    await rejects(soon(b!.irecv(0, into), "the failure"), Exception, "the message is a value");
    is(
      into.bytes.every((byte) => byte === 1),
      true,
    );
  }
  a!.isend(1, buffer(pattern(10)));
  is((await soon(b!.irecv(0, into, true), "the data")).parts[0]!.buffer, into.bytes.buffer);
  sameBytes(into.bytes, pattern(10));
});

test("ANY_SOURCE receives and probes from every rank", async () => {
  const comm = endpoints([2, 0, 1]);
  const probe = comm[0]!.probeWait(ANY_SOURCE, ANY_TAG, false);
  comm[2]!.send(0, 4, buffer(pattern(3)), false);
  is((await soon(probe.promise(), "the probe")).tag, 4);
  is(comm[0]!.probe(1, ANY_TAG, false), undefined);
  is(comm[0]!.probe(2, 4, false)?.source, 1);
  await soon(comm[0]!.receive(ANY_SOURCE, ANY_TAG, copies).operation.promise(), "the message");
});

test("communicators with other contexts are apart, with the same processes in another order", async () => {
  const { engines: all } = engines(2);
  const one = endpoints([0, 1], 4, all);
  const other = endpoints([1, 0], 6, all);
  const receive = other[0]!.receive(ANY_SOURCE, ANY_TAG, copies);
  one[0]!.send(1, 0, buffer(pattern(3)), false);
  await turns();
  is(receive.operation.settled, false);
  other[1]!.send(0, 0, buffer(pattern(4)), false);
  sameBytes((await soon(receive.operation.promise(), "the message")).parts[0]!, pattern(4));
});

test("no receive of the user takes a message of a collective, and the other way round", async () => {
  const comm = endpoints([0, 1]);
  const user = comm[1]!.receive(ANY_SOURCE, ANY_TAG, copies);
  const probe = comm[1]!.probeWait(ANY_SOURCE, ANY_TAG, false);
  const lanes = comm.map((endpoint) => endpoint.lane(checkOf("barrier")));
  lanes[0]!.isend(1, buffer(pattern(5)));
  await turns();
  equal([user.operation.settled, probe.settled], [false, false]);
  const collective = lanes[1]!.irecv(0);
  sameBytes((await soon(collective, "the collective's message")).parts[0]!, pattern(5));
  const waiting = lanes[1]!.irecv(0);
  comm[0]!.send(1, 0, buffer(pattern(6)), false);
  sameBytes((await soon(user.operation.promise(), "the user's message")).parts[0]!, pattern(6));
  lanes[0]!.isend(1, buffer(pattern(7)));
  sameBytes((await soon(waiting, "the collective's message")).parts[0]!, pattern(7));
});

test("the lanes of collectives that run at the same time do not mix, whatever the order of their receives", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const draw = random(seed);
    const comm = endpoints([0, 1, 2]);
    const calls = 5;
    const lanes = comm.map((endpoint) => Array.from({ length: calls }, () => endpoint.lane(checkOf("barrier"))));
    const expected: [Promise<unknown>, Uint8Array][] = [];
    const todo: (() => void)[] = [];
    for (let call = 0; call < calls; call++) {
      for (const from of comm.keys()) {
        for (const to of comm.keys()) {
          const bytes = pattern(draw(3000), call * 100 + from * 10 + to);
          todo.push(() => void lanes[from]![call]!.isend(to, buffer(bytes)));
          todo.push(() => {
            const got = lanes[to]![call]!.irecv(from).then(({ parts }) =>
              sameBytes(parts[0]!, bytes, `seed ${seed}, call ${call}, ${from}→${to}`),
            );
            expected.push([got, bytes]);
          });
        }
      }
    }
    while (todo.length > 0) {
      todo.splice(draw(todo.length), 1)[0]!();
      if (draw(8) === 0) await turns(1);
    }
    await soon(Promise.all(expected.map(([got]) => got)), `seed ${seed}`);
  }
});

test("a lane's irecv() with into lands there, and rejects what does not fit", async () => {
  const comm = endpoints([0, 1]);
  const [a, b] = comm.map((endpoint) => endpoint.lane(checkOf("barrier"))) as [
    ReturnType<Endpoint["lane"]>,
    ReturnType<Endpoint["lane"]>,
  ];
  for (const size of [10, 5000]) {
    const bytes = new Uint8Array(6000);
    a.isend(1, buffer(pattern(size)));
    const body = await soon(b.irecv(0, { element: UINT8, bytes }), "the message");
    ok(body.parts[0]!.buffer === bytes.buffer);
    sameBytes(body.parts[0]!, pattern(size));
    a.isend(1, buffer(pattern(size)));
    await rejects(
      soon(b.irecv(0, { element: UINT8, bytes: new Uint8Array(size - 1) }), "the message"),
      Exception,
      /from rank 0: .*\(ERR_TRUNCATE\)$/,
    );
    a.isend(1, buffer(pattern(size)));
    await rejects(
      soon(b.irecv(0, { element: UINT8 - 1, bytes }), "the message"),
      Exception,
      /from rank 0: .*\(ERR_TYPE\)$/,
    );
  }
});

test("isend() is undefined when it is done at once, else a promise; awaited names the ranks that are waited for", async () => {
  const comm = endpoints([1, 0]);
  const [a, b] = comm.map((endpoint) => endpoint.lane(checkOf("barrier"))) as [
    ReturnType<Endpoint["lane"]>,
    ReturnType<Endpoint["lane"]>,
  ];
  is(a.isend(1, buffer(pattern(10))), undefined);
  const sending = a.isend(1, buffer(pattern(5000)));
  ok(sending instanceof Promise);
  await turns();
  is(b.awaited, "");
  await b.irecv(0);
  // It has been announced, and is on its way.
  const long = b.irecv(0);
  is(b.awaited, "");
  await soon(Promise.all([long, sending]), "the long message");
  is(b.awaited, "");
  const [first, second] = [b.irecv(0), b.irecv(0)];
  a.isend(1, buffer(pattern(10)));
  await soon(first, "the first");
  is(b.awaited, "rank 0", "the second one still waits for rank 0");
  a.isend(1, buffer(pattern(10)));
  await soon(second, "the second");
  is(b.awaited, "");
});

test.run();
