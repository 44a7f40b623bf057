// The contract over WebSocket: two meshes in one process, on loopback. Rank 1 dials rank 0.
import { test } from "uvu";
import { transportContract } from "./contract.ts";
import { connected, listening } from "./meshes.ts";

transportContract("websocket", async (sinks) => {
  const { meshes, cards } = listening(sinks);
  const links = await connected(meshes, cards);
  for (const mesh of meshes) mesh.close();
  return [links[0]![1]!, links[1]![0]!];
});

test.run();
