// io/hints: layer 8. What a file's hints say about collective accesses, and their defaults. Called by open-file.ts.
import { aggregatorsOf, alignedDown, type Domains } from "./domains.ts";

/** Aggregators, at most, where no hint says how many, and bytes of their windows. */
const NODES = 8;
const BUFFER = 4 * 1024 * 1024;
/** Pieces of at least so many bytes, on average, are written and read where they are. */
const LONG = 512 * 1024;
/** A stretch of which less than this part is accessed is not worth going through. */
const SPARSE = 1 / 8;

/** The hints in use, as strings: those that were given, and the defaults of others. @param hosts by rank */
export function hintsInUse(given: Iterable<readonly [string, string]>, hosts: readonly number[]): Map<string, string> {
  const hints = new Map([...given]);
  const number = (name: string, otherwise: number, most: number) => {
    const value = Number(hints.get(name) ?? otherwise);
    hints.set(name, `${Number.isInteger(value) && value > 0 ? Math.min(value, most) : Math.min(otherwise, most)}`);
  };
  // One on each host: two would wait for each other where they write to one file. Where rank 0 has it for all, that one.
  const nodes = Math.min(NODES, new Set(hosts).size);
  number("cb_nodes", nodes, isServed(hints) ? 1 : hosts.length);
  number("cb_buffer_size", BUFFER, 1024 * 1024 * 1024);
  if (hints.get("collective_buffering") !== "false") hints.set("collective_buffering", "true");
  return hints;
}

/** True where only rank 0 has the file, and serves the others. */
export function isServed(hints: ReadonlyMap<string, string>): boolean {
  return hints.get("striping") === "root";
}

/** What each rank says of its access. */
export interface Share {
  /** The bytes of the file that it lies between. */
  readonly begin: number;
  readonly end: number;
  readonly bytes: number;
  readonly pieces: number;
  /** 1 where it cannot take part. */
  readonly failed: number;
  /** Its hints: how many aggregators, 0 for none, and bytes of their windows. Those of rank 0 count. */
  readonly nodes: number;
  readonly window: number;
}

/** What the hints in use say of collective accesses. */
export function bufferingOf(hints: ReadonlyMap<string, string>): Pick<Share, "nodes" | "window"> {
  const nodes = hints.get("collective_buffering") === "false" ? 0 : Number(hints.get("cb_nodes"));
  return { nodes, window: Number(hints.get("cb_buffer_size")) };
}

/** How the access is done in two phases; undefined where each rank had better do its own. */
export function domainsOf(shares: readonly Share[], hosts: readonly number[]): Domains | undefined {
  const { nodes, window } = shares[0]!;
  const some = shares.filter(({ bytes }) => bytes > 0).sort((a, b) => a.begin - b.begin);
  if (nodes === 0 || some.length < 2 || shares.some(({ failed }) => failed > 0)) return undefined;
  const interleaved = some.some(({ begin }, i) => i > 0 && begin < some[i - 1]!.end);
  if (!interleaved) return undefined;
  const total = (of: (share: Share) => number) => some.reduce((sum, share) => sum + of(share), 0);
  const [bytes, pieces] = [total((share) => share.bytes), total((share) => share.pieces)];
  const begin = some[0]!.begin;
  const end = Math.max(...some.map((share) => share.end));
  if (pieces === some.length || bytes / pieces >= LONG || bytes < (end - begin) * SPARSE) return undefined;
  return { begin: alignedDown(begin), end, aggregators: aggregatorsOf(hosts, nodes), window };
}
