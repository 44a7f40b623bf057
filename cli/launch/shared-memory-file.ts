// cli/launch/shared-memory-file: layer 10. Makes the memory that the ranks of this host share: a file without a name, which
// is gone when the last process that has it open is, however that ends. Used by local-starter.
import { dlopen } from "bun:ffi";
import { closeSync, constants, openSync } from "node:fs";
import { wordVariable } from "../../src/base/config.ts";
import { MOST_SHARING, sharedLayout } from "../../src/transport/shared-layout.ts";

/** Where files are memory. */
const DIRECTORY = "/dev/shm";
/** Linux's O_TMPFILE with O_DIRECTORY, which Node does not name. */
const WITHOUT_NAME = 0o20200000;

export interface SharedMemoryFile {
  readonly fd: number;
  readonly bytes: number;
}

/**
 * Opens memory for `size` ranks, reserved in full: a rank would be killed where it runs out later. Or says why there is
 * none: then ranks talk through their connections alone.
 * @param transport the ranks' TSMPI_TRANSPORT
 * @throws Error where the user insists on shared memory, and there is none
 */
export function openSharedMemory(size: number, transport: string | undefined): SharedMemoryFile | string {
  const wanted = wordVariable("TSMPI_TRANSPORT", transport);
  if (wanted === "websocket") return "TSMPI_TRANSPORT=websocket";
  const opened = open(size);
  if (typeof opened === "string" && wanted === "shared-memory" && size > 1) {
    throw new Error(`TSMPI_TRANSPORT=shared-memory: ${opened}`);
  }
  return opened;
}

function open(size: number): SharedMemoryFile | string {
  if (process.platform !== "linux") return "only Linux has it in this version";
  if (size < 2) return "there is one rank";
  if (size > MOST_SHARING) return `there are more than ${MOST_SHARING} ranks on the host`;
  const { bytes } = sharedLayout(size);
  let fd: number | undefined;
  try {
    fd = openSync(DIRECTORY, constants.O_RDWR | WITHOUT_NAME, 0o600);
    const failure = reserve(fd, bytes);
    if (failure === 0) return { fd, bytes };
    closeSync(fd);
    return `${DIRECTORY} has no room for ${bytes >> 20} MiB (error ${failure})`;
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    return (error as Error).message;
  }
}

/** 0, or the system's error number. @throws Error where the C library cannot be had */
function reserve(fd: number, bytes: number): number {
  const signature = { posix_fallocate: { args: ["i32", "i64", "i64"], returns: "i32" } } as const;
  for (const library of ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"]) {
    try {
      return dlopen(library, signature).symbols.posix_fallocate(fd, 0, bytes);
    } catch {
      // Another C library: the next one.
    }
  }
  throw new Error("the C library cannot be opened");
}
