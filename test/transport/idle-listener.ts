// A process with nothing to do but a listener: it must end by itself although a stranger holds a connection open.
// Started by strangers.test.ts, which says on standard input when the stranger is there.
import { Mesh } from "../../src/transport/websocket.ts";
import { RecordingSink } from "../support/sinks.ts";
import { job } from "./meshes.ts";

const mesh = new Mesh(job, 0, 1, new RecordingSink(), (text) => console.log(text));
console.log(mesh.port);
await Bun.stdin.text();
