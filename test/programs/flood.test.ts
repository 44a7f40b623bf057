// A fast sender does not fill a slow receiver's memory, nor its own: real ranks, one of which sleeps first. The larger
// amounts are in flood.long.test.ts.
import { test } from "uvu";
import { flood, GiB } from "./flooding.ts";

test("200,000 small messages to a rank that sleeps arrive in order, with less than 400 MiB on either side", async () => {
  await flood(200_000, 0, 400);
});

test("200,000 small messages to a rank that waits for something else arrive in order, with less than 400 MiB", async () => {
  await flood(200_000, 0, 400, "doze");
});

test("1 GiB in 128 buffers to a rank that sleeps arrives whole, with 200 MiB beside the buffer", async () => {
  await flood(128, GiB / 128, 200);
});

test.run();
