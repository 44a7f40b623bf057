// A job writes the same file whatever its ranks send messages by, and however many of them collect the pieces.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { equal, is } from "../support/assert.ts";
import { leftovers, tsmpi, workspace } from "../support/tsmpi.ts";

const job = join(import.meta.dir, "job.ts");

for (const ranks of ["1", "5"]) {
  test(`a file of ${ranks} ranks is the same over shared memory and over WebSocket`, async () => {
    const cwd = workspace();
    const files: Buffer[] = [];
    for (const transport of ["shared-memory", "websocket"]) {
      for (const hints of [
        [],
        ["cb_nodes=3", "cb_buffer_size=65536"],
        ["collective_buffering=false"],
        ["striping=root"],
      ]) {
        const path = join(cwd, `file${files.length}`);
        const result = await tsmpi(["run", "-q", "-np", ranks, "--transport", transport, job, path, ...hints], { cwd });
        equal([result.code, result.stderr], [0, ""]);
        files.push(readFileSync(path));
        is(result.stdout, `${files.at(-1)!.length} ${Bun.hash(files.at(-1)!).toString(16)}\n`);
        equal(await leftovers(result), []);
      }
    }
    for (const [i, file] of files.entries()) is(Buffer.compare(file, files[0]!), 0, `file ${i}`);
  });
}

test.run();
