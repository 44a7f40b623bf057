// transport/pause: layer 3. Lets another process have the core, for a rank that looks for messages again and again: where
// ranks share cores, the one that it waits for may be waiting for this one's. Called by runtime.ts.
import { dlopen } from "bun:ffi";

/** The C libraries of Linux, glibc and musl, and of macOS. */
const libraries = ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1", "libSystem.B.dylib"];

/** `sched_yield`, about 0.6 µs; undefined where it cannot be had. */
export function pause(): (() => void) | undefined {
  for (const library of libraries) {
    try {
      return dlopen(library, { sched_yield: { args: [], returns: "i32" } }).symbols.sched_yield;
    } catch {
      // Another system, or one without that library: the next one.
    }
  }
  return undefined;
}
