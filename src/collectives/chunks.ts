// collectives/chunks: layer 6. What a rank collects, one chunk a rank: where each one is to land, which have come, and
// the user's result. Used by gather, allgather, alltoall, the forms of these whose chunks differ in length, and those between
// neighbours, where "rank i" is the ith neighbour.
import { Exception } from "../base/errors.ts";
import { type Body, bodyBytes } from "../data/body.ts";
import type { BufferLike } from "../data/buffer.ts";
import { elements } from "../data/element.ts";
import { land, open, type Slot, slotOf } from "./chunk.ts";
import { checkDisjoint, type Each, joined, type Layout, runsOf } from "./runs.ts";

export class Chunks {
  readonly #chunks: (Body | undefined)[];
  readonly #into: BufferLike | undefined;
  /** Where each rank's chunk lands when there is an `into`; it must fill its slot. */
  #slots: readonly Slot[] | undefined;
  readonly #verb: string;
  readonly #layout: Layout;
  readonly #each: Each;

  /**
   * @param into where the chunks are to stand
   * @param verb for error messages: "gather"
   * @param layout where in `into`; by default one behind the other, each as long as the others
   * @throws ERR_COUNT, ERR_DISP when `into` does not have these runs
   */
  constructor(size: number, into: BufferLike | undefined, verb: string, layout: Layout = {}) {
    this.#chunks = new Array<Body | undefined>(size).fill(undefined);
    this.#into = into;
    this.#verb = verb;
    this.#layout = layout;
    this.#each = layout.each ?? "rank";
    const slot = slotOf(into);
    if (!slot) return;
    const { size: width } = elements[slot.element]!;
    const runs = runsOf(slot.bytes.byteLength / width, size, layout, `${verb} into`);
    if (layout.displs) checkDisjoint(runs, `${verb} into`, this.#each);
    this.#slots = runs.map(({ begin, end }) => ({
      element: slot.element,
      bytes: slot.bytes.subarray(begin * width, end * width),
    }));
  }

  /** Chunks that each have memory of their own. */
  static over(slots: readonly Slot[], verb: string, each: Each = "rank"): Chunks {
    const chunks = new Chunks(slots.length, undefined, verb, { each });
    chunks.#slots = slots;
    return chunks;
  }

  /** Where rank `i`'s chunk is to land: the second argument of `irecv`. */
  slot(i: number): Slot | undefined {
    return this.#slots?.[i];
  }

  /** Takes rank `i`'s chunk as `irecv(…, slot(i))` has delivered it. @throws ERR_COUNT when it does not fill its slot */
  set(i: number, chunk: Body): void {
    const expected = this.slot(i)?.bytes.byteLength;
    if (expected !== undefined && bodyBytes(chunk) !== expected) {
      throw new Exception(
        "ERR_COUNT",
        `Cannot place the chunk of ${this.#each} ${i} in into: it has ${bodyBytes(chunk)} bytes, expected ${expected} from this ${this.#each}`,
      );
    }
    this.#chunks[i] = chunk;
  }

  /** Takes a copy of rank `i`'s chunk. */
  put(i: number, chunk: Body): void {
    this.set(i, land(chunk, this.slot(i), `the chunk of rank ${i}`));
  }

  /** Takes what stands in rank `i`'s slot as its chunk. Only where there is an `into`. */
  keep(i: number): void {
    const { element, bytes } = this.slot(i)!;
    this.#chunks[i] = { element, parts: [bytes] };
  }

  /** Rank `i`'s chunk, which has come, to be sent on. */
  at(i: number): Body {
    return this.#chunks[i]!;
  }

  /** `into`, or all that has come, by rank; `undefined` from nobody. */
  result(): unknown {
    return this.#into ?? this.#chunks.map((chunk) => chunk && open(chunk));
  }

  /** `into`, or one array or buffer of all that has come. @param element see joined() of runs.ts, as for what it throws */
  joined(element?: number): unknown {
    return this.#into ?? joined(this.#chunks, this.#layout, this.#verb, element);
  }
}
