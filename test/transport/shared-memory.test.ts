// The contract over shared memory: two ranks in one process that share a piece of its memory, woken by inproc links.
import { test } from "uvu";
import { inprocLinks } from "../../src/transport/inproc.ts";
import { boardSize } from "../../src/transport/shared-board.ts";
import { sharedLayout } from "../../src/transport/shared-layout.ts";
import { SharedMemory } from "../../src/transport/shared-memory.ts";
import { stagingSize } from "../../src/transport/shared-staging.ts";
import type { Link } from "../../src/transport/transport.ts";
import { equal, is, ok } from "../support/assert.ts";
import { RecordingSink, turns } from "../support/sinks.ts";
import { transportContract } from "./contract.ts";

for (const patient of [false, true]) {
  transportContract(`shared-memory${patient ? ", patient" : ""}`, async (sinks) => {
    const memory = new Uint8Array(sharedLayout(2).bytes);
    const sides = sinks.map((sink, rank) => new SharedMemory(memory, rank, 2, sink, patient));
    const bells = inprocLinks(sides);
    return [sides[0]!.link(1, 1, bells[0]![1]!), sides[1]!.link(0, 0, bells[1]![0]!)];
  });
}

/** Two ranks: what arrives at the second one, how to send to it, and how often it has been rung for. */
function rungRank(callWaits = () => true) {
  const memory = new Uint8Array(sharedLayout(2).bytes);
  const sink = new RecordingSink();
  const sides = [new RecordingSink(), sink].map(
    (sink, rank) => new SharedMemory(memory, rank, 2, sink, false, callWaits),
  );
  const bells = inprocLinks(sides);
  const rung = { times: 0 };
  const bell = bells[0]![1]!;
  const ring = (message: Uint8Array) => {
    rung.times++;
    bell.send(message);
  };
  const counted: Link = {
    state: "open",
    connect: () => {},
    send: ring,
    sendLast: ring,
    sendBulk: (head, body) => bell.sendBulk(head, body),
    queued: 0,
    flush: () => {},
    close: () => bell.close(),
  };
  const link = sides[0]!.link(1, 1, counted);
  sides[1]!.link(0, 0, bells[1]![0]!);
  return { rank: sides[1]!, sink, rung, link, send: (byte: number) => link.send(Uint8Array.of(byte)) };
}

test("a rank that sleeps is rung for at the last message of a peer only when a call waits there", async () => {
  for (const waits of [true, false]) {
    const { sink, rank, rung, link } = rungRank(() => waits);
    ok(rank.rest());
    link.sendLast(Uint8Array.of(1));
    link.flush();
    is(rung.times, waits ? 1 : 0);
    rank.poll();
    await sink.until(() => sink.arrived.length === 1, "the message");
  }
});

test("a rank that sleeps is rung for at every message, one that polls at none", async () => {
  const { rank, sink, rung, send } = rungRank();
  for (const byte of [1, 2]) {
    send(byte);
    await sink.until(() => sink.arrived.length === byte, "a message");
  }
  is(rung.times, 2);
  rank.rouse();
  send(3);
  await turns();
  is(rung.times, 2);
  is(sink.arrived.length, 2);
  ok(rank.poll());
  is(sink.arrived.length, 3);
  ok(rank.rest());
  send(4);
  await sink.until(() => sink.arrived.length === 4, "a message");
  is(rung.times, 3);
});

test("a bell that reaches a rank which polls by now does not make its peers ring again", async () => {
  const { rank, sink, rung, send } = rungRank();
  send(1);
  // The bell is still on its way.
  rank.rouse();
  ok(rank.poll());
  await turns();
  send(2);
  await turns();
  is(rung.times, 1);
  is(sink.arrived.length, 1);
});

test("rest() says when something has come meanwhile", async () => {
  const { rank, sink, send } = rungRank();
  rank.rouse();
  send(1);
  is(rank.rest(), false);
  is(sink.arrived.length, 1);
  is(rank.rest(), true);
});

for (const size of [1, 2, 3, 16, 17, 64]) {
  test(`no two places in the layout for ${size} ranks overlap`, () => {
    const layout = sharedLayout(size);
    const places: [number, number][] = [];
    for (let a = 0; a < size; a++) {
      places.push([layout.sleep(a), 4]);
      for (let b = 0; b < size; b++) {
        places.push([layout.tail(a, b), 4], [layout.head(a, b), 4], [layout.records(a, b), layout.ring]);
      }
      for (let slot = 0; slot < layout.slots; slot++) {
        places.push([layout.flag(a, slot), 4], [layout.slot(a, slot), layout.slotBytes]);
      }
    }
    places.push([layout.board, boardSize(size).bytes], [layout.staging, stagingSize(size, layout.stagingRoom).bytes]);
    places.sort(([a], [b]) => a - b);
    for (const [i, [at]] of places.slice(1).entries()) ok(places[i]![0] + places[i]![1] <= at);
    const [last, length] = places.at(-1)!;
    equal(last + length, layout.bytes);
    ok(places.every(([at]) => at % 64 === 0));
  });
}

test("8 ranks and fewer share memory in a container, whose /dev/shm has 64 MiB", () => {
  for (let size = 2; size <= 8; size++) ok(sharedLayout(size).bytes < 48 * 2 ** 20, `${size} ranks`);
});

test.run();
