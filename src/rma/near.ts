// rma/near: layer 8. A window whose memory this process reaches itself: its own, or that of a rank of the same host. What is
// done there is done at once, whatever the other rank does meanwhile. Made by shared.ts and
// creation.ts, used by window.ts and mpi/win-plain.ts.
import type { TypedArray } from "../data/element.ts";
import type { LockWord } from "./locks.ts";
import { viewOf } from "./place.ts";

/** The memory as arrays of each kind, made when first asked for. */
export class Views {
  readonly #bytes: Uint8Array;
  readonly #arrays: (TypedArray | undefined)[] = [];

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** As many elements as there are from the first byte on; undefined where they would not be aligned. */
  of(element: number): TypedArray | undefined {
    const made = this.#arrays[element];
    if (made) return made;
    this.#arrays[element] = viewOf(element, this.#bytes);
    return this.#arrays[element];
  }
}

export interface Near {
  readonly bytes: Uint8Array;
  readonly views: Views;
  /** Runs `change` while nobody else accumulates into the window. */
  readonly alone: <T>(change: () => T) => T;
  readonly lock: LockWord;
  /** Gives the memory back to the system; what still looks at it sees zeros. Where that is left out, it goes by itself. */
  readonly discard?: () => void;
}
