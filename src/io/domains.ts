// io/domains: layer 8. How the stretch of a file that all ranks together access is divided: into a domain for each of some
// ranks, the aggregators, and a domain into windows, one a round. Called by hints.ts and by what two-phase.ts is made of.

/** What all ranks of a call know. */
export interface Domains {
  /** Bytes of the file that the domains are, from `begin` to `end`. */
  readonly begin: number;
  readonly end: number;
  /** The rank that collects each of them. */
  readonly aggregators: readonly number[];
  /** Bytes of a window, at most. */
  readonly window: number;
}

/** Domains and windows begin at whole blocks of the file system: no two of them have one in common, and none is read first. */
const BLOCK = 4096;

export function alignedDown(offset: number): number {
  return Math.floor(offset / BLOCK) * BLOCK;
}

/** Bytes of a domain; the last ones may be shorter, or empty. */
export function domainLength({ begin, end, aggregators }: Domains): number {
  return Math.ceil((end - begin) / aggregators.length / BLOCK) * BLOCK;
}

export function roundsOf(domains: Domains): number {
  return Math.ceil(domainLength(domains) / domains.window);
}

/** The bytes of the file that are a domain. */
export function domainOf(domains: Domains, domain: number): readonly [from: number, to: number] {
  const length = domainLength(domains);
  const from = Math.min(domains.end, domains.begin + domain * length);
  return [from, Math.min(domains.end, from + length)];
}

/** Those that its aggregator has in a round. */
export function windowOf(domains: Domains, domain: number, round: number): readonly [from: number, to: number] {
  const [first, last] = domainOf(domains, domain);
  const from = Math.min(last, first + round * domains.window);
  return [from, Math.min(last, from + domains.window)];
}

/** Which ranks collect: one of each host, then another one of each, … @param hosts by rank */
export function aggregatorsOf(hosts: readonly number[], count: number): number[] {
  const turns = new Map<number, number>();
  const ranks = hosts.map((host, rank) => {
    const turn = turns.get(host) ?? 0;
    turns.set(host, turn + 1);
    return { rank, turn };
  });
  ranks.sort((a, b) => a.turn - b.turn || a.rank - b.rank);
  return ranks.slice(0, count).map(({ rank }) => rank);
}
