// Links whose connections are made when they are needed, between meshes in one process.
import { test } from "uvu";
import { LazyLink } from "../../src/transport/lazy-link.ts";
import type { Link } from "../../src/transport/transport.ts";
import type { Mesh } from "../../src/transport/websocket.ts";
import { equal, is, match, rejects } from "../support/assert.ts";
import { pattern, RecordingSink, sameBytes, soon, turns } from "../support/sinks.ts";
import { transportContract } from "./contract.ts";
import { listening } from "./meshes.ts";

/** Ranks that are not connected; `links[i][j]` is what rank i uses to reach rank j. */
function lazily(sinks: readonly RecordingSink[]) {
  const { meshes, cards, notes } = listening(sinks);
  const links = meshes.map((mesh) => mesh.links(cards));
  return { meshes, links: links as Link[][], cards, notes };
}

const three = () => [0, 1, 2].map(() => new RecordingSink());

function close(meshes: readonly Mesh[], links: readonly (readonly Link[])[]): void {
  for (const row of links) for (const link of row) link?.close();
  for (const mesh of meshes) mesh.close();
}

transportContract("a link that connects first", async (sinks) => {
  const { meshes, links } = lazily(sinks);
  links[0]![1]!.connect();
  await Promise.all(sinks.map((sink) => sink.until(() => sink.connections.length > 0, "a connection")));
  for (const mesh of meshes) mesh.close();
  return [links[0]![1]!, links[1]![0]!];
});

test("a pair connects at its first message, other pairs do not", async () => {
  const sinks = three();
  const { meshes, links } = lazily(sinks);
  equal(
    links.flatMap((row) => row.map((link) => link?.state)),
    [undefined, "idle", "idle", "idle", undefined, "idle", "idle", "idle", undefined],
  );
  links[0]![2]!.send(pattern(10));
  is(links[0]![2]!.state, "connecting");
  await sinks[2]!.until(() => sinks[2]!.bytes === 10, "the message");
  equal([links[0]![2]!.state, links[2]![0]!.state, links[0]![1]!.state], ["open", "open", "idle"]);
  equal(
    sinks.map(({ connections, losses }) => [connections, losses]),
    [
      [[2], []],
      [[], []],
      [[0], []],
    ],
  );
  close(meshes, links);
});

test("what was sent before there was a connection arrives in its order, short and long", async () => {
  for (const [from, to] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const sinks = three();
    const { meshes, links } = lazily(sinks);
    const link = links[from]![to]!;
    const head = pattern(20, 3);
    head[0] = 20;
    link.send(pattern(5, 1), pattern(6, 2));
    const sending = link.sendBulk(head, pattern(300_000, 4));
    link.send(pattern(7, 5));
    is(link.queued, 11 + 300_020 + 7);
    await soon(Promise.resolve(sending), "the long message");
    await sinks[to]!.until(() => sinks[to]!.arrived.length === 3, "three messages");
    const [first, second, third] = sinks[to]!.arrived.map(({ bytes }) => bytes);
    sameBytes(first!, new Uint8Array([...pattern(5, 1), ...pattern(6, 2)]));
    sameBytes(second!, new Uint8Array([...head, ...pattern(300_000, 4)]));
    sameBytes(third!, pattern(7, 5));
    close(meshes, links);
  }
});

test("ranks that all dial each other at the same time have one connection for each pair, and lose nothing", async () => {
  for (let round = 0; round < 20; round++) {
    const sinks = Array.from({ length: 6 }, () => new RecordingSink());
    const { meshes, links, notes } = lazily(sinks);
    for (const [i, row] of links.entries()) for (const [j, link] of row.entries()) link?.send(pattern(50 + i, j + 1));
    await Promise.all(sinks.map((sink) => sink.until(() => sink.arrived.length === 5, "five messages")));
    for (const [j, sink] of sinks.entries()) {
      equal(
        sink.connections.toSorted(),
        [0, 1, 2, 3, 4, 5].filter((i) => i !== j),
      );
      for (const { peer, bytes } of sink.arrived) sameBytes(bytes, pattern(50 + peer, j + 1));
      equal(sink.losses, []);
    }
    equal(notes, []);
    close(meshes, links);
    await turns();
  }
});

test("who knocks is noticed before it has said who it is", async () => {
  const sinks = three();
  const { meshes, links } = lazily(sinks);
  const knocked = Promise.withResolvers<number>();
  meshes[1]!.onKnock = () => knocked.resolve(sinks[1]!.connections.length);
  links[2]![1]!.connect();
  is(await soon(knocked.promise, "a knock"), 0);
  await sinks[1]!.until(() => sinks[1]!.connections.length === 1, "a connection");
  close(meshes, links);
});

test("a rank that is not there any more is lost as soon as somebody wants to hear from it", async () => {
  const sinks = three();
  const { meshes, links } = lazily(sinks);
  meshes[1]!.close();
  links[0]![1]!.connect();
  await sinks[0]!.until(() => sinks[0]!.losses.length > 0, "the loss");
  is(sinks[0]!.losses.length, 1);
  match(sinks[0]!.losses[0]!.reason, /^no connection: .+/);
  links[0]![1]!.send(pattern(5));
  await rejects(Promise.resolve(links[0]![1]!.sendBulk(pattern(20), pattern(5))), Error, /closed/);
  close(meshes, links);
});

test("a long message that waits for a connection fails with it", async () => {
  const sinks = three();
  const { meshes, links } = lazily(sinks);
  meshes[1]!.close();
  await rejects(Promise.resolve(links[0]![1]!.sendBulk(pattern(20), pattern(5))), Error, /no connection/);
  close(meshes, links);
});

test("a connection that is closed before it is answered is dialed again, and refused ones are not", async () => {
  const sinks = three();
  const { meshes, cards } = listening(sinks);
  let dialed = 0;
  const door = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        if (++dialed < 4) socket.terminate();
        else socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
      },
      data() {},
    },
  });
  const links = meshes[0]!.links(cards.map((card) => (card.rank === 1 ? { ...card, port: door.port } : card)));
  links[1]!.connect();
  await sinks[0]!.until(() => sinks[0]!.losses.length > 0, "the loss");
  equal(
    [dialed, sinks[0]!.losses[0]!.reason],
    [4, `no connection: 127.0.0.1:${door.port}: it refused: 401 Unauthorized`],
  );
  close(meshes, [links as Link[]]);
  door.stop(true);
});

test("what waits for a connection can be taken away, once", () => {
  const link = new LazyLink(1, new RecordingSink(), () => {});
  link.send(pattern(5, 1), pattern(6, 2));
  void link.sendBulk(pattern(7, 3), pattern(8, 4))?.catch(() => {});
  equal(
    link.takeUnsent().map(({ byteLength }) => byteLength),
    [11, 15],
  );
  equal([link.takeUnsent(), link.queued], [[], 0]);
});

test.run();
