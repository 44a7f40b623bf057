// mpi/reception: layer 9. A receive in progress: what a Request, a wait and a report need to know of it, in one object.
import { ANY_SOURCE, ANY_TAG, PROC_NULL } from "../base/constants.ts";
import type { Endpoint } from "../comm/endpoint.ts";
import { arrivalBytes, type Receive } from "../engine/message.ts";
import { Operation } from "../engine/operation.ts";
import type { Progress } from "../engine/progress.ts";
import type { Pending } from "./request.ts";
import type { Status } from "./status.ts";

export class Reception<T> implements Pending<T> {
  readonly operation: Operation<T>;
  readonly #comm: { readonly name: string };
  readonly #endpoint: Endpoint;
  readonly #call: string;
  readonly #source: number;
  readonly #tag: number;
  readonly #receive: Receive<T> | undefined;

  /** @param receive the posted receive, or, from MPI.PROC_NULL, the result at once */
  constructor(
    comm: { readonly name: string },
    endpoint: Endpoint,
    call: string,
    source: number,
    tag: number,
    receive: Receive<T> | T,
  ) {
    const posted = source !== PROC_NULL;
    this.#comm = comm;
    this.#endpoint = endpoint;
    this.#call = call;
    this.#source = source;
    this.#tag = tag;
    this.#receive = posted ? (receive as Receive<T>) : undefined;
    this.operation = posted ? (receive as Receive<T>).operation : Operation.done(receive as T);
  }

  get progress(): Progress {
    return this.#endpoint.engine.progress;
  }

  describe(): string {
    return `${this.#call}(${describeEnvelope(this.#source, this.#tag)}) on ${this.#comm.name}`;
  }

  fill(status: Status): void {
    if (!this.#receive) return status.fill(PROC_NULL, ANY_TAG, 0, 0);
    const { arrival } = this.#receive;
    if (!arrival) return;
    status.fill(this.#endpoint.remote.rankOf(arrival.source)!, arrival.tag, arrivalBytes(arrival), arrival.element);
  }

  cancel(): boolean {
    return this.#receive !== undefined && this.#endpoint.engine.cancel(this.#receive);
  }
}

/** Which messages a receive or probe takes, as a user would say it. */
export function describeEnvelope(source: number, tag: number): string {
  return `source ${source === ANY_SOURCE ? "any" : source}, tag ${tag === ANY_TAG ? "any" : tag}`;
}
