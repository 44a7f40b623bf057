// collectives/staged-chunk: layer 6. A chunk on its way through memory that ranks share, in segments. Used by the rows `staged`
// of bcast and allgather.
//
// A buffer's segments hold its bytes. Those of a value hold, before its parts, how many these are and how long: 64-bit floats.
import type { Staging } from "../comm/lane.ts";
import { type Body, bodyBytes } from "../data/body.ts";
import { allocate } from "../data/buffer.ts";
import { VALUE } from "../data/element.ts";
import { checkFits, type Slot } from "./chunk.ts";

export class StagedChunk {
  readonly body: Body;
  /** Bytes of all segments together. */
  readonly bytes: number;
  readonly #parts: readonly Uint8Array[];
  readonly #staging: Staging;

  private constructor(body: Body, head: Uint8Array, staging: Staging) {
    this.body = body;
    this.bytes = head.byteLength + bodyBytes(body);
    this.#parts = [head, ...body.parts];
    this.#staging = staging;
  }

  /** A chunk to be written. */
  static of(body: Body, staging: Staging): StagedChunk {
    const head = body.element === VALUE ? [body.parts.length, ...body.parts.map((part) => part.byteLength)] : [];
    return new StagedChunk(body, new Uint8Array(Float64Array.from(head).buffer), staging);
  }

  /**
   * What rank `source` has begun to write, to be read into memory of its own, or a slot.
   * @throws as checkFits
   */
  static from(staging: Staging, source: number, slot: Slot | undefined, what: string): StagedChunk {
    const { element, bytes } = staging.staged(source);
    if (slot) checkFits(element, bytes, slot, what);
    if (element !== VALUE) {
      const part = slot ? slot.bytes.subarray(0, bytes) : allocate(bytes);
      return new StagedChunk({ element, parts: [part] }, new Uint8Array(0), staging);
    }
    const { buffer, byteOffset } = staging.segment(source, 0);
    const [count] = new Float64Array(buffer, byteOffset, 1);
    const head = new Float64Array(buffer, byteOffset, 1 + count!);
    const parts = Array.from(head.subarray(1), allocate);
    return new StagedChunk({ element, parts }, new Uint8Array(head.byteLength), staging);
  }

  get segments(): number {
    return segmentsOf(this.bytes, this.#staging.room);
  }

  write(k: number, segment: Uint8Array): void {
    let at = 0;
    for (const run of this.#runs(k)) {
      this.#staging.write(segment, at, run);
      at += run.byteLength;
    }
  }

  read(k: number, segment: Uint8Array): void {
    let at = 0;
    for (const run of this.#runs(k)) {
      run.set(segment.subarray(at, at + run.byteLength));
      at += run.byteLength;
    }
  }

  #runs(k: number): Uint8Array[] {
    const { room } = this.#staging;
    return runsBetween(this.#parts, k * room, (k + 1) * room);
  }
}

/** How many segments so many bytes are. */
export function segmentsOf(bytes: number, room: number): number {
  return Math.max(1, Math.ceil(bytes / room));
}

/** The bytes from `begin` to `end` of all parts together: of each part that has some of them one run. */
export function runsBetween(parts: readonly Uint8Array[], begin: number, end: number): Uint8Array[] {
  let at = 0;
  return parts.flatMap((part) => {
    const run = part.subarray(Math.max(0, begin - at), Math.max(0, end - at));
    at += part.byteLength;
    return run.byteLength > 0 ? [run] : [];
  });
}
