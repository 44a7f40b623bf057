// Jobs of Mesh objects in one process, connected over loopback.
import type { JobKey } from "../../src/transport/handshake.ts";
import type { Link, Sink } from "../../src/transport/transport.ts";
import { Mesh } from "../../src/transport/websocket.ts";
import type { Card } from "../../src/wire/control.ts";
import { soon } from "../support/sinks.ts";

/** A job of this process only: test files run at the same time, and its name is known on the whole host. */
export const job: JobKey = { id: crypto.randomUUID(), secret: new Uint8Array(32).fill(7) };

/** Meshes that listen but are not connected; `notes` gathers what they say of strangers. */
export function listening(sinks: readonly Sink[]): { meshes: Mesh[]; cards: Card[]; notes: string[] } {
  const notes: string[] = [];
  const meshes = sinks.map((sink, rank) => new Mesh(job, rank, sinks.length, sink, (text) => notes.push(text)));
  return { meshes, cards: meshes.map((mesh, rank) => cardOf(mesh, rank)), notes };
}

/** The card of a rank that is reached at `addresses`. */
export function cardOf(mesh: Mesh, rank: number, addresses: readonly string[] = ["127.0.0.1"]): Card {
  return { rank, pid: process.pid, host: "here", hostIndex: 0, addresses, port: mesh.port, nonce: mesh.nonce };
}

/** `links[i][j]` is what rank i uses to reach rank j. */
export async function connected(meshes: readonly Mesh[], cards: readonly Card[]): Promise<(Link | undefined)[][]> {
  return soon(Promise.all(meshes.map((mesh) => mesh.connect(cards))), "the mesh");
}
