// deadline: 400
// More in one value than fits into one buffer: five buffers of 1 GiB.
import { join } from "node:path";
import { test } from "uvu";
import { equal } from "../support/assert.ts";
import { tsmpi } from "../support/tsmpi.ts";

test("one value with five buffers of 1 GiB each arrives whole, with what it shares", async () => {
  const program = join(import.meta.dir, "mpi-large.ts");
  const result = await tsmpi(["-np", "2", program, "several", "5", `${2 ** 30}`], { deadline: 300 });
  equal([result.stderr, result.code], ["", 0]);
});

test.run();
