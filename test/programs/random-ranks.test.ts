// Random collectives on several communicators at once, on real ranks and over every way between them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { equal } from "../support/assert.ts";
import { leftovers, tsmpi } from "../support/tsmpi.ts";

const script = readFileSync(join(import.meta.dir, "random-ranks-script.ts"), "utf8");
const steps = 200;

for (const transport of ["shared-memory", "websocket"]) {
  for (const [size, seed] of [
    [2, 1],
    [3, 2],
    [5, 3],
    [8, 4],
  ]) {
    test(`random collectives give what they should through ${transport}, on ${size} ranks (seed ${seed})`, async () => {
      const args = ["-np", `${size}`, "--transport", transport, "script.ts", `${seed}`, `${steps}`];
      const result = await tsmpi(args, { files: { "script.ts": script }, deadline: 100 });
      equal([result.stderr, result.code], ["", 0]);
      equal(result.stdout, "done\n".repeat(size!));
      equal(await leftovers(result), []);
    });
  }
}

test.run();
