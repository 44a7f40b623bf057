// transport/nameless-file: layer 3. Makes memory that processes of one host can share: a file without a name, which is gone
// when the last process that has it open or mapped is, however that ends. Called by the launcher, by windows and by files.
import { type Pointer, ptr } from "bun:ffi";
import { closeSync, constants, ftruncateSync, openSync } from "node:fs";
import { cFunctions } from "./c-library.ts";

/** Where files are memory. */
const DIRECTORY = "/dev/shm";
/** Linux's O_TMPFILE with O_DIRECTORY, which Node does not name. */
const WITHOUT_NAME = 0o20200000;

/**
 * Opens `bytes` bytes, all zero and reserved in full: a process would be killed where they run out later.
 * @returns a file descriptor, or why there is none
 */
export function openNameless(bytes: number): number | string {
  if (process.platform !== "linux") return "only Linux has it in this version";
  let fd: number | undefined;
  try {
    fd = openSync(DIRECTORY, constants.O_RDWR | WITHOUT_NAME, 0o600);
    library ??= findLibrary();
    const failure = library.posix_fallocate(fd, 0, bytes);
    if (failure === 0) return fd;
    closeSync(fd);
    return `${DIRECTORY} has no room for ${Math.ceil(bytes / 2 ** 20)} MiB (error ${failure})`;
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    return (error as Error).message;
  }
}

/**
 * Opens `bytes` bytes, all zero, of which only those that are used take memory, as in a process's own. No file system limits
 * it: it is there in a container, too, whose /dev/shm has 64 MiB.
 * @returns a file descriptor, or why there is none
 */
export function openSparse(bytes: number): number | string {
  if (process.platform !== "linux") return "only Linux has it in this version";
  library ??= findLibrary();
  const fd = library.memfd_create(ptr(Buffer.from("tsmpi\0")), CLOSE_ON_EXEC);
  if (fd < 0) return "the system refuses memfd_create";
  try {
    ftruncateSync(fd, bytes);
    return fd;
  } catch (error) {
    closeSync(fd);
    return (error as Error).message;
  }
}

/**
 * Gives the memory that lies wholly in `bytes` back to the system: for all processes it is zeros again. The file itself goes
 * when nothing has it mapped any more, which the garbage collector decides, and it does not know how much that is.
 */
export function discardMemory(bytes: Uint8Array): void {
  if (bytes.byteLength < PAGE) return;
  const begin = ptr(bytes);
  const first = Math.ceil(begin / PAGE) * PAGE;
  const length = Math.floor((begin + bytes.byteLength) / PAGE) * PAGE - first;
  library ??= findLibrary();
  if (length > 0) library.madvise(first as Pointer, length, REMOVE);
}

const PAGE = 4096;
/** Linux's MADV_REMOVE. */
const REMOVE = 9;
/** Linux's MFD_CLOEXEC. */
const CLOSE_ON_EXEC = 1;

let library: ReturnType<typeof findLibrary> | undefined;

/** @throws Error where the C library cannot be had */
function findLibrary() {
  const found = cFunctions({
    posix_fallocate: { args: ["i32", "i64", "i64"], returns: "i32" },
    memfd_create: { args: ["ptr", "u32"], returns: "i32" },
    madvise: { args: ["ptr", "u64", "i32"], returns: "i32" },
  });
  if (!found) throw new Error("the C library cannot be opened");
  return found;
}
