// collectives/chunks: layer 6. What a rank collects, one chunk a rank: where each one is to land, which have come, and
// the user's result. Used by gather, allgather and alltoall.
import { Exception } from "../base/errors.ts";
import { type Body, bodyBytes } from "../data/body.ts";
import type { BufferLike } from "../data/buffer.ts";
import { elements } from "../data/element.ts";
import { land, open, type Slot, slotOf } from "./chunk.ts";

export class Chunks {
  readonly #chunks: (Body | undefined)[];
  readonly #into: BufferLike | undefined;
  readonly #slot: Slot | undefined;
  /** Bytes that each rank's chunk must have when there is an `into`. */
  readonly #bytes: number = 0;

  /**
   * @param into where the chunks are to stand one behind the other, each as long as the others
   * @param verb for error messages: "gather"
   * @throws ERR_COUNT when `into` does not divide into `size` chunks
   */
  constructor(size: number, into: BufferLike | undefined, verb: string) {
    this.#chunks = new Array<Body | undefined>(size).fill(undefined);
    this.#into = into;
    this.#slot = slotOf(into);
    if (!this.#slot) return;
    const count = this.#slot.bytes.byteLength / elements[this.#slot.element]!.size;
    if (count % size !== 0) {
      throw new Exception(
        "ERR_COUNT",
        `Cannot ${verb} into ${count} elements: ${size} ranks give equal chunks, expected a multiple of ${size}`,
      );
    }
    this.#bytes = this.#slot.bytes.byteLength / size;
  }

  /** Where rank `i`'s chunk is to land: the second argument of `irecv`. */
  slot(i: number): Slot | undefined {
    if (!this.#slot) return undefined;
    const { element, bytes } = this.#slot;
    return { element, bytes: bytes.subarray(i * this.#bytes, (i + 1) * this.#bytes) };
  }

  /** Takes rank `i`'s chunk as `irecv(…, slot(i))` has delivered it. @throws ERR_COUNT when it does not fill its slot */
  set(i: number, chunk: Body): void {
    if (this.#slot && bodyBytes(chunk) !== this.#bytes) {
      throw new Exception(
        "ERR_COUNT",
        `Cannot place the chunk of rank ${i} in into: it has ${bodyBytes(chunk)} bytes, expected ${this.#bytes} from each rank`,
      );
    }
    this.#chunks[i] = chunk;
  }

  /** Takes a copy of rank `i`'s chunk. */
  put(i: number, chunk: Body): void {
    this.set(i, land(chunk, this.slot(i), `the chunk of rank ${i}`));
  }

  /** Rank `i`'s chunk, which has come, to be sent on. */
  at(i: number): Body {
    return this.#chunks[i]!;
  }

  /** `into`, or all that has come, by rank. */
  result(): unknown {
    return this.#into ?? this.#chunks.map((chunk) => open(chunk!));
  }
}
