// collectives/fold-facts: layer 6. What the choice of an algorithm for a fold may depend on. Made by who asks select.ts for one.
import type { Lane } from "../comm/lane.ts";
import type { Fold } from "./fold.ts";
import type { Facts } from "./select.ts";

export class FoldFacts implements Facts {
  readonly size: number;
  readonly bytes: number | undefined;
  readonly commute: boolean;
  readonly board: Facts["board"];
  readonly #lane: Lane;

  constructor(lane: Lane, fold: Fold) {
    this.size = lane.size;
    this.bytes = fold.bytes;
    this.commute = fold.commute;
    this.board = lane.board;
    this.#lane = lane;
  }

  /** Made where it is asked for. */
  get staging(): Facts["staging"] {
    return this.#lane.staging;
  }

  get hosts(): Facts["hosts"] {
    return this.#lane.hosts;
  }
}
