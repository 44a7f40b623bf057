// data/buffer: layer 1. What a user passed as a buffer → its bytes and element kind; and back.
import { Exception } from "../base/errors.ts";
import { BYTES, elementOf, elements, type TypedArray } from "./element.ts";

/** Anything that travels as raw bytes. */
export type BufferLike = TypedArray | ArrayBuffer | SharedArrayBuffer | DataView;

/** True for a typed array, ArrayBuffer, SharedArrayBuffer, DataView or Buffer. */
export function isBuffer(data: unknown): data is BufferLike {
  return ArrayBuffer.isView(data) || data instanceof ArrayBuffer || data instanceof SharedArrayBuffer;
}

/** True for a typed array (a DataView is not one). */
export function isTypedArray(data: unknown): data is TypedArray {
  return ArrayBuffer.isView(data) && !(data instanceof DataView);
}

/** False of a buffer whose memory has been transferred, or has been made so short that the buffer is no longer in it. */
export function isThere(buffer: BufferLike): boolean {
  try {
    if (buffer.byteLength > 0) return true;
    // Such an array says that it is empty, but does not let its elements be listed.
    if (isTypedArray(buffer)) buffer.keys();
    return !(buffer instanceof ArrayBuffer && buffer.detached);
  } catch {
    return false;
  }
}

/** @throws ERR_BUFFER where the memory of a buffer is not there */
export function checkThere(buffer: BufferLike): void {
  if (isThere(buffer)) return;
  const state = "its memory has been transferred, or is too short by now";
  throw new Exception("ERR_BUFFER", `Cannot use ${buffer.constructor.name}: ${state}`);
}

/**
 * The bytes of a buffer: a view, not a copy; never a Buffer, whose `slice` would be a view too.
 * @throws ERR_BUFFER where its memory is not there
 */
export function bytesOf(buffer: BufferLike): Uint8Array {
  checkThere(buffer);
  if (buffer.constructor === Uint8Array) return buffer as Uint8Array;
  return ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer);
}

/** The element kind of a buffer, as it stands in a frame. */
export function elementOfBuffer(buffer: BufferLike): number {
  return isTypedArray(buffer) ? elementOf(buffer) : BYTES;
}

/** Memory for `bytes` bytes that can be viewed as any element kind. */
export function allocate(bytes: number): Uint8Array {
  return new Uint8Array(bytes);
}

/** Up to this many bytes are copied in a loop: 14 ns and 0.5 a byte, against 50 of slice(). */
const LOOPED = 48;

/** The bytes `start … end` of `bytes`, in memory of their own. */
export function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  if (end - start > LOOPED) return bytes.slice(start, end);
  const copy = new Uint8Array(end - start);
  copyInto(copy, bytes, start, end);
  return copy;
}

/** Copies the bytes `start … end` of `bytes` to the beginning of `into`. */
export function copyInto(into: Uint8Array, bytes: Uint8Array, start: number, end: number): void {
  if (end - start > LOOPED) into.set(bytes.subarray(start, end));
  else for (let i = start; i < end; i++) into[i - start] = bytes[i]!;
}

/** From here on it is worth not to fill memory with zeros first. */
const UNFILLED = 32 * 1024;

/** As allocate, for a caller who writes every byte before anybody reads one. */
export function allocateUnfilled(bytes: number): Uint8Array {
  return bytes < UNFILLED ? new Uint8Array(bytes) : new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);
}

/**
 * The buffer that a receiver without `into` gets: a typed array of the element kind over `bytes`, or an ArrayBuffer for
 * untyped bytes. `bytes` is adopted, not copied: it starts at offset 0 of memory of its own.
 */
export function bufferFrom(element: number, bytes: Uint8Array): TypedArray | ArrayBuffer {
  const { view, size } = elements[element]!;
  if (!view) return bytes.buffer as ArrayBuffer;
  return new view(bytes.buffer, bytes.byteOffset, bytes.byteLength / size);
}
