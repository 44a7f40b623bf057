// mpi/memory: layer 9. Memory that a script gets from the library, and addresses, which here are places in an ArrayBuffer.
import { Exception, show } from "../base/errors.ts";
import type { BufferLike } from "../data/buffer.ts";
import { checkBuffer, checkOptions } from "./arguments.ts";
import { type Info, infoItems } from "./info.ts";

/** What allocMem has given out and freeMem not taken back. */
const allocated = new WeakSet<ArrayBuffer>();

/**
 * The buffer without memory: it has length 0, so that sending it sends an empty message. JavaScript has no absolute
 * addresses that a datatype could count from.
 *
 * @see MPI-4.1 §5.1.5
 */
export const BOTTOM: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/**
 * New memory, filled with zeros. Typed arrays over it can be sent and received into as any others.
 *
 * @param size In bytes.
 * @param options.info Hints; none is used.
 * @throws {MPI.Exception} ERR_ARG when `size` is no whole number from 0, ERR_NO_MEM when there is not so much.
 * @example
 * ```ts
 * const memory = MPI.allocMem(3 * Float64Array.BYTES_PER_ELEMENT);
 * const vector = new Float64Array(memory);
 * console.log(vector.length); // 3
 * MPI.freeMem(memory);
 * console.log(vector.length); // 0
 * ```
 * @see MPI-4.1 §9.2
 */
export function allocMem(size: number, options?: { info?: Info }): ArrayBuffer {
  checkOptions("allocMem", options, ["info"]);
  infoItems("allocMem", options?.info);
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new Exception("ERR_ARG", `Cannot allocate ${show(size)} bytes: expected a whole number from 0`);
  }
  try {
    const memory = new ArrayBuffer(size);
    allocated.add(memory);
    return memory;
  } catch (cause) {
    throw new Exception("ERR_NO_MEM", `Cannot allocate ${size} bytes: there is not so much memory`, { cause });
  }
}

/**
 * Gives memory back at once: what lies over it has length 0 from now on. Never needed; unreachable memory goes by itself.
 *
 * @throws {MPI.Exception} ERR_BASE when `memory` is not from allocMem, or has been freed.
 * @see MPI-4.1 §9.2
 */
export function freeMem(memory: ArrayBuffer): void {
  if (!allocated.delete(memory)) {
    throw new Exception("ERR_BASE", `Cannot free ${show(memory)}: expected what allocMem has returned, once`);
  }
  memory.transfer(0);
}

/**
 * Where a buffer begins in its ArrayBuffer, in bytes. Differences between the addresses of views of one ArrayBuffer are
 * displacements for datatypes; addresses in different ones have nothing to do with each other.
 *
 * @example
 * ```ts
 * const memory = new ArrayBuffer(64);
 * const [head, body] = [new Int32Array(memory, 8, 2), new Float64Array(memory, 32, 4)];
 * console.log(MPI.aintDiff(MPI.getAddress(body), MPI.getAddress(head))); // 24
 * ```
 * @see MPI-4.1 §5.1.5
 */
export function getAddress(buffer: BufferLike): number {
  const given = checkBuffer("getAddress", buffer);
  return "byteOffset" in given ? given.byteOffset : 0;
}

/** The address `disp` bytes behind `base`. @throws {MPI.Exception} ERR_ARG unless both are whole numbers @see MPI-4.1 §5.1.5 */
export function aintAdd(base: number, disp: number): number {
  return checkAddress("aintAdd", base) + checkAddress("aintAdd", disp);
}

/** How many bytes `addr1` lies behind `addr2`. @throws {MPI.Exception} ERR_ARG unless both are whole numbers @see MPI-4.1 §5.1.5 */
export function aintDiff(addr1: number, addr2: number): number {
  return checkAddress("aintDiff", addr1) - checkAddress("aintDiff", addr2);
}

function checkAddress(call: string, address: number): number {
  if (Number.isSafeInteger(address)) return address;
  throw new Exception("ERR_ARG", `Cannot call ${call} with ${show(address)}: expected a whole number of bytes`);
}
