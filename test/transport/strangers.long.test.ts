// Strangers that say nothing are sent away in time.
import { connect } from "node:net";
import { test } from "uvu";
import { equal, is } from "../support/assert.ts";
import { RecordingSink } from "../support/sinks.ts";
import { listening } from "./meshes.ts";

test("a connection that says nothing, or too little, is closed within half a minute and noted once", async () => {
  const { meshes, notes } = listening([new RecordingSink(), new RecordingSink()]);
  const { port } = meshes[0]!;
  const ends = ["", "GET /", ""].map((text) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.write(text);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    socket.on("close", () => resolve(true));
    const late = setTimeout(() => {
      resolve(false);
      socket.destroy();
    }, 30_000);
    return promise.finally(() => clearTimeout(late));
  });
  equal(await Promise.all(ends), [true, true, true]);
  is(notes.length, 1);
  equal(notes, ["rank 0 refused a connection from 127.0.0.1: it said nothing in time"]);
  for (const mesh of meshes) mesh.close();
});

test.run();
