// deadline: 400
// More in one value than fits into one buffer: five buffers of 1 GiB; and 1 GiB both ways at once.
import { join } from "node:path";
import { test } from "uvu";
import { equal } from "../support/assert.ts";
import { tsmpi } from "../support/tsmpi.ts";

for (const transport of ["shared-memory", "websocket"]) {
  test(`two ranks that send each other 1 GiB at once do not block, through ${transport}`, async () => {
    const program = join(import.meta.dir, "mpi-large.ts");
    const args = ["-np", "2", "--transport", transport, program, "exchange", `${2 ** 30}`];
    const result = await tsmpi(args, { deadline: 170 });
    equal([result.stderr, result.code], ["", 0]);
    equal(result.stdout.trim().split("\n").sort(), ["rank 0 has checked it", "rank 1 has checked it"]);
  });
}

test("one value with five buffers of 1 GiB each arrives whole, with what it shares", async () => {
  const program = join(import.meta.dir, "mpi-large.ts");
  const result = await tsmpi(["-np", "2", program, "several", "5", `${2 ** 30}`], { deadline: 300 });
  equal([result.stderr, result.code], ["", 0]);
});

test.run();
