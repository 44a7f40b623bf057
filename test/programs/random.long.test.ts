// deadline: 900
// As random.test.ts, with longer programs and seeds that are new each day; a failure names its seed.
import { test } from "uvu";
import { runProgram } from "./random/program.ts";

const today = Math.floor(Date.now() / 86_400_000);

for (const size of [1, 2, 3, 4, 5, 6, 7, 8]) {
  test(`random programs of 300 steps give what they must, on ${size} ranks`, async () => {
    for (let seed = 1; seed <= 100; seed++) await runProgram(today * 10_000 + 1000 * size + seed, size, 300);
  });
}

test.run();
