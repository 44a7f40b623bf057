// A rank that sleeps for long, in a call or in a timer of its own, gives back what it has mapped of its executable, and works on.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { equal, is, skip } from "../support/assert.ts";
import { processesWith, untilNone } from "../support/processes.ts";
import { binary, leftovers, start, workspace } from "../support/tsmpi.ts";

/** Half-way rank 0 sleeps in a timer, and rank 1 in a call. */
const script = `import { MPI } from "tsmpi";
import { existsSync } from "node:fs";
const comm = MPI.COMM_WORLD;
let sum = 0;
for (let i = 0; i < 1000; i++) {
  if (i === 500) console.log("half-way");
  while (i === 500 && comm.rank === 0 && !existsSync("go")) await Bun.sleep(20);
  sum = await comm.allreduce(i);
}
console.log(sum);
`;

/** KiB that a process has mapped of the executable's code. */
function mapped(pid: number): number {
  const mappings = readFileSync(`/proc/${pid}/smaps`, "utf8").split(/\n(?=[0-9a-f]+-)/);
  const code = mappings.find((mapping) => / r-xp /.test(mapping) && mapping.includes(` ${binary}\n`))!;
  return Number(/^Rss: +(\d+) kB$/m.exec(code)![1]);
}

for (const transport of ["shared-memory", "websocket"]) {
  const name = `ranks that sleep have less of their executable mapped than their launcher, and work on, with ${transport}`;
  if (process.platform !== "linux") skip(name, "only Linux tells what a process has mapped");
  else {
    test(name, async () => {
      const cwd = workspace({ "sleep.ts": script });
      const job = await start(["run", "-np", "2", "--transport", transport, "sleep.ts"], { cwd });
      await job.prints(/(half-way\n){2}/);
      const ranks = processesWith(job.mark).filter(({ pid }) => pid !== job.pid);
      is(ranks.length, 2);
      const enough = mapped(job.pid) / 2;
      equal(await untilNone(() => ranks.filter(({ pid }) => mapped(pid) > enough), 60_000), []);
      writeFileSync(join(cwd, "go"), "");
      const { code, stdout, stderr } = await job.ended;
      equal([code, stdout, stderr], [0, "half-way\nhalf-way\n1998\n1998\n", ""]);
      equal(await leftovers({ job }), []);
    });
  }
}

test.run();
