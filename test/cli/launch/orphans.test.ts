// A launcher that is killed leaves no rank behind. With real ranks of the binary.
import { test } from "uvu";
import { equal, is } from "../../support/assert.ts";
import { leftovers, start } from "../../support/tsmpi.ts";

const scripts = {
  "compute without a break": "console.log(`ready ${MPI.COMM_WORLD.rank}`); for (;;) {}",
  "wait for a message":
    "console.log(`ready ${MPI.COMM_WORLD.rank}`); await MPI.COMM_WORLD.recv({ source: MPI.COMM_WORLD.rank });",
  "wait for each other":
    "if (MPI.COMM_WORLD.rank === 0) await MPI.COMM_WORLD.recv({ source: 1 }); else { console.log('ready 0 ready 1 ready 2'); for (;;) {} }",
};

for (const [what, code] of Object.entries(scripts)) {
  test(`ranks that ${what} are gone when the launcher was killed`, async () => {
    const files = { "job.ts": `import { MPI } from "tsmpi";\n${code}\n` };
    const job = await start(["run", "-np", "3", "job.ts"], { files, env: { TSMPI_DEADLOCK_TIMEOUT: "0" } });
    for (let rank = 0; rank < 3; rank++) await job.prints(`ready ${rank}`);
    job.kill("SIGKILL");
    const ended = await job.ended;
    is(ended.signal, "SIGKILL");
    equal(await leftovers(ended, 3000), []);
  });
}

test.run();
