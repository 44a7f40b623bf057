// Ranks as if on several hosts: found at one of several addresses, over TLS with the job's certificate and no other.
import { ptr } from "bun:ffi";
import { createServer, type Server } from "node:net";
import { test } from "uvu";
import { cFunctions } from "../../src/transport/c-library.ts";
import { Mesh } from "../../src/transport/websocket.ts";
import type { WebSocketLink } from "../../src/transport/websocket-link.ts";
import type { Card, Network } from "../../src/wire/control.ts";
import { equal, is, match, ok, rejects, skip } from "../support/assert.ts";
import { certificate } from "../support/certificate.ts";
import { pattern, RecordingSink, sameBytes, soon } from "../support/sinks.ts";
import { job } from "./meshes.ts";

/** Of getsockopt, on Linux. */
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;

/** Two ranks, each on a host of its own; rank 1 finds rank 0 at `addresses`. */
async function pair(addresses: readonly string[], networks: [Partial<Network>, Partial<Network>] = [{}, {}]) {
  const sinks = [new RecordingSink(), new RecordingSink()];
  const notes: string[] = [];
  const meshes = sinks.map(
    (sink, rank) =>
      new Mesh(job, rank, 2, sink, (text) => notes.push(text), { host: rank, hosts: 2, ...networks[rank] }),
  );
  const cards = meshes.map(
    ({ port, nonce }, rank): Card => ({ rank, pid: 1, host: `host${rank}`, hostIndex: rank, addresses, port, nonce }),
  );
  const connecting = meshes.map((mesh) => mesh.connect(cards));
  for (const promise of connecting) promise.catch(() => {});
  return { sinks, meshes, connecting, notes };
}

/** Both ranks are connected, and a message goes each way. */
async function works({ sinks, meshes, connecting }: Awaited<ReturnType<typeof pair>>): Promise<void> {
  const links = await soon(Promise.all(connecting), "the mesh");
  for (const rank of [0, 1]) links[rank]![1 - rank]!.send(pattern(1000, rank));
  for (const rank of [0, 1]) {
    await sinks[rank]!.until(() => sinks[rank]!.arrived.length === 1, "a message");
    sameBytes(sinks[rank]!.arrived[0]!.bytes, pattern(1000, 1 - rank), `to rank ${rank}`);
    equal(sinks[rank]!.losses, []);
  }
  for (const row of links) for (const link of row) link?.close();
  for (const mesh of meshes) mesh.close();
}

/** A port of 127.0.0.2 with that number where `serve` answers; a stranger to the job. */
async function stranger(port: number, serve: Parameters<typeof createServer>[1]): Promise<Server> {
  const server = createServer({}, serve as never);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.2", resolve));
  return server;
}

test("an address where nobody answers, and one where nobody listens, do not matter when another leads there", async () => {
  await works(await pair(["127.0.0.3", "127.0.0.1"], [{ interface: "127.0.0.1" }, {}]));
});

test("the same with the job's certificate", async () => {
  const tls = await certificate();
  await works(await pair(["127.0.0.1"], [{ tls }, { tls }]));
});

const name = "connections between hosts send at once what is written (TCP_NODELAY), with TLS and without";
const functions =
  process.platform === "linux" &&
  cFunctions({ getsockopt: { args: ["i32", "i32", "i32", "ptr", "ptr"], returns: "i32" } });
if (!functions) skip(name, "on Linux only");
else {
  test(name, async () => {
    const tls = await certificate();
    for (const network of [{}, { tls }]) {
      const { meshes, connecting } = await pair(["127.0.0.1"], [network, network]);
      const links = (await soon(Promise.all(connecting), "the mesh")).map((of, rank) => of[1 - rank] as WebSocketLink);
      const options = links.map(({ fd }) => {
        const [option, length] = [new Int32Array(1), Int32Array.of(4)];
        is(functions.getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, ptr(option), ptr(length)), 0);
        return option[0];
      });
      equal(options, [1, 1]);
      for (const link of links) link.close();
      for (const mesh of meshes) mesh.close();
    }
  });
}

test("a long message goes over TLS as it was", async () => {
  const tls = await certificate();
  const { sinks, meshes, connecting } = await pair(["127.0.0.1"], [{ tls }, { tls }]);
  const links = await soon(Promise.all(connecting), "the mesh");
  const body = pattern(3_000_000, 5);
  await links[1]![0]!.sendBulk(new Uint8Array([1, 2, 3]), body);
  await sinks[0]!.until(() => sinks[0]!.arrived.length === 1, "a long message");
  sameBytes(sinks[0]!.arrived[0]!.bytes.subarray(3), body, "the long message");
  for (const mesh of meshes) mesh.close();
  for (const row of links) for (const link of row) link?.close();
});

for (const [name, networks] of Object.entries({
  "another certificate": async () => [{ tls: await certificate() }, { tls: await certificate() }],
  "no TLS": async () => [{ tls: await certificate() }, {}],
  "TLS where there should be none": async () => [{}, { tls: await certificate() }],
} satisfies Record<string, () => Promise<[Partial<Network>, Partial<Network>]>>)) {
  test(`a rank that comes with ${name} is refused, and says at which address`, async () => {
    const { meshes, connecting } = await pair(
      ["127.0.0.1"],
      (await networks()) as [Partial<Network>, Partial<Network>],
    );
    const error = await soon(
      rejects(connecting[1]!, Error, /Cannot connect rank 1 with the others: rank 0 on host0: 127\.0\.0\.1:\d+: /),
      "the refusal",
    );
    match(error.message, /certificate|closed|400|self.signed|SSL|answer/i);
    for (const mesh of meshes) mesh.close();
  });
}

test("a listener at the first address that is another job's, or that says nothing, is passed over", async () => {
  const tls = await certificate();
  for (const serve of [
    (socket: import("node:net").Socket) => socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n"),
    () => {},
  ]) {
    const sink = new RecordingSink();
    const mesh = new Mesh(job, 0, 2, sink, () => {}, { host: 0, hosts: 2, interface: "127.0.0.1" });
    const server = await stranger(mesh.port, serve as never);
    const other = new Mesh(job, 1, 2, new RecordingSink(), () => {}, { host: 1, hosts: 2 });
    const cards = [mesh, other].map(
      ({ port, nonce }, rank): Card => ({
        rank,
        pid: 1,
        host: "h",
        hostIndex: rank,
        addresses: ["127.0.0.2", "127.0.0.1"],
        port,
        nonce,
      }),
    );
    const [links] = await soon(Promise.all([mesh.connect(cards), other.connect(cards)]), "the mesh");
    ok(links![1]);
    server.close();
    mesh.close();
    other.close();
  }
  ok(tls.certificate.includes("BEGIN CERTIFICATE"));
});

test("ports come from the range, and a range that is used up is named", async () => {
  const sink = new RecordingSink();
  const listen = (ports: readonly [number, number]) =>
    new Mesh(job, 0, 1, sink, () => {}, { host: 0, hosts: 2, interface: "127.0.0.1", ports });
  const free = listen([0, 0]);
  const { port } = free;
  let message = "";
  try {
    listen([port, port]).close();
  } catch (error) {
    message = (error as Error).message;
  }
  free.close();
  match(message, /Cannot listen at a port: /);
  const again = listen([port, port]);
  is(again.port, port);
  again.close();
});

test.run();
