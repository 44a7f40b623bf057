// Looks into connections without the event loop: the contract, with both ways of reading mixed, and what the direct one does
// alone, while the event loop has no turn.
import { test } from "uvu";
import type { DirectSockets } from "../../src/transport/direct-sockets.ts";
import { BULK_WINDOW, type Link, SHORT_LIMIT } from "../../src/transport/transport.ts";
import type { Mesh } from "../../src/transport/websocket.ts";
import type { WebSocketLink } from "../../src/transport/websocket-link.ts";
import { equal, is, ok, skip } from "../support/assert.ts";
import { random } from "../support/lanes.ts";
import { join, joined, pattern, RecordingSink, sameBytes } from "../support/sinks.ts";
import { transportContract } from "./contract.ts";
import { cardOf, connected, listening } from "./meshes.ts";

const linux = process.platform === "linux";

/** Connected meshes that listen no more, and the links of each. */
async function pairs(sinks: readonly RecordingSink[], way: "local" | "tcp") {
  const { meshes } = listening(sinks);
  const address = (mesh: Mesh) => mesh.addresses.at(way === "local" ? 0 : -1)!;
  const links = await connected(
    meshes,
    meshes.map((mesh, rank) => cardOf(mesh, rank, [address(mesh)])),
  );
  for (const mesh of meshes) mesh.close();
  return { links, directs: meshes.map((mesh) => mesh.direct()!) };
}

/** Polls now and then, by chance, as long as a link is open: the event loop reads the rest. */
function mixed(directs: readonly DirectSockets[], links: readonly Link[]): void {
  const next = random(5);
  const turn = () => {
    for (const direct of directs) if (next(2) === 0) direct.poll();
    if (links.some((link) => (link as WebSocketLink).fd >= 0)) setImmediate(turn);
  };
  turn();
}

if (linux) {
  for (const way of ["local", "tcp"] as const) {
    transportContract(`websocket, read directly now and then, ${way}`, async (sinks) => {
      const { links, directs } = await pairs(sinks, way);
      const both = [links[0]![1]!, links[1]![0]!] as const;
      mixed(directs, both);
      return both;
    });
  }

  for (const size of [2, 3, 5]) {
    test(`poll() takes in what ${size - 1} others have sent, without a turn of the event loop`, async () => {
      const sinks = Array.from({ length: size }, () => new RecordingSink());
      const { links, directs } = await pairs(sinks, "local");
      for (let from = 1; from < size; from++) links[from]![0]!.send(pattern(100 * from, from));
      // The others' polls hand over what they have gathered.
      for (const direct of directs.slice(1)) direct.poll();
      while (directs[0]!.poll());
      const arrived = joined(sinks[0]!.arrived).sort((a, b) => a.peer - b.peer);
      equal(
        arrived.map(({ peer }) => peer),
        Array.from({ length: size - 1 }, (_, i) => i + 1),
      );
      for (const { peer, bytes } of arrived) sameBytes(bytes, pattern(100 * peer, peer), `from ${peer}`);
      is(directs[0]!.poll(), false);
      for (const row of links) for (const link of row) link?.close();
    });
  }

  test("poll() alone moves long and short messages in order, whatever the socket takes at once", async () => {
    const sinks = [new RecordingSink(), new RecordingSink()];
    const { links, directs } = await pairs(sinks, "local");
    const next = random(11);
    const sent: Uint8Array[] = [];
    for (let i = 0; i < 60; i++) {
      const link = links[1]![0]!;
      if (next(2) === 0) {
        const short = pattern(1 + next(500), i);
        link.send(short);
        sent.push(short);
      } else {
        const head = pattern(BULK_WINDOW, i);
        head[0] = BULK_WINDOW;
        const body = pattern(SHORT_LIMIT + next(1_000_000), i + 1);
        link.sendBulk(head, body);
        sent.push(join(head, body));
      }
    }
    const whole = join(...sent);
    while (sinks[0]!.bytes < whole.byteLength) ok([directs[1]!.poll(), directs[0]!.poll()].some(Boolean), "it moves");
    sameBytes(join(...sinks[0]!.arrived.map(({ bytes }) => bytes)), whole, "all of it");
    for (const row of links) for (const link of row) link?.close();
  });

  test("poll() from inside a sink takes in nothing", async () => {
    const sinks = [new RecordingSink(), new RecordingSink()];
    const polled: boolean[] = [];
    const message = sinks[0]!.message.bind(sinks[0]!);
    let direct: DirectSockets | undefined;
    sinks[0]!.message = (...given) => {
      if (direct) polled.push(direct.poll());
      message(...given);
    };
    const { links, directs } = await pairs(sinks, "local");
    direct = directs[0]!;
    links[1]![0]!.send(pattern(10, 1));
    links[1]![0]!.flush();
    // First by the event loop, then directly.
    await sinks[0]!.until(() => sinks[0]!.arrived.length === 1, "a message");
    links[1]![0]!.send(pattern(10, 2));
    links[1]![0]!.flush();
    while (!direct.poll());
    equal(polled, [false, false]);
    is(sinks[0]!.arrived.length, 2);
    for (const row of links) for (const link of row) link?.close();
  });

  test("a peer that closes is reported by the event loop, after all that it had sent", async () => {
    const sinks = [new RecordingSink(), new RecordingSink()];
    const { links, directs } = await pairs(sinks, "local");
    links[1]![0]!.send(pattern(10, 1));
    links[1]![0]!.close();
    while (sinks[0]!.losses.length === 0) {
      directs[0]!.poll();
      await new Promise((resolve) => setImmediate(resolve));
    }
    is(sinks[0]!.bytes, 10);
    is(directs[0]!.poll(), false);
    links[0]![1]!.close();
  });
} else skip("sockets are read directly", "on Linux only");

test.run();
