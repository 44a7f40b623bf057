// job/questions: layer 2b. Asks the ranks what they are doing, and collects the answers. Used by whoever leads a job: the
// launcher, or rank 0.
import type { RankState } from "../wire/control.ts";

interface Question {
  readonly answers: Map<number, RankState>;
  readonly open: Set<number>;
  readonly resolve: (answers: Map<number, RankState>) => void;
}

export class Questions {
  #send: (rank: number, id: number) => void;
  #questions = new Map<number, Question>();
  #next = 1;

  /** `send` asks one rank. */
  constructor(send: (rank: number, id: number) => void) {
    this.#send = send;
  }

  /** The answers of those among `ranks` that have answered, when all of them have, or have gone, or `ms` are over. */
  ask(ranks: readonly number[], ms?: number): Promise<Map<number, RankState>> {
    const id = this.#next++;
    const { promise, resolve } = Promise.withResolvers<Map<number, RankState>>();
    const question = { answers: new Map<number, RankState>(), open: new Set(ranks), resolve };
    this.#questions.set(id, question);
    for (const rank of ranks) this.#send(rank, id);
    if (ms !== undefined) setTimeout(() => this.#close(id), ms);
    this.#closeIfComplete(id, question);
    return promise;
  }

  answer(rank: number, id: number, state: RankState): void {
    const question = this.#questions.get(id);
    if (!question?.open.delete(rank)) return;
    question.answers.set(rank, state);
    this.#closeIfComplete(id, question);
  }

  /** No answer of `rank` will come any more. */
  gone(rank: number): void {
    for (const [id, question] of this.#questions) {
      if (question.open.delete(rank)) this.#closeIfComplete(id, question);
    }
  }

  #closeIfComplete(id: number, question: Question): void {
    if (question.open.size === 0) this.#close(id);
  }

  #close(id: number): void {
    const question = this.#questions.get(id);
    this.#questions.delete(id);
    question?.resolve(question.answers);
  }
}
