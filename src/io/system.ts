// io/system: layer 8. What the system says where it refuses something, in MPI's classes, and the calls that Bun does not offer
// or whose answer it keeps to itself. Called by disk.ts, open-file.ts and opening.ts.
import { read } from "bun:ffi";
import { closeSync } from "node:fs";
import { constants } from "node:os";
import type { ErrorClassName } from "../base/error-classes.ts";
import { Exception } from "../base/errors.ts";
import { cFunctions } from "../transport/c-library.ts";

const classes: Readonly<Record<string, ErrorClassName>> = {
  ENOENT: "ERR_NO_SUCH_FILE",
  // Another host has deleted the file: only its server knew whether anybody had it open.
  ESTALE: "ERR_NO_SUCH_FILE",
  EEXIST: "ERR_FILE_EXISTS",
  EACCES: "ERR_ACCESS",
  EPERM: "ERR_ACCESS",
  EROFS: "ERR_READ_ONLY",
  ENOSPC: "ERR_NO_SPACE",
  EDQUOT: "ERR_QUOTA",
  EFBIG: "ERR_QUOTA",
  ENOTDIR: "ERR_BAD_FILE",
  EISDIR: "ERR_BAD_FILE",
  ELOOP: "ERR_BAD_FILE",
  ENAMETOOLONG: "ERR_BAD_FILE",
  ETXTBSY: "ERR_FILE_IN_USE",
  EBUSY: "ERR_FILE_IN_USE",
  ENOMEM: "ERR_NO_MEM",
};

/** Words for what Bun has none for. */
const words: Readonly<Record<string, string>> = {
  EDQUOT: "disk quota exceeded",
  ESTALE: "stale file handle, as when another host has deleted the file",
};

/** What the system has refused. @param what the call and its file: `Cannot read "data", bytes 0 to 99` */
export function systemError(what: string, cause: unknown): Exception {
  const { code = "", message } = cause as NodeJS.ErrnoException;
  const text = message.replace("unknown error", words[code] ?? "unknown error");
  return new Exception(classes[code] ?? "ERR_IO", `${what}: ${text}`, { cause });
}

/** True where a system call was merely interrupted. */
export function isInterrupted(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "EINTR" || code === "EAGAIN";
}

/** What the system means by a number. */
function failureOf(call: string, errno: number): NodeJS.ErrnoException {
  const [code = "EIO"] = Object.entries(constants.errno).find(([, number]) => number === errno) ?? [];
  return Object.assign(new Error(`${code}: ${words[code] ?? `error ${errno}`}, ${call}`), { code });
}

const { EINTR, EINVAL, EOPNOTSUPP } = constants.errno;

let library: ReturnType<typeof load> | undefined | null = null;

function load() {
  return cFunctions({
    posix_fallocate: { args: ["i32", "i64", "i64"], returns: "i32" },
    close: { args: ["i32"], returns: "i32" },
    __errno_location: { returns: "ptr" },
  });
}

function calls() {
  if (library === null) library = load();
  return library;
}

/**
 * Has the first `bytes` bytes of a file put on the disk, if the system and the file system can do that.
 * @returns false where they cannot
 */
export function allocated(fd: number, bytes: number): boolean {
  const allocate = calls()?.posix_fallocate;
  for (;;) {
    const failed = allocate?.(fd, 0, bytes) ?? EOPNOTSUPP;
    if (failed === 0) return true;
    if (failed === EOPNOTSUPP || failed === EINVAL) return false;
    if (failed !== EINTR) throw failureOf("posix_fallocate", failed);
  }
}

/** As closeSync, which says nothing when the system tells that data could not be written, as it does for files of a server. */
export function closeFile(fd: number): void {
  const system = calls();
  if (!system) return closeSync(fd);
  if (system.close(fd) === 0) return;
  const errno = read.i32(system.__errno_location()!);
  // Linux has closed it then.
  if (errno !== EINTR) throw failureOf("close", errno);
}
