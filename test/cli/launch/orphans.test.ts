// A launcher that is killed leaves no rank behind. With real ranks of the binary.
import { test } from "uvu";
import { equal, is } from "../../support/assert.ts";
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

test.run();
