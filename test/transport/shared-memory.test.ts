// The contract over shared memory: two ranks in one process that share a piece of its memory, woken by inproc links.
import { test } from "uvu";
import { inprocLinks } from "../../src/transport/inproc.ts";
import { boardSize } from "../../src/transport/shared-board.ts";
import { sharedLayout } from "../../src/transport/shared-layout.ts";
import { type MapPart, SharedMemory } from "../../src/transport/shared-memory.ts";
import { stagingSize } from "../../src/transport/shared-staging.ts";
import type { Writer } from "../../src/transport/slot-writer.ts";
import { streamingCopy } from "../../src/transport/streaming-copy.ts";
import type { Link } from "../../src/transport/transport.ts";
import { equal, is, ok } from "../support/assert.ts";
import { sharedBytes } from "../support/shared-bytes.ts";
import { RecordingSink, turns } from "../support/sinks.ts";
import { transportContract } from "./contract.ts";

const stream = streamingCopy();
/** What ranks without a cache in common come to. */
const past = (): Writer => ({ streams: true, write: stream! });

for (const [name, patient, writer] of [
  ["shared-memory", false],
  ["shared-memory, patient", true],
  ["shared-memory, past the caches", true, past],
] as const) {
  if (writer && !stream) continue;
  transportContract(name, async (sinks) => {
    const memory = sharedBytes(2);
    const sides = sinks.map((sink, rank) => new SharedMemory(memory, rank, 2, sink, patient, undefined, writer));
    const bells = inprocLinks(sides);
    return [sides[0]!.link(1, 1, bells[0]![1]!), sides[1]!.link(0, 0, bells[1]![0]!)];
  });
}

/** Two ranks: what arrives at the second one, how to send to it, and how often it has been rung for. */
function rungRank(callWaits = () => true) {
  const memory = sharedBytes(2);
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
    sendBulk: (head, body) => bell.sendBulk(head, body),
    queued: 0,
    flush: () => {},
    close: () => bell.close(),
  };
  const link = sides[0]!.link(1, 1, counted);
  sides[1]!.link(0, 0, bells[1]![0]!);
  return { rank: sides[1]!, peer: sides[0]!, sink, rung, link, send: (byte: number) => link.send(Uint8Array.of(byte)) };
}

test("a rank that sleeps is rung for at the end of a peer only when a call waits there", async () => {
  for (const waits of [true, false]) {
    const { sink, rank, rung, peer } = rungRank(() => waits);
    ok(rank.rest());
    equal(peer.finish(), [1]);
    is(rung.times, waits ? 1 : 0);
    rank.poll();
    equal(sink.finishes, [0]);
    // Once.
    is(rank.poll(), false);
    equal(sink.finishes, [0]);
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

test("the end of a peer is told behind all that it has sent, also when its connection is gone by then", async () => {
  for (const lost of [true, false]) {
    const { rank, peer, sink, link, send } = rungRank();
    rank.rouse();
    send(1);
    link.send(new Uint8Array(5000));
    peer.finish();
    const before = () => is(sink.bytes, 5001);
    sink.finished = (from) => {
      before();
      sink.finishes.push(from);
    };
    if (lost) rank.lost(0, "closed");
    else rank.poll();
    equal(sink.finishes, [0]);
    equal(sink.losses, lost ? [{ peer: 0, reason: "closed" }] : []);
  }
});

test("who has finished before there are links is heard of when there are, each of many", () => {
  const size = 5;
  const memory = sharedBytes(size);
  const sides = Array.from({ length: size }, () => new RecordingSink()).map(
    (sink, rank) => new SharedMemory(memory, rank, size, sink),
  );
  const sink = new RecordingSink();
  const late = new SharedMemory(memory, 2, size, sink);
  const bells = inprocLinks(sides);
  for (const rank of [3, 0]) sides[rank]!.finish();
  late.rung();
  equal(sink.finishes, []);
  for (const rank of [0, 1, 3, 4]) late.link(rank, rank + 10, bells[2]![rank]!);
  late.rung();
  equal(sink.finishes, [13, 10]);
  sides[4]!.finish();
  equal(late.finish(), [10, 11, 13, 14]);
  sides[1]!.finish();
  late.poll();
  equal(sink.finishes, [13, 10, 14, 11]);
});

test("who sends nothing maps the front only, also when it finishes", async () => {
  const memory = sharedBytes(2);
  const mapped: number[] = [];
  const map: MapPart = (part) => {
    mapped.push(part.at);
    return memory(part);
  };
  const sinks = [new RecordingSink(), new RecordingSink()];
  const sides = sinks.map((sink, rank) => new SharedMemory(map, rank, 2, sink));
  const bells = inprocLinks(sides);
  const [link] = sides.map((side, rank) => side.link(1 - rank, 1 - rank, bells[rank]![1 - rank]!));
  sides[0]!.finish();
  ok(sides[1]!.poll());
  equal(sinks[1]!.finishes, [0]);
  equal(mapped, [0, 0]);
  link!.send(Uint8Array.of(1));
  ok(sides[1]!.poll());
  const { at } = sharedLayout(2).ring(0, 1);
  equal(mapped, [0, 0, at, at]);
});

test("a rank is where it has told, for those that want a core of their own, until it sleeps", () => {
  const memory = sharedBytes(3);
  const ranks = [0, 1, 2].map((rank) => new SharedMemory(memory, rank, 3, new RecordingSink()));
  for (const rank of ranks) rank.rouse();
  const views = ranks.map((rank) => rank.whereabouts);
  const seen = (core: number) => views.map((view) => [view.lowerAt(core), view.otherAt(core)].map(Number).join(""));
  equal(seen(0), ["00", "00", "00"]);
  views[1]!.tell(0);
  equal(seen(0), ["01", "00", "11"]);
  views[2]!.tell(0);
  equal(seen(0), ["01", "01", "11"]);
  views[1]!.tell(7);
  equal(seen(0), ["01", "01", "00"]);
  equal(seen(7), ["01", "00", "11"]);
  ranks[1]!.rest();
  equal(seen(7), ["00", "00", "00"]);
  ranks[1]!.rouse();
  equal(seen(7), ["01", "00", "11"]);
});

for (const size of [1, 2, 3, 16, 17, 64]) {
  test(`no two places in the layout for ${size} ranks overlap`, () => {
    const layout = sharedLayout(size);
    const places: [number, number][] = [];
    for (let a = 0; a < size; a++) {
      places.push([layout.sleep(a), 12]);
      for (let b = 0; b < size; b++) {
        places.push([layout.tail(a, b), 128], [layout.head(a, b), 4]);
      }
      for (let slot = 0; slot < layout.slots; slot++) places.push([layout.flag(a, slot), 4]);
    }
    places.push([layout.board, boardSize(size).bytes], [layout.finished, 4 + 4 * size]);
    ok(places.every(([at]) => at % 64 === 0));
    ok(places.every(([at, bytes]) => at + bytes <= layout.front.bytes));
    const ranks = Array.from({ length: size }, (_, rank) => rank);
    const parts = [layout.front, layout.staging, ...ranks.map(layout.slotsOf)];
    for (const rank of ranks) parts.push(...ranks.map((other) => layout.ring(rank, other)));
    ok(layout.staging.bytes >= stagingSize(size, layout.stagingRoom).bytes);
    ok(layout.slotsOf(0).bytes >= layout.slots * layout.slotBytes);
    for (const all of [places, parts.map(({ at, bytes }) => [at, bytes] as const)]) {
      const sorted = all.toSorted(([a], [b]) => a - b);
      for (const [i, [at]] of sorted.slice(1).entries()) ok(sorted[i]![0] + sorted[i]![1] <= at);
    }
    ok(parts.every(({ at, bytes }) => at % 4096 === 0 && bytes % 4096 === 0));
    equal(Math.max(...parts.map(({ at, bytes }) => at + bytes)), layout.bytes);
  });
}

test.run();
