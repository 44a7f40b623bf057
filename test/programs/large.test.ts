// Large messages between real ranks.
import { join } from "node:path";
import { test } from "uvu";
import { equal } from "../support/assert.ts";
import { tsmpi } from "../support/tsmpi.ts";

const program = join(import.meta.dir, "mpi-large.ts");

async function large(...args: (string | number)[]): Promise<void> {
  const result = await tsmpi(["-np", "2", program, ...args.map(String)], { deadline: 80 });
  equal([result.stderr, result.code], ["", 0]);
  equal(result.stdout.trim().split("\n").sort(), ["rank 0 has checked it", "rank 1 has checked it"]);
}

test("two ranks that send each other 256 MiB at once with sendrecv() and sendrecvReplace() do not block", async () => {
  await large("exchange", 2 ** 28);
});

test("one value with twenty buffers of 10 MiB arrives whole, with what it shares", async () => {
  await large("several", 20, 10 * 2 ** 20);
});

test.run();
