// What random programs are made of: numbers from a seed, the communicators as the model sees them, what a rank has under way,
// and data that tells where it is from. A program is a list of steps that every rank runs; what must come out of each is
// known beforehand, from the numbers alone.
import type { Comm, Intercomm, Intracomm, Prequest } from "../../../src/mpi/mpi.ts";
import { Request, Status } from "../../../src/mpi/mpi.ts";
import { equal, ok } from "../../support/assert.ts";

export type Random = (limit: number) => number;

/** One of a list. */
export function pick<T>(random: Random, list: readonly T[]): T {
  return list[random(list.length)]!;
}

/** A communicator: who is in it, by rank, as ranks of COMM_WORLD. */
export interface Model {
  readonly id: number;
  readonly name: string;
  readonly members: readonly number[];
  /** The other side, where there is one; `members` are one side, then. */
  readonly remote?: readonly number[];
  /** A periodic line of its ranks. */
  readonly ring?: boolean;
}

/** A request whose outcome is known. */
export interface Pending {
  readonly request: Request<any>;
  readonly check: (result: unknown, status: Status) => void;
}

/** One rank of a running program. */
export class Rank {
  readonly me: number;
  readonly random: Random;
  readonly comms = new Map<number, Comm>();
  readonly persistent = new Map<number, { request: Prequest; data: Int32Array; into: Int32Array }>();
  pending: Pending[] = [];

  constructor(world: Intracomm, random: Random) {
    this.me = world.rank;
    this.random = random;
    this.comms.set(0, world);
  }

  comm(model: Model): Intracomm {
    return this.comms.get(model.id) as Intracomm;
  }

  between(model: Model): Intercomm {
    return this.comms.get(model.id) as Intercomm;
  }

  /** Completes what is under way, in one of the ways that there are. */
  async complete(): Promise<void> {
    const pending = this.pending;
    this.pending = [];
    const requests = pending.map(({ request }) => request);
    const left = new Set(pending.keys());
    const done = (index: number, data: unknown, status: Status) => {
      ok(left.delete(index), "completed twice");
      pending[index]!.check(data, status);
    };
    switch (this.random(5)) {
      case 0: {
        const statuses: Status[] = [];
        const results = await Request.waitall(requests, { statuses });
        for (const [i, result] of results.entries()) done(i, result, statuses[i]!);
        break;
      }
      case 1:
        while (left.size > 0) {
          const status = new Status();
          const [index, data] = await Request.waitany(requests, { status });
          done(index, data, status);
        }
        break;
      case 2:
        while (left.size > 0) {
          const statuses: Status[] = [];
          const some = (await Request.waitsome(requests, { statuses }))!;
          for (const [i, [index, data]] of some.entries()) done(index, data, statuses[i]!);
        }
        break;
      case 3:
        for (const index of [...left].reverse()) {
          const status = new Status();
          for (let here = false; !here; ) {
            const [complete, data] = await requests[index]!.test({ status });
            if (complete) done(index, data, status);
            here = complete;
          }
        }
        break;
      default:
        for (const index of [...left].sort(() => this.random(3) - 1)) {
          const status = new Status();
          done(index, await requests[index]!.wait({ status }), status);
        }
    }
    equal([...left], []);
  }
}

/** A step of a program: every rank runs it. */
export interface Step {
  readonly name: string;
  readonly run: (rank: Rank) => Promise<void>;
}

const kinds = [Int32Array, Float64Array, Uint8Array, Int16Array, Float32Array, BigInt64Array] as const;
type Kind = (typeof kinds)[number];

/** Data of one step: `give(rank, k)` is what rank gives to k, the same wherever it is asked for. */
export interface Data {
  readonly values: boolean;
  readonly kind: Kind;
  readonly length: number;
  readonly give: (rank: number, to?: number, length?: number) => any;
  /** Room for as many elements. */
  readonly room: (elements: number) => any;
}

const lengths = [0, 1, 3, 10, 40, 300, 3000];

/** Values, or arrays of one kind, of one length: nothing, little, or more than goes eagerly. */
export function dataOf(random: Random, step: number): Data {
  const values = random(3) === 0;
  const kind = pick(random, kinds);
  const length = pick(random, lengths);
  const number = (rank: number, to: number, i: number) => (step * 7 + rank * 31 + to * 13 + i) % 120;
  const array = (rank: number, to = 0, elements = length) => {
    const numbers = Array.from({ length: elements }, (_, i) => number(rank, to, i));
    return kind === BigInt64Array ? BigInt64Array.from(numbers.map(BigInt)) : new kind(numbers as never);
  };
  const value = (rank: number, to = 0) => ({ step, rank, to, text: "x".repeat(length % 50), list: [rank, [to]] });
  return { values, kind, length, give: values ? value : array, room: (elements) => new kind(elements as never) };
}

/** Arrays behind each other in one. */
export function joined({ room }: Data, parts: readonly any[]): any {
  const all = room(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export const range = (length: number): number[] => [...new Array(length).keys()];
