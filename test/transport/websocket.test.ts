// The contract over WebSocket: two meshes in one process, over TCP and, where there is one, over the host's own way.
// Rank 1 dials rank 0.
import { test } from "uvu";
import { Mesh } from "../../src/transport/websocket.ts";
import { RecordingSink } from "../support/sinks.ts";
import { transportContract } from "./contract.ts";
import { cardOf, connected, job, listening } from "./meshes.ts";

const alone = new Mesh(job, 0, 1, new RecordingSink(), () => {});
const ways = alone.addresses.length;
alone.close();

for (let way = 0; way < ways; way++) {
  transportContract(`websocket ${way === ways - 1 ? "over TCP" : "over a local socket"}`, async (sinks) => {
    const { meshes } = listening(sinks);
    const cards = meshes.map((mesh, rank) => cardOf(mesh, rank, [mesh.addresses[way]!]));
    const links = await connected(meshes, cards);
    for (const mesh of meshes) mesh.close();
    return [links[0]![1]!, links[1]![0]!];
  });
}

test.run();
