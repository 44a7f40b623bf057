// mpi/kept-plans: layer 9. Plans of calls that differ only in their data, made once for each root or operator: for one that
// moves a short object, to make the plan would cost as much as the call. Used by collective.ts and reduction.ts.
import { type Op, SUM } from "../data/op.ts";
import type { CollectivePlan } from "./planning.ts";

/** The options that tell plans apart. */
interface Key {
  readonly root?: unknown;
  readonly op?: unknown;
}

export class KeptPlans {
  readonly #name: keyof Key;
  readonly #byDefault: number | Op;
  readonly #plans = new Map<unknown, CollectivePlan<any>>();

  /** @param name the option that tells the plans apart */
  constructor(name: keyof Key) {
    this.#name = name;
    this.#byDefault = name === "root" ? 0 : SUM;
  }

  /** The plan for a call with these options, where there is one: then they need no check. */
  of(options: Key | undefined): CollectivePlan<any> | undefined {
    if (options === undefined) return this.#plans.get(this.#byDefault);
    return this.takes(options) ? this.#plans.get(options[this.#name] ?? this.#byDefault) : undefined;
  }

  /** True where options have nothing that makes a call differ in more than that. */
  takes(options: object | undefined): boolean {
    if (options === undefined) return true;
    if (options === null || Object.getPrototypeOf(options) !== Object.prototype) return false;
    for (const name in options) if (name !== this.#name) return false;
    return true;
  }

  /** Keeps the plan for this root or operator. */
  keep(key: number | Op, plan: CollectivePlan<any>): CollectivePlan<any> {
    this.#plans.set(key, plan);
    return plan;
  }
}
