// Another WebSocket implementation, Bun's own, as a rank: what ARCHITECTURE.md says of a frame is enough to write a peer.
import { test } from "uvu";
import { freshNonce, judge, request } from "../../src/transport/handshake.ts";
import { SHORT_LIMIT } from "../../src/transport/transport.ts";
import { Mesh } from "../../src/transport/websocket.ts";
import { equal, is, ok } from "../support/assert.ts";
import { join, joined, pattern, RecordingSink, sameBytes, soon, turns } from "../support/sinks.ts";
import { cardOf, connected, job, listening } from "./meshes.ts";

/** Bulk messages whose head is one byte. */
function bulk(length: number): Uint8Array {
  const bytes = pattern(length, length);
  bytes[0] = 1;
  return bytes;
}

const sizes = [1, 125, 126, 5000, 65535, 65536, SHORT_LIMIT];

test("Bun's WebSocket client is let in with the right proof, and messages of every length go both ways", async () => {
  const [sink, unused] = [new RecordingSink(), new RecordingSink()];
  const { meshes, cards, notes } = listening([sink, unused]);
  const [mesh] = meshes;
  const ends = { source: 1, dest: 0, clientNonce: freshNonce(), serverNonce: mesh!.nonce };
  const { head } = request(job, ends, "x");
  const authorization = /Authorization: ([^\r]*)/.exec(head)![1]!;
  const client = new WebSocket(`ws://127.0.0.1:${mesh!.port}/tsmpi/1/${job.id}`, {
    protocols: ["tsmpi.1"],
    headers: { authorization },
  });
  client.binaryType = "arraybuffer";
  const got = new RecordingSink();
  client.onmessage = ({ data }) => got.message(0, new Uint8Array(data as ArrayBuffer));
  const closed = Promise.withResolvers<number>();
  client.onclose = ({ code }) => closed.resolve(code);
  await soon(new Promise((resolve) => (client.onopen = resolve)), "the connection");
  const [links] = await connected([mesh!], cards);
  const link = links![1]!;

  const sent: Uint8Array[] = [];
  for (const size of sizes) {
    link.send(pattern(size, size));
    client.send(pattern(size, size));
    sent.push(pattern(size, size));
  }
  const long = bulk(1_000_000);
  const sending = link.sendBulk(long.subarray(0, 1), long.subarray(1));
  client.send(long);
  sent.push(long);
  await got.until(() => got.bytes === join(...sent).byteLength, "what the mesh sent");
  await sink.until(() => sink.arrived.length === sent.length, "what the client sent");
  await sending;
  sameBytes(join(...got.arrived.map(({ bytes }) => bytes)), join(...sent), "from the mesh");
  for (const [i, { peer, bytes, kind }] of sink.arrived.entries()) {
    is(peer, 1);
    is(kind, bytes.byteLength > SHORT_LIMIT ? "bulk" : "short");
    sameBytes(bytes, sent[i]!, `message ${i} from the client`);
  }

  const pong = new Promise((resolve) => client.addEventListener("pong" as "message", resolve));
  (client as unknown as { ping(data: string): void }).ping("are you there?");
  await soon(pong, "the pong");

  client.close(1000);
  is(await soon(closed.promise, "the close"), 1000);
  await sink.until(() => sink.losses.length > 0, "the loss");
  equal(sink.losses, [{ peer: 1, reason: "closed by the peer" }]);
  equal(notes, []);
  for (const mesh of meshes) mesh.close();
});

test("a mesh connects with Bun's WebSocket server, and messages go both ways", async () => {
  const sink = new RecordingSink();
  const mesh = new Mesh(job, 1, 2, sink, () => {});
  const nonce = new Uint8Array(16).fill(9);
  const got = new RecordingSink();
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(incoming, server) {
      const lines = [`GET ${new URL(incoming.url).pathname} HTTP/1.1`];
      for (const [name, value] of incoming.headers) lines.push(`${name}: ${value}`);
      const verdict = judge(lines.join("\r\n"), job, 0, 2, nonce, new Set([`127.0.0.1:${server.port}`]));
      if (!verdict.accepted) return new Response(verdict.reason, { status: 400 });
      const proof = /Tsmpi-Proof: ([^\r]*)/.exec(verdict.response)![1]!;
      const headers = { "Tsmpi-Proof": proof, "Sec-WebSocket-Protocol": "tsmpi.1" };
      return server.upgrade(incoming, { headers }) ? undefined : new Response("", { status: 500 });
    },
    websocket: {
      message(socket, message) {
        const bytes = new Uint8Array(message as Buffer);
        got.message(1, bytes);
        socket.sendBinary(bytes);
      },
      maxPayloadLength: 2_000_000,
    },
  });
  const card = { ...cardOf(mesh, 0), port: server.port!, nonce };
  const [links] = await connected([mesh], [card, cardOf(mesh, 1)]);
  const link = links![0]!;
  let total = 0;
  for (const size of sizes) {
    link.send(pattern(size, size));
    total += size;
    await sink.until(() => sink.bytes === total, `the echo of ${size} bytes`);
  }
  sameBytes(joined(sink.arrived)[0]!.bytes, join(...sizes.map((size) => pattern(size, size))));
  const long = bulk(1_000_000);
  await link.sendBulk(long.subarray(0, 1), long.subarray(1));
  await sink.until(() => sink.bytes === total + long.byteLength, "the long echo");
  sameBytes(sink.arrived.at(-1)!.bytes, long);
  link.close();
  await turns();
  ok(got.bytes === total + long.byteLength);
  await server.stop(true);
  mesh.close();
});

test.run();
