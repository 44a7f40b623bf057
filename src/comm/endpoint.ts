// comm/endpoint: layer 5. What a communicator is below its public methods: a group of processes, a pair of contexts
// (messages of the user, messages of collectives) and the engine. Ranks in, process numbers out.
import { ANY_SOURCE } from "../base/constants.ts";
import type { Body } from "../data/body.ts";
import type { Engine } from "../engine/engine.ts";
import type { Message, Receive, Target } from "../engine/message.ts";
import type { Operation } from "../engine/operation.ts";
import type { Group } from "./group.ts";
import type { Lane } from "./lane.ts";
import { memory, parts } from "./target.ts";

export class Endpoint {
  readonly engine: Engine;
  readonly group: Group;
  /** Context of the user's messages; collectives have the next one. */
  readonly context: number;
  #collectives = 0;

  constructor(engine: Engine, group: Group, context: number) {
    this.engine = engine;
    this.group = group;
    this.context = context;
  }

  /** See Engine.send. */
  send(dest: number, tag: number, body: Body, synchronous: boolean): Operation<void> | undefined {
    return this.engine.send(this.group.processOf(dest), this.context, tag, body, synchronous);
  }

  /** See Engine.receive. */
  receive<T>(source: number, tag: number, target: Target<T>): Receive<T> {
    return this.engine.receive(this.#process(source), this.context, tag, target);
  }

  /** See Engine.probe. */
  probe(source: number, tag: number, take: boolean): Message | undefined {
    return this.engine.probe(this.#process(source), this.context, tag, take);
  }

  /** See Engine.probeWait. */
  probeWait(source: number, tag: number, take: boolean): Operation<Message> {
    return this.engine.probeWait(this.#process(source), this.context, tag, take);
  }

  #process(source: number): number {
    return source === ANY_SOURCE ? ANY_SOURCE : this.group.processOf(source);
  }

  /**
   * The lane of the next collective call. Every rank makes the calls of a communicator in the same order, so their
   * numbers agree and serve as the tag.
   */
  lane(): EndpointLane {
    const tag = this.#collectives;
    this.#collectives = (this.#collectives + 1) % 2 ** 31;
    return new EndpointLane(this, tag);
  }
}

export class EndpointLane implements Lane {
  readonly rank: number;
  readonly size: number;
  readonly #endpoint: Endpoint;
  readonly #tag: number;
  /** Receives that wait, and the rank that each waits for. */
  readonly #waiting = new Map<Operation<Body>, number>();

  constructor(endpoint: Endpoint, tag: number) {
    this.rank = endpoint.group.rank!;
    this.size = endpoint.group.size;
    this.#endpoint = endpoint;
    this.#tag = tag;
  }

  /** Ranks that a message is awaited from, for messages about ranks that wait. */
  get awaited(): ReadonlySet<number> {
    return new Set(this.#waiting.values());
  }

  isend(dest: number, body: Body): Promise<void> | undefined {
    const { engine, group, context } = this.#endpoint;
    return engine.send(group.processOf(dest), context + 1, this.#tag, body)?.promise();
  }

  irecv(source: number, into?: { readonly element: number; readonly bytes: Uint8Array }): Promise<Body> {
    const { engine, group, context } = this.#endpoint;
    const target = into
      ? memory(
          into.element,
          into.bytes,
          () => `from rank ${source}`,
          ({ element, sizes }): Body => ({ element, parts: [into.bytes.subarray(0, sizes[0])] }),
        )
      : parts;
    const { operation } = engine.receive(group.processOf(source), context + 1, this.#tag, target);
    if (!operation.settled) {
      this.#waiting.set(operation, source);
      operation.onSettled(() => this.#waiting.delete(operation));
    }
    return operation.promise();
  }
}
