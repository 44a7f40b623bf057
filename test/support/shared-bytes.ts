// test/support/shared-bytes: memory of this process that ranks within it share, in place of mapped memory.
import { sharedLayout } from "../../src/transport/shared-layout.ts";
import type { MapPart } from "../../src/transport/shared-memory.ts";

/** Memory for `size` ranks. */
export function sharedBytes(size: number): MapPart {
  const memory = new Uint8Array(sharedLayout(size).bytes);
  return ({ at, bytes }) => memory.subarray(at, at + bytes);
}
