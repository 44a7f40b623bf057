// io/service: layer 8. What the ranks of a file ask its rank 0, which answers each question as it arrives, whatever its program
// does: messages that the engine serves. Called by keeper.ts and served-disk.ts.
import { Exception, errorClassOf } from "../base/errors.ts";
import { chunkOf, open } from "../collectives/chunk.ts";
import { guarded } from "../collectives/sends.ts";
import { ANSWERS } from "../comm/context.ts";
import type { Endpoint } from "../comm/endpoint.ts";
import { parts } from "../comm/target.ts";
import type { Arrival } from "../engine/message.ts";

/** Answers a question to a topic; at once, or later. */
export type Answer<Question = any> = (question: Question) => unknown;

interface Asked {
  readonly topic: string;
  readonly question: unknown;
  /** Tag of the answer. */
  readonly tag: number;
}

/** What comes back: a value, or how it failed. */
interface Answered {
  readonly value?: unknown;
  readonly failed?: readonly [errorClass: number, message: string];
}

export class Service {
  readonly #endpoint: Endpoint;
  readonly #topics = new Map<string, Answer>();
  #count = 0;

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  /** True on the rank that answers. */
  get serves(): boolean {
    return this.#endpoint.group.rank === 0;
  }

  /** On rank 0: says how questions of a topic are answered. */
  offer<Question>(topic: string, answer: Answer<Question>): void {
    this.#topics.set(topic, answer as Answer);
  }

  /** On rank 0: all topics have been offered. Questions that are here already have waited. */
  start(): void {
    const { engine, context } = this.#endpoint;
    if (!this.serves) return;
    engine.serve(context, (process) => ({
      land: parts.land,
      finish: (arrival: Arrival, received: readonly Uint8Array[], own: boolean) => {
        void this.#answer(process, open(parts.finish(arrival, received, own)) as Asked);
      },
    }));
  }

  /** Asks rank 0, which may be this one. The question's buffers are lent until the answer is here. */
  async ask(topic: string, question: unknown): Promise<any> {
    if (this.serves) return this.#topics.get(topic)!(question);
    const { engine, group, context } = this.#endpoint;
    const [process, tag] = [group.processOf(0), this.#count];
    this.#count = (this.#count + 1) % 2 ** 30;
    const { operation } = engine.receive(process, context + ANSWERS, tag, parts);
    guarded(engine.send(process, context, 0, chunkOf({ topic, question, tag }))?.promise());
    const { value, failed } = open(await operation.promise()) as Answered;
    if (failed) throw new Exception(failed[0], failed[1]);
    return value;
  }

  async #answer(process: number, { topic, question, tag }: Asked): Promise<void> {
    const { engine, context } = this.#endpoint;
    let answered: Answered;
    try {
      answered = { value: await this.#topics.get(topic)!(question) };
    } catch (error) {
      answered = { failed: [errorClassOf(error), (error as Error).message] };
    }
    guarded(engine.send(process, context + ANSWERS, tag, chunkOf(answered))?.promise());
  }
}
