// Jobs on several hosts: everything that a job does on one.
import { test } from "uvu";
import { equal, is } from "../../support/assert.ts";
import { run } from "./hosts.ts";

const hello = `import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
const sum = await comm.allreduce(comm.rank);
console.log(\`rank \${comm.rank} of \${comm.size} on \${process.env.WHERE}, local \${process.env.TSMPI_LOCAL_RANK} of \${process.env.TSMPI_LOCAL_SIZE}, sum \${sum}\`);
`;

test("ranks on two hosts find each other, with TLS, and know their places", async () => {
  const { code, stdout, stderr, left } = await run({ ranks: 5, files: { "main.ts": hello } });
  is(stderr, "");
  is(code, 0);
  equal(stdout.trim().split("\n").sort(), [
    "rank 0 of 5 on alpha, local 0 of 3, sum 10",
    "rank 1 of 5 on beta, local 0 of 2, sum 10",
    "rank 2 of 5 on alpha, local 1 of 3, sum 10",
    "rank 3 of 5 on beta, local 1 of 2, sum 10",
    "rank 4 of 5 on alpha, local 2 of 3, sum 10",
  ]);
  equal(left, []);
});

test.run();
