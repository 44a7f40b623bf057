// transport/streaming-copy: layer 3. Copies bytes to memory past the caches, which neither JavaScript nor the C library offers. Called by
// slot-writer.ts.
//
// This is the only machine code here: x86-64's non-temporal stores, in a function of 52 bytes. Where there is no x86-64, or no
// page may be made executable, there is none, and nothing but speed is lost.
import { CFunction, type Pointer, ptr } from "bun:ffi";
import { cFunctions } from "./c-library.ts";

/** Copies all of `from` to `into` from byte `at` on: past the caches where that is a multiple of 16 as an address. */
export type Copy = (into: Uint8Array, at: number, from: Uint8Array) => void;

/** What the loop copies at a time. */
const BLOCK = 64;

/** void (to: rdi, from: rsi, bytes: rdx): `bytes` is a multiple of 64 above 0, `to` one of 16. */
const code = Uint8Array.of(
  ...[0xf3, 0x0f, 0x1e, 0xfa], // endbr64
  ...[0x0f, 0x10, 0x06], // loop: movups xmm0, [rsi]
  ...[0x0f, 0x10, 0x4e, 0x10], // movups xmm1, [rsi + 16]
  ...[0x0f, 0x10, 0x56, 0x20], // movups xmm2, [rsi + 32]
  ...[0x0f, 0x10, 0x5e, 0x30], // movups xmm3, [rsi + 48]
  ...[0x0f, 0x2b, 0x07], // movntps [rdi], xmm0
  ...[0x0f, 0x2b, 0x4f, 0x10], // movntps [rdi + 16], xmm1
  ...[0x0f, 0x2b, 0x57, 0x20], // movntps [rdi + 32], xmm2
  ...[0x0f, 0x2b, 0x5f, 0x30], // movntps [rdi + 48], xmm3
  ...[0x48, 0x83, 0xc6, 0x40], // add rsi, 64
  ...[0x48, 0x83, 0xc7, 0x40], // add rdi, 64
  ...[0x48, 0x83, 0xea, 0x40], // sub rdx, 64
  ...[0x75, 0xd4], // jne loop
  ...[0x0f, 0xae, 0xf8], // sfence: before anybody is told that the bytes are there
  0xc3, // ret
);

const PAGE = 4096;
const READ_WRITE = 1 | 2;
const READ_EXECUTE = 1 | 4;
/** Linux's MAP_PRIVATE | MAP_ANONYMOUS. */
const FRESH = 0x02 | 0x20;

/** Undefined where that is not to be had. */
export function streamingCopy(): Copy | undefined {
  if (process.arch !== "x64" || process.platform !== "linux") return undefined;
  const library = cFunctions({
    mmap: { args: ["ptr", "u64", "i32", "i32", "i32", "i64"], returns: "ptr" },
    mprotect: { args: ["ptr", "u64", "i32"], returns: "i32" },
    memcpy: { args: ["ptr", "ptr", "u64"], returns: "ptr" },
  });
  const page = library?.mmap(null, PAGE, READ_WRITE, FRESH, -1, 0);
  // mmap's way to fail is -1.
  if (!library || !page || Number(page) % PAGE !== 0) return undefined;
  library.memcpy(page, ptr(code), code.length);
  if (library.mprotect(page, PAGE, READ_EXECUTE) !== 0) return undefined;
  const copyBlocks = CFunction({ ptr: page, args: ["ptr", "ptr", "u64"], returns: "void" });
  return (into, at, from) => {
    const to = ptr(into) + at;
    const bytes = to % 16 === 0 ? from.byteLength - (from.byteLength % BLOCK) : 0;
    if (bytes > 0) copyBlocks(to as Pointer, from, bytes);
    if (bytes < from.byteLength) into.set(from.subarray(bytes), at + bytes);
  };
}
