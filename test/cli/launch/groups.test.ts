// Ranks share their launcher's session, and lead process groups of their own; a terminal does not stop them. With real ranks.
import { test } from "uvu";
import { equal, is, match, ok, skip } from "../../support/assert.ts";
import { leftovers, tsmpi } from "../../support/tsmpi.ts";

const place = `
import { readFileSync } from "node:fs";
/** Process group and session, which follow the command's name, the state and the parent. */
function place(pid) {
  const fields = readFileSync("/proc/" + pid + "/stat", "utf8").split(") ").at(-1).split(" ");
  return { pid, group: Number(fields[2]), session: Number(fields[3]) };
}
`;

interface Place {
  pid: number;
  group: number;
  session: number;
}

if (process.platform !== "linux") skip("groups of ranks", "there is no /proc");
else {
  test("each rank leads a group, in its launcher's session", async () => {
    const result = await tsmpi(["-np", "3", "script.ts"], {
      files: { "script.ts": `${place} console.log(JSON.stringify([place(process.pid), place(process.ppid)]));` },
    });
    equal([result.stderr, result.code], ["", 0]);
    const ranks = result.stdout.trim().split("\n");
    is(ranks.length, 3);
    for (const line of ranks) {
      const [rank, launcher] = JSON.parse(line) as [Place, Place];
      is(rank.group, rank.pid);
      ok(launcher.group !== rank.group);
      is(rank.session, launcher.session);
    }
    equal(await leftovers(result), []);
  });

  test("in a terminal the first rank reads it, and one that opens it gets an error and is not stopped", async () => {
    const script = `
      import { openSync, readSync } from "node:fs";
      import { MPI } from "tsmpi";
      const { rank } = MPI.COMM_WORLD;
      const said = [];
      if (rank === 0) for await (const line of console) { said.push(line); break; }
      else try {
        readSync(openSync("/dev/tty", "r"), Buffer.alloc(10));
      } catch (error) {
        said.push(error.code);
      }
      console.log("rank " + rank + " " + said[0]);
      process.exit(0);
    `;
    const result = await tsmpi(["-np", "2", "script.ts"], {
      files: { "script.ts": script },
      under: ["bash", "-c", 'script -qec "$(printf "%q " "$@")" /dev/null', "bash"],
      stdin: "typed\n",
    });
    is(result.code, 0);
    match(result.stdout, /rank 0 typed/);
    match(result.stdout, /rank 1 EIO/);
    equal(await leftovers(result), []);
  });
}

test.run();
