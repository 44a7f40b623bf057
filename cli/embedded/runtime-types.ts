// cli/embedded/runtime-types: layer 10. The type declarations of what a script has beside tsmpi: `process`, `Bun`, `node:fs`
// and so on. They are a file of their own inside the executable, so that no rank loads them with the code.
// Called by the command init, and build.ts for the file's name.

import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";

/** Begins the name of the file inside the executable. */
export const RUNTIME_TYPES = "runtime-types";

/** Contents by path below a directory for `typeRoots`, which has `bun`, `node` and `undici-types` then. */
export async function runtimeTypes(): Promise<Record<string, string>> {
  const file = (Bun.embeddedFiles as File[]).find(({ name }) => name.startsWith(RUNTIME_TYPES));
  return JSON.parse(zstdDecompressSync(file ? await file.bytes() : await packNow()).toString());
}

/** When started from source. The name is put together, as what makes the file is no part of the executable. */
async function packNow(): Promise<Uint8Array> {
  return (await import(join(import.meta.dir, "read-files.ts"))).packRuntimeTypes();
}
