// mpi/typed-peers: layer 9. Items of a type of its own for each of several peers, in one buffer: what alltoallw and its kin
// send and receive. Counts, displacements in bytes and types are checked once; the items are packed at each start.
import { Exception, show } from "../base/errors.ts";
import type { Slot } from "../collectives/chunk.ts";
import type { Each } from "../collectives/runs.ts";
import type { Body } from "../data/body.ts";
import { allocate } from "../data/buffer.ts";
import type { Items } from "../data/items.ts";
import { checkBuffer } from "./arguments.ts";
import { checkPerRank, type PerRank } from "./collective-arguments.ts";
import type { Datatype } from "./datatype.ts";
import { checkType } from "./type-arguments.ts";
import { itemsOf } from "./typed-data.ts";

/** The options of one side, under the names that the call gives them. */
export interface PeerOptions {
  /** Items for each peer. @default one */
  readonly counts: PerRank | undefined;
  /** Where they begin, in bytes. @default all at the beginning of the buffer */
  readonly displs: PerRank | undefined;
  readonly types: readonly Datatype[] | undefined;
}

export class PeerItems {
  readonly #pieces: readonly Items[];

  /**
   * @param size the number of peers
   * @param names what the call calls the options @param each what it calls a peer
   * @param receives true where something is received into the items
   * @throws TypeError, ERR_COUNT, ERR_DISP, ERR_TYPE, ERR_BUFFER
   */
  constructor(
    call: string,
    buffer: unknown,
    size: number,
    { counts, displs, types }: PeerOptions,
    names: readonly [counts: string, displs: string, types: string],
    receives: boolean,
    each: Each = "rank",
  ) {
    const given = checkBuffer(call, buffer);
    const numbers = checkPerRank(call, size, names[0], counts, "ERR_COUNT", each);
    const origins = checkPerRank(call, size, names[1], displs, "ERR_DISP", each);
    if (!Array.isArray(types)) {
      const state = types === undefined ? "missing" : show(types);
      throw new TypeError(
        `Cannot call ${call}: option ${names[2]} is ${state}, expected an array of ${size} datatypes`,
      );
    }
    if (types.length !== size) {
      const state = `there are ${size} ${each}s, expected one a ${each}`;
      throw new Exception("ERR_TYPE", `Cannot ${call} with ${types.length} ${names[2]}: ${state}`);
    }
    this.#pieces = types.map((type, i) =>
      itemsOf(call, given, checkType(call, type), numbers?.[i] ?? 1, { receives, origin: origins?.[i] ?? 0 }),
    );
    if (receives) this.#checkApart(call, each);
  }

  /** Throws where items of two peers certainly have bytes in common: together they have more than lie there. */
  #checkApart(call: string, each: Each): void {
    const order = [...this.#pieces.entries()].filter(([, { size }]) => size > 0);
    order.sort(([, a], [, b]) => a.span.start - b.span.start);
    for (const [at, [i, piece]] of order.slice(1).entries()) {
      const [before, other] = order[at]!;
      const end = Math.max(piece.span.end, other.span.end);
      if (piece.size + other.size <= end - other.span.start) continue;
      throw new Exception(
        "ERR_DISP",
        `Cannot ${call} into overlapping items: those of ${each} ${before} are at bytes ${other.span.start} to ${other.span.end}, those of ${each} ${i} begin at ${piece.span.start}`,
      );
    }
  }

  /** What each peer gets: packed, or the caller's own memory. */
  bodies(copy: boolean): Body[] {
    return this.#pieces.map((piece) => ({
      element: piece.map.element,
      parts: [copy ? piece.copy() : piece.packed()],
    }));
  }

  /** Memory for what each peer sends: the caller's own where the items are dense. It has to be filled. */
  slots(): Slot[] {
    return this.#pieces.map(({ map, dense, size }) => ({ element: map.element, bytes: dense ?? allocate(size) }));
  }

  /** Puts what has landed in the slots where the items lie. @param landed in which slots something has; by default in all */
  land(slots: readonly Slot[], landed: (i: number) => boolean = () => true): void {
    for (const [i, piece] of this.#pieces.entries()) if (!piece.dense && landed(i)) piece.unpack(slots[i]!.bytes);
  }
}
