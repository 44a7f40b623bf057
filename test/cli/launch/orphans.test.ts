// A launcher that is killed leaves no rank behind, nor a word of one. With real ranks of the binary.
import { test } from "uvu";
import { equal, is, match } from "../../support/assert.ts";
import { leftovers, start } from "../../support/tsmpi.ts";

const scripts = {
  "compute without a break": "for (;;) {}",
  "wait for a message": "await comm.recv({ source: comm.rank });",
};

for (const [what, code] of Object.entries(scripts)) {
  test(`ranks that ${what} are gone when the launcher was killed`, async () => {
    const script = `import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
console.log("ready", comm.rank);
${code}
`;
    const files = { "job.ts": script };
    const job = await start(["run", "-np", "3", "job.ts"], { files, env: { TSMPI_DEADLOCK_TIMEOUT: "0" } });
    for (let rank = 0; rank < 3; rank++) await job.prints(`ready ${rank}`);
    job.kill("SIGKILL");
    const ended = await job.ended;
    is(ended.signal, "SIGKILL");
    equal(await leftovers(ended), []);
  });
}

test("a rank that has lost its launcher ends without a goodbye, which others would take for the end of its script", async () => {
  // The kernel closes the channel of a launcher that was killed before it ends the ranks. Here rank 1 closes its own.
  const script = `import { dlopen } from "bun:ffi";
import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
process.on("exit", () => console.log("goodbye", comm.rank));
await comm.barrier();
if (comm.rank === 1) {
  dlopen("libc.so.6", { shutdown: { args: ["i32", "i32"], returns: "i32" } }).symbols.shutdown(3, 2);
  setInterval(() => {}, 1000);
}
await comm.recv({ source: 1 }).catch((error) => console.log(error.message));
`;
  const job = await start(["run", "-np", "2", "job.ts"], { files: { "job.ts": script } });
  const { code, stdout, stderr } = await job.ended;
  is(stdout, "");
  is(code, 1);
  match(stderr, /^tsmpi: rank 1 of 2 \(pid \d+\) ended with exit code 1$/m);
});

test.run();
