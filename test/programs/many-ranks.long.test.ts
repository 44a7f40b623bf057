// deadline: 600
// As many ranks on one machine as the library promises to stand.
import { test } from "uvu";
import { equal } from "../support/assert.ts";
import { leftovers, tsmpi } from "../support/tsmpi.ts";

const script = `import { MPI } from "tsmpi";
console.log(await MPI.COMM_WORLD.allreduce(MPI.COMM_WORLD.rank));
`;

test("256 ranks on one machine start, run allreduce and end", async () => {
  const options = { files: { "script.ts": script }, deadline: 500 };
  const result = await tsmpi(["-np", "256", "script.ts"], options);
  equal([result.stderr, result.code], ["", 0]);
  equal(result.stdout.split("\n"), [...new Array(256).fill(`${(256 * 255) / 2}`), ""]);
  equal(await leftovers(result), []);
});

test.run();
