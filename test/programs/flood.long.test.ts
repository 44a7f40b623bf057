// deadline: 600
// As flood.test.ts, with the amounts that the library promises to stand.
import { test } from "uvu";
import { flood, GiB } from "./flooding.ts";

for (const how of [undefined, "doze"] as const) {
  test(`1,000,000 small messages to a rank that ${how ?? "sleep"}s arrive in order, with less than 400 MiB`, async () => {
    await flood(1_000_000, 0, 400, how);
  });
}

test("8 GiB in 8 buffers to a rank that sleeps arrive whole, with 200 MiB beside the buffer", async () => {
  await flood(8, GiB, 200);
});

test("8 GiB in 2 buffers of 4 GiB, Bun's largest, arrive whole, with 200 MiB beside the buffer", async () => {
  await flood(2, 4 * GiB, 200);
});

test.run();
