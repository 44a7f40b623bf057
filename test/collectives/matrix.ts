// test/collectives/matrix: for the tests that hold every algorithm of select.ts against what its collective means.
import * as assert from "uvu/assert";
import { algorithms, variableOf } from "../../src/collectives/select.ts";
import { FakeNetwork } from "../support/lanes.ts";

/** Powers of two, and numbers that are not. */
export const SIZES = [1, 2, 3, 4, 5, 7, 8];

/** 0, 1, n−1, n and 1000 elements: where a chunk has less than one element a rank, and where it has many. */
export const counts = (size: number): number[] => [...new Set([0, 1, size - 1, size, 1000])];

export const ranksOf = (size: number): number[] => Array.from({ length: size }, (_, i) => i);

/** What the ranks of a new network have in common. */
interface Place {
  /** The ranks of a host share memory, and may have no cache in common. */
  readonly sharing?: boolean | "apart";
  /** The host of a rank. */
  readonly hosts?: (rank: number) => number;
}

/** Where an algorithm is tried: where what it needs is there. */
const places: Readonly<Record<string, readonly Place[]>> = {
  shared: [{ sharing: true }],
  staged: [{ sharing: true }, { sharing: "apart" }],
  hierarchical: [
    { sharing: true, hosts: (rank) => Math.floor(rank / 3) },
    { hosts: (rank) => Math.floor(rank / 2) },
    { sharing: true, hosts: (rank) => rank % 2 },
  ],
};
let place: Place = {};

/** Runs `body` with each of the collective's algorithms, which its environment variable asks for. */
export async function eachRow(
  collective: keyof typeof algorithms,
  body: (seed: number, name: string) => Promise<void>,
): Promise<void> {
  const variable = variableOf(collective);
  for (const [i, { name }] of algorithms[collective].entries()) {
    for (const each of places[name] ?? [{}]) {
      process.env[variable] = name;
      place = each;
      try {
        await body(1000 * i, name);
      } catch (error) {
        throw new Error(`${variable}=${name}: ${(error as Error).message}`, { cause: error });
      } finally {
        delete process.env[variable];
        place = {};
      }
    }
  }
}

/** A new network, in an eachRow one where the row has what it needs. */
export function networkOf(size: number, seed: number): FakeNetwork {
  return new FakeNetwork(size, seed, undefined, place.sharing, place.hosts);
}

/** A new network for one case; a failure says which case, and the seed of its weather. */
export async function onNetwork(
  size: number,
  seed: number,
  what: string,
  body: (net: FakeNetwork) => Promise<void>,
): Promise<void> {
  try {
    await body(networkOf(size, seed));
  } catch (error) {
    throw new Error(`${size} ranks, ${what}, seed ${seed}: ${(error as Error).message}`, { cause: error });
  }
}

/** Every size and root. */
export async function eachRoot(seed: number, body: (net: FakeNetwork, root: number) => Promise<void>): Promise<void> {
  for (const size of SIZES) {
    for (const root of ranksOf(size)) await onNetwork(size, seed + root, `root ${root}`, (net) => body(net, root));
  }
}

/** Deep equality, for data too long for the assertion library to print the difference. */
export function same(actual: unknown, expected: unknown, what = "data"): void {
  if (Bun.deepEquals(actual, expected, true)) return;
  const shown = (data: unknown) => Bun.inspect(data, { compact: true }).slice(0, 200);
  assert.unreachable(`${what} is ${shown(actual)}, expected ${shown(expected)}`);
}

/** Fails when `body` leaves behind a promise whose rejection nobody has seen. */
export async function noneUnhandled(body: () => Promise<void>): Promise<void> {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on("unhandledRejection", note);
  await body();
  await new Promise(setImmediate);
  process.off("unhandledRejection", note);
  same(unhandled, [], "the list of unhandled rejections");
}
