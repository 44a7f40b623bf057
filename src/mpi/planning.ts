// mpi/planning: layer 9. How a collective of a communicator is started, and waited for: Collective extends it. Every call has
// one plan: awaited it is the blocking call, in a Request the i… form, in a Prequest the …Init form.
import { IN_PLACE } from "../base/constants.ts";
import { type Collectives, within } from "../collectives/within.ts";
import { checkOf, type Terms } from "../comm/check.ts";
import type { Endpoint, EndpointLane } from "../comm/endpoint.ts";
import { isTypedArray } from "../data/buffer.ts";
import { elementOf } from "../data/element.ts";
import type { Op } from "../data/op.ts";
import { Operation, type Started } from "../engine/operation.ts";
import type { Progress } from "../engine/progress.ts";
import { checkRoot } from "./arguments.ts";
import { after, waitFor } from "./call.ts";
import { checkInPlace } from "./collective-arguments.ts";
import { Partitioned } from "./partitioned.ts";
import type { Pending } from "./request.ts";
import { Packed } from "./typed-collective.ts";

/** What all ranks must agree on in a call. */
export interface Agreement extends Terms {
  /** More to say of the call in reports. */
  readonly details?: string;
}

function describe({ op, root, details }: Agreement, endpoint: Endpoint): string {
  return [op?.name, root === undefined ? undefined : `root ${endpoint.rootName(root)}`, details]
    .filter(Boolean)
    .join(", ");
}

/** What the ranks must agree on in a reduction; where it combines elements, also in their kind and number. */
export function reductionOf(op: Op, root: number | undefined, data: unknown, into: unknown): Agreement {
  const given = data === IN_PLACE ? into : data;
  if (!(given instanceof Packed)) op.checkOperand(given);
  if (!op.elementwise) return { op, root };
  if (given instanceof Packed) return { op, root, element: given.element, length: given.length };
  return isTypedArray(given) ? { op, root, element: elementOf(given), length: given.length } : { op, root };
}

export abstract class Planning extends Partitioned {
  /** The functions that do the work. */
  protected readonly collectives: Collectives = within;

  /** How many ranks data is exchanged with: those of the other group, where there is one. */
  protected get peers(): number {
    return this.use("size").remote.size;
  }

  /** The option `root`. */
  protected checkRoot(call: string, root: unknown): number {
    this.use(call);
    return checkRoot(call, this, root);
  }

  /** True on the rank that has the data of a rooted collective, or gets its result. */
  protected isRoot(root: number): boolean {
    return this.use("rank").group.rank === root;
  }

  /** True on the ranks whose data goes to the root of a rooted collective. */
  protected gives(root: number): boolean {
    return root >= 0;
  }

  /** As checkInPlace of collective-arguments.ts, where data may be in place. */
  protected checkInPlace(call: string, data: unknown, into: unknown, getsResult = true): void {
    if (data === IN_PLACE) this.checkInPlaceAllowed(call);
    checkInPlace(call, data, into, getsResult);
  }

  /** Throws where no collective takes data in place. */
  protected checkInPlaceAllowed(_call: string): void {}

  /**
   * A collective that can be started: every rank must start the same ones in the same order.
   * @param agreement what the ranks must agree on; where they do not, the call fails and names both sides
   * @param run is given what the plan is: so one plan serves for calls that differ only in their data
   * @param ownLane for one that only some of the ranks call
   */
  protected plan<T>(
    call: string,
    agreement: Agreement,
    run: (lane: EndpointLane, data: unknown) => Started<unknown>,
    ownLane?: EndpointLane,
  ): CollectivePlan<T> {
    this.use(call);
    const check = checkOf(call, agreement);
    const start = (waits = false, data?: unknown): CollectiveCall<T> | Promise<T> => {
      const endpoint = this.use(call);
      const lane = ownLane ?? endpoint.lane(check, waits);
      const started = endpoint.start(lane, run as (lane: EndpointLane, data: unknown) => Started<T>, data, waits);
      if (waits && !(started instanceof Operation)) {
        return after(endpoint.engine.progress.served(), started);
      }
      const operation = started instanceof Operation ? started : Operation.done(started);
      return new CollectiveCall(call, agreement, endpoint, lane, operation);
    };
    return start as CollectivePlan<T>;
  }

  /** A collective of the communicator's ranks that is no method of it: one that makes a window; for the library. */
  together<T>(call: string, run: (lane: EndpointLane, endpoint: Endpoint) => Promise<T>): Promise<T> {
    return this.finish(() => this.plan(call, {}, (lane) => run(lane, this.use(call))));
  }

  /** Waits for a collective that `plan` makes. @param data see CollectivePlan */
  protected finish<T>(plan: () => CollectivePlan<T>, data?: unknown): Promise<T> {
    try {
      return this.complete(plan(), data);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** As `finish`, of a plan that is there: by itself it took 80 ns less where a program makes several collectives. */
  protected complete<T>(plan: CollectivePlan<T>, data?: unknown): Promise<T> {
    try {
      const call = plan(true, data);
      if (call instanceof Promise) return call;
      return waitFor(call.progress, call.operation, call, { later: call.steps });
    } catch (error) {
      return Promise.reject(error);
    }
  }
}

/** A collective that can be started. */
export interface CollectivePlan<T> {
  /** As a request. */
  (): CollectiveCall<T>;
  /** By who waits for it, whom a call that was done at once costs no more than its result. @param data where the plan has none */
  (waits: true, data?: unknown): CollectiveCall<T> | Promise<T>;
}

/** A collective that has been started. */
class CollectiveCall<T> implements Pending<T> {
  readonly #call: string;
  readonly #agreement: Agreement;
  readonly #endpoint: Endpoint;
  readonly #lane: EndpointLane;
  readonly operation: Operation<T>;

  constructor(call: string, agreement: Agreement, endpoint: Endpoint, lane: EndpointLane, operation: Operation<T>) {
    this.#call = call;
    this.#agreement = agreement;
    this.#endpoint = endpoint;
    this.#lane = lane;
    this.operation = operation;
  }

  get progress(): Progress {
    return this.#endpoint.engine.progress;
  }

  get steps(): boolean {
    return !this.#lane.board?.waits;
  }

  describe(): string {
    const { awaited } = this.#lane;
    const waiting = awaited && `, waiting for ${awaited}`;
    return `${this.#call}(${describe(this.#agreement, this.#endpoint)}) on ${this.#endpoint.name}${waiting}`;
  }
}
