// Random programs against what they must give: messages and collectives of all forms, on communicators that come and go.
// More of them are in random.long.test.ts; a seed that failed once is best added here.
import { test } from "uvu";
import { runProgram } from "./random/program.ts";

for (const size of [1, 2, 3, 4, 5, 7, 8]) {
  test(`random programs of 60 steps give what they must, on ${size} ranks`, async () => {
    for (let seed = 1; seed <= 20; seed++) await runProgram(1000 * size + seed, size, 60);
  });
}

test.run();
