// transport/nameless-file: layer 3. Makes memory that processes of one host can share: a file without a name, which is gone
// when the last process that has it open or mapped is, however that ends. Called by the launcher and by windows.
import { dlopen } from "bun:ffi";
import { closeSync, constants, openSync } from "node:fs";

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
    reserve ??= findReserve();
    const failure = reserve(fd, 0, bytes);
    if (failure === 0) return fd;
    closeSync(fd);
    return `${DIRECTORY} has no room for ${Math.ceil(bytes / 2 ** 20)} MiB (error ${failure})`;
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    return (error as Error).message;
  }
}

/** posix_fallocate: 0, or the system's error number. */
type Reserve = (fd: number, offset: number, bytes: number) => number;
let reserve: Reserve | undefined;

/** @throws Error where the C library cannot be had */
function findReserve(): Reserve {
  const signature = { posix_fallocate: { args: ["i32", "i64", "i64"], returns: "i32" } } as const;
  for (const library of ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"]) {
    try {
      return dlopen(library, signature).symbols.posix_fallocate;
    } catch {
      // Another C library: the next one.
    }
  }
  throw new Error("the C library cannot be opened");
}
