// transport/c-library: layer 3. Functions of the system's C library. Called by whoever needs one that Bun
// does not offer.
import { dlopen, type FFIFunction } from "bun:ffi";

/** The C libraries of Linux, glibc and musl, and of macOS. */
const libraries = ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1", "libSystem.B.dylib"];

/** Undefined where they cannot be had. */
export function cFunctions<Names extends Record<string, FFIFunction>>(names: Names) {
  for (const library of libraries) {
    try {
      return dlopen(library, names).symbols;
    } catch {
      // Another system, or one without that library: the next one.
    }
  }
  return undefined;
}
