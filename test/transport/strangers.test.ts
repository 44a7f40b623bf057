// A mesh and those who do not belong to it: each is refused, it is noted once, and the mesh carries messages.
import { connect, type Socket } from "node:net";
import { join as path } from "node:path";
import { test } from "uvu";
import { freshNonce, request } from "../../src/transport/handshake.ts";
import { headerBytes } from "../../src/transport/websocket-codec.ts";
import { equal, is, match, ok } from "../support/assert.ts";
import { pattern, RecordingSink, sameBytes, soon, turns } from "../support/sinks.ts";
import { connected, job, listening } from "./meshes.ts";

/** A connection to a port or a local name, and all that it is answered until it is closed. */
async function dial(to: number | string): Promise<{ socket: Socket; answer: Promise<string> }> {
  const socket = typeof to === "number" ? connect({ host: "127.0.0.1", port: to }) : connect({ path: to });
  await soon(new Promise((resolve) => socket.once("connect", resolve)), "a stranger's connection");
  const chunks: Buffer[] = [];
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.on("data", (chunk) => chunks.push(chunk as Buffer));
  socket.on("error", () => {});
  socket.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
  return { socket, answer: promise };
}

/** Says `bytes` and returns the answer once the listener has closed. */
async function say(to: number | string, bytes: string | Uint8Array): Promise<string> {
  const { socket, answer } = await dial(to);
  socket.write(bytes);
  const text = await soon(answer, "the end of a stranger's connection");
  socket.destroy();
  return text;
}

/** Runs `before` while three ranks listen, connects them, runs `after`, and checks that messages go everywhere. */
async function withMesh(
  before: (port: number, setup: ReturnType<typeof listening>) => Promise<void>,
  after: typeof before = async () => {},
): Promise<{ notes: string[]; sinks: RecordingSink[] }> {
  const sinks = [new RecordingSink(), new RecordingSink(), new RecordingSink()];
  const setup = listening(sinks);
  const { meshes, cards, notes } = setup;
  await before(meshes[0]!.port, setup);
  const links = await connected(meshes, cards);
  await after(meshes[0]!.port, setup);
  for (const [from, row] of links.entries()) for (const link of row) link?.send(pattern(100, from));
  for (const [rank, sink] of sinks.entries()) {
    await sink.until(() => sink.arrived.length === 2, "the messages of the others");
    for (const { peer, bytes } of sink.arrived) sameBytes(bytes, pattern(100, peer), `${peer}→${rank}`);
    equal(sink.losses, []);
  }
  for (const row of links) for (const link of row) link?.close();
  for (const mesh of meshes) mesh.close();
  await turns();
  return { notes, sinks };
}

/** A request to rank 0 as rank `source` would make it. */
function requestTo(port: number, nonce: Uint8Array, source: number, key = job, host = `127.0.0.1:${port}`): string {
  return request(key, { source, dest: 0, clientNonce: freshNonce(), serverNonce: nonce }, host).head;
}

const clientHello = Buffer.from(`16030100c8010000c40303${"5a".repeat(32)}20${"a5".repeat(32)}003e130213031301`, "hex");

for (const [what, bytes, answer, note] of [
  ["without a secret", (p, n) => requestTo(p, n, 1).replace(/Authorization.*\r\n/, ""), /^HTTP\/1.1 401 /, /no proof/],
  [
    "with a wrong secret",
    (p, n) => requestTo(p, n, 1, { id: job.id, secret: new Uint8Array(32) }),
    /^HTTP\/1.1 401 /,
    /no proof/,
  ],
  [
    "from a web page",
    (p, n) => requestTo(p, n, 1).replace("\r\n", "\r\nOrigin: https://x.y\r\n"),
    /^HTTP\/1.1 403 /,
    /web page/,
  ],
  ["for another host", (p, n) => requestTo(p, n, 1, job, "evil.example"), /^HTTP\/1.1 403 /, /another host/],
  ["for another job", (p, n) => requestTo(p, n, 1).replace(job.id, "x"), /^HTTP\/1.1 404 /, /another job/],
  ["that claims to be the listener", (p, n) => requestTo(p, n, 0), /^HTTP\/1.1 401 /, /claims to be rank 0/],
  ["that claims to be rank 3 of 3", (p, n) => requestTo(p, n, 3), /^HTTP\/1.1 401 /, /claims to be rank 3/],
  ["of garbage", () => Buffer.concat([pattern(500), Buffer.from("\r\n\r\n")]), /^HTTP\/1.1 4\d\d /, /refused/],
  ["of TLS", () => Buffer.concat([clientHello, Buffer.alloc(9000)]), /^HTTP\/1.1 400 /, /no WebSocket request/],
  [
    "whose head never ends",
    () => `GET / HTTP/1.1\r\n${"X-Fill: y\r\n".repeat(2000)}`,
    /^HTTP\/1.1 400 /,
    /no WebSocket/,
  ],
  ["that is one endless line", () => "A".repeat(100_000), /^HTTP\/1.1 400 /, /no WebSocket/],
] as [string, (port: number, nonce: Uint8Array) => string | Uint8Array, RegExp, RegExp][]) {
  test(`a connection ${what} is refused before and after the mesh has formed, and noted once`, async () => {
    const attempt = async (port: number, { meshes }: ReturnType<typeof listening>) => {
      for (let i = 0; i < 3; i++) match(await say(port, bytes(port, meshes[0]!.nonce)), answer);
    };
    const { notes } = await withMesh(attempt, attempt);
    is(notes.length, 1, notes.join("\n"));
    match(notes[0]!, /^rank 0 refused a connection from 127\.0\.0\.1: /);
    match(notes[0]!, note);
  });
}

test("a connection that comes and goes without a word is noted once", async () => {
  const { notes } = await withMesh(async (port) => {
    for (let i = 0; i < 5; i++) {
      const { socket, answer } = await dial(port);
      socket.end();
      await soon(answer, "the end");
    }
  });
  equal(notes, ["rank 0 refused a connection from 127.0.0.1: the connection was closed"]);
});

if (process.platform === "linux") {
  test("a stranger of the same host that comes by the local name is refused and noted once, too", async () => {
    const { notes } = await withMesh(async (_, { meshes }) => {
      const name = meshes[0]!.addresses[0]!.replace(/^unix:/, "");
      const request = `GET /tsmpi/1/${job.id} HTTP/1.1\r\nHost: ${name}\r\n\r\n`;
      for (let i = 0; i < 3; i++) match(await say(`\0${name}`, request), /^HTTP\/1\.1 400 /);
    });
    equal(notes, ["rank 0 refused a connection from this host: it is no tsmpi.1 WebSocket request"]);
  });
}

test("a request that was seen on the wire is refused when it is said again", async () => {
  let seen = "";
  const { notes } = await withMesh(
    async (port, { meshes }) => {
      seen = requestTo(port, meshes[0]!.nonce, 1);
    },
    async (port) => {
      // A rank that tries two addresses says it with another nonce.
      match(await say(port, seen), /^HTTP\/1.1 409 /);
      match(await say(port, seen), /^HTTP\/1.1 409 /);
    },
  );
  equal(notes, ["rank 0 refused a connection from 127.0.0.1: it repeats what rank 1 has said"]);
});

test("300 idle connections do not keep the ranks from connecting", async () => {
  const idle: { socket: Socket; answer: Promise<string> }[] = [];
  const { notes } = await withMesh(
    async (port) => {
      for (let i = 0; i < 300; i++) idle.push(await dial(port));
      // Answered behind the others: all of them have been accepted.
      match(await say(port, "\r\n\r\n"), /^HTTP/);
    },
    async () => {
      for (const { answer } of idle.slice(0, 200)) is(await soon(answer, "the end of an idle connection"), "");
    },
  );
  for (const { socket } of idle) socket.destroy();
  is(notes.filter((note) => /refused a connection from .*: it said nothing in time/.test(note)).length, 1);
  is(notes.filter((note) => /has refused 100 connections/.test(note)).length, 1);
  is(notes.length, 3, notes.join("\n"));
});

test("a head that comes byte by byte is read, and a message right behind it too", async () => {
  const sinks = [new RecordingSink(), new RecordingSink()];
  const { meshes, cards, notes } = listening(sinks);
  const { port, nonce } = meshes[0]!;
  const { socket } = await dial(port);
  socket.setNoDelay(true);
  const head = requestTo(port, nonce, 1);
  for (const byte of head.slice(0, -1)) {
    socket.write(byte);
    await turns(1);
  }
  socket.write(Buffer.concat([Buffer.from("\n"), Uint8Array.of(0x82, 0x81, 1, 2, 3, 4, 1 ^ 77)]));
  await connected([meshes[0]!], cards);
  await sinks[0]!.until(() => sinks[0]!.arrived.length === 1, "the message");
  sameBytes(sinks[0]!.arrived[0]!.bytes, Uint8Array.of(77));
  equal(notes, []);
  socket.destroy();
  await sinks[0]!.until(() => sinks[0]!.losses.length === 1, "the loss");
  for (const mesh of meshes) mesh.close();
});

test("a rank that claims 2^60 bytes after its handshake is lost, and the other ranks go on", async () => {
  const sinks = [new RecordingSink(), new RecordingSink(), new RecordingSink()];
  const { meshes, cards } = listening(sinks);
  const { port, nonce } = meshes[0]!;
  const { socket, answer } = await dial(port);
  socket.write(requestTo(port, nonce, 1));
  const rogue = { ...cards[1]!, port: 1 };
  const [links] = await Promise.all([
    connected([meshes[0]!], [cards[0]!, rogue, cards[2]!]),
    meshes[2]!.connect([cards[0]!, cards[1]!, cards[2]!]).catch(() => {}),
    meshes[1]!.connect(cards).catch((error: Error) => match(error.message, "409")),
  ]);
  const before = process.memoryUsage().arrayBuffers;
  socket.write(Uint8Array.of(0x82, 0xff, 0x10, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4));
  await sinks[0]!.until(() => sinks[0]!.losses.length > 0, "the loss");
  match(sinks[0]!.losses[0]!.reason, /^protocol error: a message claims 1152921504606847000 bytes/);
  is(sinks[0]!.losses.length, 1);
  is(sinks[0]!.losses[0]!.peer, 1);
  ok(process.memoryUsage().arrayBuffers - before < 10_000_000);
  const close = (await soon(answer, "the close")).slice(-(headerBytes(2, false) + 2));
  equal([...Buffer.from(close, "latin1")], [0x88, 2, 1009 >> 8, 1009 & 255]);
  links[0]![2]!.send(pattern(10));
  await sinks[2]!.until(() => sinks[2]!.bytes === 10, "a message between the others");
  for (const mesh of meshes) mesh.close();
});

test("connect() rejects with what every address of a rank answered", async () => {
  const sinks = [new RecordingSink(), new RecordingSink()];
  const { meshes, cards } = listening(sinks);
  const impostor = { ...cards[0]!, nonce: new Uint8Array(16) };
  const error = await soon(
    meshes[1]!.connect([impostor, cards[1]!]).then(
      () => undefined,
      (error: Error) => error,
    ),
    "the failure",
  );
  match(error!.message, /^Cannot connect rank 1 with the others: rank 0 on here: 127\.0\.0\.1:\d+: it refused: 401 /);
  for (const mesh of meshes) mesh.close();
});

test("connect() tries a rank's addresses in their order", async () => {
  const sinks = [new RecordingSink(), new RecordingSink()];
  const { meshes, cards } = listening(sinks);
  const several = [{ ...cards[0]!, addresses: ["127.0.0.2", "::1", "127.0.0.1"] }, cards[1]!];
  const links = await connected(meshes, several);
  links[1]![0]!.send(pattern(10));
  await sinks[0]!.until(() => sinks[0]!.bytes === 10, "the message");
  for (const mesh of meshes) mesh.close();
});

test("a stranger's open connection does not keep a process from ending", async () => {
  const child = Bun.spawn([process.execPath, path(import.meta.dir, "idle-listener.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const reader = child.stdout.getReader();
  const first = new TextDecoder().decode((await reader.read()).value);
  const port = Number(first);
  const { socket } = await dial(port);
  match(await say(port, "\r\n\r\n"), /^HTTP/);
  child.stdin.end();
  is(await soon(child.exited, "the end of the process"), 0);
  let text = "";
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    text += new TextDecoder().decode(chunk.value);
  }
  // It has not waited until the stranger's time was up, which would have been noted.
  is(/said nothing/.test(text), false);
  socket.destroy();
});

test.run();
