// Jobs of Mesh objects in one process, connected over loopback.
import type { JobKey } from "../../src/transport/handshake.ts";
import type { Link, Sink } from "../../src/transport/transport.ts";
import { Mesh } from "../../src/transport/websocket.ts";
import type { Card } from "../../src/wire/control.ts";
import { soon } from "../support/sinks.ts";

export const job: JobKey = { id: "0123456789abcdef", secret: new Uint8Array(32).fill(7) };

/** Meshes that listen but are not connected; `notes` gathers what they say of strangers. */
export function listening(sinks: readonly Sink[]): { meshes: Mesh[]; cards: Card[]; notes: string[] } {
  const notes: string[] = [];
  const meshes = sinks.map(
    (sink, rank) => new Mesh(job, rank, sinks.length, sink, "127.0.0.1", (text) => notes.push(text)),
  );
  return { meshes, cards: meshes.map(cardOf), notes };
}

export function cardOf(mesh: Mesh, rank: number): Card {
  return { rank, pid: process.pid, host: "here", addresses: ["127.0.0.1"], port: mesh.port, nonce: mesh.nonce };
}

/** `links[i][j]` is what rank i uses to reach rank j. */
export async function connected(meshes: readonly Mesh[], cards: readonly Card[]): Promise<(Link | undefined)[][]> {
  return soon(Promise.all(meshes.map((mesh) => mesh.connect(cards))), "the mesh");
}
