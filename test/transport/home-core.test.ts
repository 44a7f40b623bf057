// Ranks that share cores: those that wait go home, and may go elsewhere afterwards.
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { test } from "uvu";
import { cores } from "../../src/transport/cores.ts";
import { homeward } from "../../src/transport/home-core.ts";
import { is, skip } from "../support/assert.ts";

const read = (file: string) => readFileSync(`/proc/self/${file}`, "utf8");
const allowed = () => /^Cpus_allowed_list:\s*(.*)$/m.exec(read("status"))![1]!;
/** The core that this process runs on: the 39th field, and the second is a name in parentheses. */
const core = () => Number(read("stat").split(") ")[1]!.split(" ")[36]);

if (process.platform !== "linux") skip("ranks that wait go home", "only Linux has sched_setaffinity");
else {
  test("every rank that waits comes to its core, and is allowed all of them as before", () => {
    const before = allowed();
    const count = availableParallelism();
    const homes: number[] = [];
    for (let rank = 0; rank < 2 * count; rank++) {
      let pauses = 0;
      const pause = homeward(() => void pauses++, cores(), rank, 2 * count);
      let turns = 0;
      const home = () => {
        for (let i = 0; i < 64; i++, turns++) pause();
        return core();
      };
      // The kernel may move it at any time: two ranks have the same home, all others another one.
      const isRight = (at: number) => (rank % 2 === 1 ? at === homes.at(-1) : !homes.includes(at));
      let at = home();
      while (!isRight(at)) at = home();
      homes.push(at);
      is(pauses, turns);
      is(allowed(), before);
    }
    is(new Set(homes).size, count);
  });
}

test.run();
