// transport/clean-pages: layer 3. Gives back what this process has mapped of its executable and never changed: some 35 MiB, most
// of which was needed once, at start-up, or lies beside what was needed. The pages stay in the system's page cache: what is
// needed again is mapped again from there, 64 KiB at a time. Loaded and called by runtime.ts when a rank has slept for a second.
import { ptr } from "bun:ffi";
import { cFunctions } from "./c-library.ts";

/** Tells how much each mapping has of what. */
const SMAPS = Buffer.from("/proc/self/smaps\0");
/** Bytes that a read of it gives at most, of whole entries. The first are the executable's, which is linked for low addresses;
 * to go on through all of a rank's memory takes the longer the more there is. */
const PAGE = 4096;
/** Linux's. */
const MADV_DONTNEED = 4;

/** A mapping of a file into which nobody can write: from where, to where, of which file. */
const readOnly = /^([0-9a-f]+)-([0-9a-f]+) r-[-x]p .*? (\/.*)/;
/** None of its pages differs from the file, as those with relocated addresses do, here or swapped out: they would be lost. */
const unchanged = /^Anonymous: +0 kB\n(.*\n)*Swap: +0 kB$/m;

let library: ReturnType<typeof find>;

function find() {
  return cFunctions({
    open: { args: ["ptr", "i32"], returns: "i32" },
    read: { args: ["i32", "ptr", "usize"], returns: "i32" },
    close: { args: ["i32"], returns: "i32" },
    madvise: { args: ["usize", "usize", "i32"], returns: "i32" },
  });
}

/** Takes 2 ms at first, then 1. Where the system does not tell, as outside Linux, nothing happens. */
export function giveBackCleanPages(): void {
  library ??= find();
  if (!library) return;
  const fd = library.open(ptr(SMAPS), 0);
  if (fd < 0) return;
  const page = Buffer.alloc(PAGE);
  const length = library.read(fd, ptr(page), PAGE);
  library.close(fd);
  for (const entry of page.toString("latin1", 0, Math.max(0, length)).split(/\n(?=[0-9a-f]+-)/)) {
    const [, from, to, file] = readOnly.exec(entry) ?? [];
    if (file !== process.execPath || !unchanged.test(entry)) continue;
    const start = Number.parseInt(from!, 16);
    library.madvise(start, Number.parseInt(to!, 16) - start, MADV_DONTNEED);
  }
}
