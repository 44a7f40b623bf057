// Jobs on several hosts: everything that a job does on one.
import { test } from "uvu";
import { equal, is, match, ok } from "../../support/assert.ts";
import { leftovers, tsmpi, workspace } from "../../support/tsmpi.ts";
import { rsh, run } from "./hosts.ts";

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

test("ranks here and on another host make one job, with --no-tls too", async () => {
  for (const tls of [true, false]) {
    const { code, stdout, stderr, left } = await run({
      hosts: ["here", "beta"],
      ranks: 3,
      files: { "main.ts": hello },
      network: { tls },
    });
    is(stderr, "");
    is(code, 0);
    match(stdout, /rank 1 of 3 on beta, local 0 of 1, sum 3/);
    match(stdout, /rank 2 of 3 on undefined, local 1 of 2, sum 3/);
    equal(left, []);
  }
});

test("one host alone that is not this one needs no network", async () => {
  const { code, stdout, left } = await run({
    hosts: ["alpha"],
    ranks: 2,
    files: { "main.ts": hello },
    network: { interface: "nothing0" },
  });
  is(code, 0);
  match(stdout, /rank 1 of 2 on alpha, local 1 of 2, sum 1/);
  equal(left, []);
});

test("a sample runs on other hosts with nothing staged", async () => {
  const { code, stdout, left } = await run({ ranks: 3, script: "sample:ring" });
  is(code, 0);
  ok(stdout.length > 0);
  equal(left, []);
});

test("output is labelled with the rank, and all of it arrives, whole lines, at the end too", async () => {
  const main = `import { MPI } from "tsmpi";
const rank = MPI.COMM_WORLD.rank;
for (let i = 0; i < 2000; i++) console.log(\`line \${i} of \${rank} \${"x".repeat(500)}\`);
console.error("error of", rank);
process.stdout.write("last of " + rank);
`;
  const { code, stdout, stderr, left } = await run({ ranks: 4, files: { "main.ts": main }, plan: { tagOutput: true } });
  is(code, 0);
  for (const rank of [0, 1, 2, 3]) {
    const lines = stdout.split("\n").filter((line) => line.includes(` of ${rank}`));
    equal(
      lines.map((line) => line.replace(/^.*?line /, "line ").slice(0, 15)).slice(0, 2000),
      Array.from({ length: 2000 }, (_, i) => `line ${i} of ${rank} ${"x".repeat(500)}`.slice(0, 15)),
    );
    match(lines.at(-1)!, new RegExp(`last of ${rank}$`));
    match(stderr, new RegExp(`error of ${rank}$`, "m"));
  }
  equal(left, []);
});

test("standard input goes to rank 0, to another one, or to all, all of it", async () => {
  const main = `import { MPI } from "tsmpi";
let bytes = 0;
for await (const chunk of Bun.stdin.stream()) bytes += chunk.byteLength;
console.log(\`rank \${MPI.COMM_WORLD.rank} read \${bytes}\`);
`;
  const stdin = new Uint8Array(1_500_000).fill(10);
  const readers = async (who: number | "all" | "none") => {
    const { code, stdout, left } = await run({ ranks: 3, files: { "main.ts": main }, stdin, plan: { stdin: who } });
    is(code, 0);
    equal(left, []);
    return stdout.trim().split("\n").sort();
  };
  const all = "rank 0 read 1500000|rank 1 read 1500000|rank 2 read 1500000".split("|");
  equal(await readers(0), [all[0], "rank 1 read 0", "rank 2 read 0"]);
  equal(await readers(1), ["rank 0 read 0", all[1], "rank 2 read 0"]);
  equal(await readers("all"), all);
  equal(await readers("none"), ["rank 0 read 0", "rank 1 read 0", "rank 2 read 0"]);
});

test("ranks that read nothing do not hold up those that do, nor the job", async () => {
  const main = `import { MPI } from "tsmpi";
if (MPI.COMM_WORLD.rank === 1) for await (const chunk of Bun.stdin.stream()) if (chunk[0] === 10) break;
`;
  const { code, left } = await run({
    files: { "main.ts": main },
    stdin: new Uint8Array(3_000_000).fill(10),
    plan: { stdin: "all" },
  });
  is(code, 0);
  equal(left, []);
});

test("tsmpi run -hosts starts an executable's own ranks on other hosts, and its script is bundled by it", async () => {
  const rooms = workspace();
  const { code, stdout, stderr, job } = await tsmpi(
    [..."run -np 4 -hosts alpha,beta --interface 127.0.0.1 --rsh".split(" "), rsh, "main.ts"],
    { files: { "main.ts": hello }, env: { FAKE_RSH: rooms } },
  );
  match(stderr, /^tsmpi: sent tsmpi to (alpha, beta|beta, alpha): \d+ MB in [\d.]+ s\n$/);
  is(code, 0);
  match(stdout, /rank 3 of 4 on beta, local 1 of 2, sum 6/);
  equal(await leftovers({ job }), []);
});

test.run();
