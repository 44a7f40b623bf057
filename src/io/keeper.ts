// io/keeper: layer 8. The shared file pointer (MPI-4.1 §14.4.4) and the lock of atomic accesses. Rank 0 of a file keeps both;
// the others ask it by messages on a context of their own, which it answers as they arrive, whatever its program does.
// Called by open-file.ts.
import { ANY_SOURCE } from "../base/constants.ts";
import { POINTER } from "../comm/context.ts";
import type { Endpoint } from "../comm/endpoint.ts";
import { parts } from "../comm/target.ts";
import type { Body } from "../data/body.ts";
import { BYTES } from "../data/element.ts";
import type { Arrival, Receive, Target } from "../engine/message.ts";

/** What can be asked for. */
const ADD = 0;
const SET = 1;
const LOCK = 2;
const UNLOCK = 3;

/** Tags: of questions, and the first one of answers. */
const QUESTION = 0;
const ANSWERS = 1;

const bodyOf = (...numbers: number[]): Body => ({
  element: BYTES,
  parts: [new Uint8Array(Float64Array.from(numbers).buffer)],
});
const numbersOf = ({ parts: [bytes] }: Body): Float64Array => new Float64Array(bytes!.slice().buffer);

interface Question {
  readonly process: number;
  readonly numbers: Float64Array;
}

const question: Target<Question> = {
  land: (arrival) => parts.land(arrival),
  finish: (arrival: Arrival, received, own) => ({
    process: arrival.source,
    numbers: numbersOf(parts.finish(arrival, received, own)),
  }),
};

/** The state that rank 0 has. */
class Kept {
  #pointer: number;
  #locked = false;
  readonly #waiting: (() => void)[] = [];

  constructor(pointer: number) {
    this.#pointer = pointer;
  }

  /** @param answer is called now or, for a lock, when it is there */
  ask(kind: number, value: number, answer: (pointer: number) => void): void {
    const before = this.#pointer;
    if (kind === ADD) this.#pointer += value;
    if (kind === SET) this.#pointer = value;
    if (kind === UNLOCK) this.#pass();
    if (kind !== LOCK || !this.#locked) {
      if (kind === LOCK) this.#locked = true;
      return answer(before);
    }
    this.#waiting.push(() => answer(before));
  }

  #pass(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#locked = false;
  }
}

export class Keeper {
  readonly #endpoint: Endpoint;
  readonly #kept: Kept | undefined;
  #listening: Receive<Question> | undefined;
  #asked = 0;

  /** @param start where the pointer is at first */
  constructor(endpoint: Endpoint, start: number) {
    this.#endpoint = endpoint;
    if (endpoint.group.rank !== 0) return;
    this.#kept = new Kept(start);
    if (endpoint.group.size > 1) this.#listen();
  }

  /** Adds to the pointer. @returns what it was */
  add(etypes: number): Promise<number> {
    return this.#ask(ADD, etypes);
  }

  get(): Promise<number> {
    return this.#ask(ADD, 0);
  }

  async set(etypes: number): Promise<void> {
    await this.#ask(SET, etypes);
  }

  /** Runs `access` while no other rank runs one. */
  async alone<T>(access: () => Promise<T>): Promise<T> {
    await this.#ask(LOCK, 0);
    try {
      return await access();
    } finally {
      await this.#ask(UNLOCK, 0);
    }
  }

  /** Nobody asks any more. */
  close(): void {
    const { engine, context } = this.#endpoint;
    const listening = this.#listening;
    this.#listening = undefined;
    if (listening) engine.cancel(listening);
    engine.channels.forget(context + POINTER);
  }

  #ask(kind: number, value: number): Promise<number> {
    if (this.#kept) return new Promise((resolve) => this.#kept!.ask(kind, value, resolve));
    const { engine, group, context } = this.#endpoint;
    const [process, tag] = [group.processOf(0), ANSWERS + this.#asked];
    this.#asked = (this.#asked + 1) % 2 ** 30;
    const { operation } = engine.receive(process, context + POINTER, tag, parts);
    engine.send(process, context + POINTER, QUESTION, bodyOf(kind, value, tag), false);
    return operation.promise().then((answer) => numbersOf(answer)[0]!);
  }

  /** Waits for the next question; nobody waits for that, so no report says that rank 0 does. */
  #listen(): void {
    const { engine, context } = this.#endpoint;
    const listening = engine.receive(ANY_SOURCE, context + POINTER, QUESTION, question);
    this.#listening = listening;
    listening.operation.onSettled((settled) => {
      if (settled.failed) return;
      this.#answer(settled.result as Question);
      if (this.#listening === listening) this.#listen();
    });
  }

  #answer({ process, numbers: [kind, value, tag] }: Question): void {
    const { engine, context } = this.#endpoint;
    this.#kept!.ask(kind!, value!, (pointer) => {
      engine.send(process, context + POINTER, tag!, bodyOf(pointer), false);
    });
  }
}
