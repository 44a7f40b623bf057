// Memory that several ranks map: here, several times by one process.
import { test } from "uvu";
import { ERR_PROC_ABORTED } from "../../src/mpi/mpi.ts";
import { mapShared, SharedFile } from "../../src/rma/shared.ts";
import { equal, is, ok, throws } from "../support/assert.ts";
import { isError } from "../support/mpi-errors.ts";

/** A window's memory, mapped twice, and the words before it. */
function mapped(sizes: number[], context = 8) {
  const file = SharedFile.make(sizes, context) as SharedFile;
  ok(typeof file !== "string", `${file}`);
  const [first, second] = [0, 1].map(() => mapShared(process.pid, file.fd, sizes, context));
  const words = new Int32Array(Bun.mmap(`/proc/self/fd/${file.fd}`, { shared: true, size: 4096 }).buffer, 0, 1024);
  return { file, first: first!, second: second!, words };
}

if (process.platform === "linux") {
  test("what is written through one mapping is read through another, each rank's behind that of the one before", () => {
    const { file, first, second } = mapped([8, 0, 5000, 3]);
    file.close();
    for (const [rank, { bytes }] of first.entries()) bytes.fill(rank + 1);
    equal(
      second.map(({ bytes }) => bytes.length),
      [8, 0, 5000, 3],
    );
    ok(second.every(({ bytes }, rank) => bytes.every((byte) => byte === rank + 1)));
  });

  test("a file of another window is refused", () => {
    const { file } = mapped([8]);
    throws(() => mapShared(process.pid, file.fd, [8], 16), /another one/);
    file.close();
  });

  test("who waits for a process that was killed while it accumulated is told", () => {
    const { file, first, words } = mapped([8]);
    file.close();
    let runs = 0;
    first[0]!.alone(() => {
      is(words[0], process.pid);
      runs++;
    });
    is(words[0], 0);
    const { pid } = Bun.spawnSync(["true"]);
    words[0] = pid;
    throws(() => first[0]!.alone(() => runs++), isError(ERR_PROC_ABORTED, `process ${pid} has ended`));
    is(runs, 1);
  });
}

test.run();
