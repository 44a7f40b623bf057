// The contract over shared memory: two ranks in one process that share a piece of its memory, woken by inproc links.
import { test } from "uvu";
import { inprocLinks } from "../../src/transport/inproc.ts";
import { boardSize } from "../../src/transport/shared-board.ts";
import { sharedLayout } from "../../src/transport/shared-layout.ts";
import { SharedMemory } from "../../src/transport/shared-memory.ts";
import { stagingSize } from "../../src/transport/shared-staging.ts";
import { equal, ok } from "../support/assert.ts";
import { transportContract } from "./contract.ts";

for (const patient of [false, true]) {
  transportContract(`shared-memory${patient ? ", patient" : ""}`, async (sinks) => {
    const memory = new Uint8Array(sharedLayout(2).bytes);
    const sides = sinks.map((sink, rank) => new SharedMemory(memory, rank, 2, sink, patient));
    const bells = inprocLinks(sides);
    return [sides[0]!.link(1, 1, bells[0]![1]!), sides[1]!.link(0, 0, bells[1]![0]!)];
  });
}

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
