// What flood.test.ts and flood.long.test.ts share: a rank that sends much to one that sleeps first.
import { join } from "node:path";
import { equal, ok } from "../support/assert.ts";
import { tsmpi } from "../support/tsmpi.ts";

const program = join(import.meta.dir, "mpi-flood.ts");
const GiB = 2 ** 30;

export { GiB };

/**
 * Sends `count` messages of `bytes` bytes (0: small values), and fails when a rank has needed more than `most` MiB beside
 * its own buffer, or a message was lost or changed. The collector lets garbage grow with the memory that is in use, to
 * half as much again: that much is granted for the buffer.
 */
export async function flood(count: number, bytes: number, most: number, how?: "doze", deadline = 170): Promise<void> {
  const result = await tsmpi(["-np", "2", program, `${count}`, `${bytes}`, how ?? "sleep"], { deadline });
  equal([result.stderr, result.code], ["", 0]);
  console.log(result.stdout.trim().replace("\n", ", "));
  const peaks = [...result.stdout.matchAll(/: (\d+) MiB/g)].map(([, peak]) => Number(peak));
  ok(peaks.length === 2, result.stdout);
  const limit = most + (1.5 * bytes) / 2 ** 20;
  ok(
    peaks.every((peak) => peak <= limit),
    `${result.stdout}more than ${limit} MiB`,
  );
}
