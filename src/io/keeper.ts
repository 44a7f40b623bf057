// io/keeper: layer 8. The shared file pointer (MPI-4.1 §14.4.4) and the lock of atomic accesses. Rank 0 of a file keeps both;
// the others ask it (service.ts). Called by open-file.ts.
import type { Service } from "./service.ts";

interface Question {
  readonly kind: "add" | "set" | "lock" | "unlock";
  readonly value: number;
}

/** What rank 0 has. */
class Kept {
  #pointer: number;
  #locked = false;
  readonly #waiting: (() => void)[] = [];

  constructor(pointer: number) {
    this.#pointer = pointer;
  }

  /** @returns what the pointer was; of a lock, when it is this question's turn */
  answer({ kind, value }: Question): number | Promise<number> {
    const before = this.#pointer;
    if (kind === "add") this.#pointer += value;
    if (kind === "set") this.#pointer = value;
    if (kind === "unlock") this.#pass();
    if (kind === "lock" && this.#locked) return new Promise((resolve) => this.#waiting.push(() => resolve(before)));
    if (kind === "lock") this.#locked = true;
    return before;
  }

  #pass(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#locked = false;
  }
}

export class Keeper {
  readonly #service: Service;

  /** @param start where the pointer is at first */
  constructor(service: Service, start: number) {
    this.#service = service;
    if (!service.serves) return;
    const kept = new Kept(start);
    service.offer<Question>("keeper", (question) => kept.answer(question));
  }

  /** Adds to the pointer. @returns what it was */
  add(etypes: number): Promise<number> {
    return this.#ask("add", etypes);
  }

  get(): Promise<number> {
    return this.#ask("add", 0);
  }

  async set(etypes: number): Promise<void> {
    await this.#ask("set", etypes);
  }

  /** Runs `access` while no other rank runs one. */
  async alone<T>(access: () => Promise<T>): Promise<T> {
    await this.#ask("lock", 0);
    try {
      return await access();
    } finally {
      await this.#ask("unlock", 0);
    }
  }

  #ask(kind: Question["kind"], value: number): Promise<number> {
    return this.#service.ask("keeper", { kind, value } satisfies Question);
  }
}
