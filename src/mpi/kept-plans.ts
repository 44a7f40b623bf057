// mpi/kept-plans: layer 9. Plans of calls that differ only in their data, made once for each root or operator: for one that
// moves a short object, to make the plan would cost as much as the call. Used by collective.ts and reduction.ts.
import type { Op } from "../data/op.ts";
import type { CollectivePlan } from "./planning.ts";

export class KeptPlans {
  readonly #plans = new Map<number | Op, CollectivePlan<any>>();

  /** The plan for this root or operator. @param make makes it, the first time */
  of(key: number | Op, make: () => CollectivePlan<any>): CollectivePlan<any> {
    const kept = this.#plans.get(key);
    if (kept) return kept;
    const made = make();
    this.#plans.set(key, made);
    return made;
  }
}

/** True where the options give at most `name`. */
export function giveOnly(name: string, options: object | undefined): boolean {
  for (const given in options) if (given !== name) return false;
  return true;
}
