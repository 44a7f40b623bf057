// cli/bench/model/costs: layer 10. What each algorithm costs on the longest way through it, in LogGP's terms, as the headers of
// src/collectives have it in α, β and γ. Pure; called by the model.

/** What is paid between two ranks, in µs, and µs per byte. */
export interface LogGP {
  /** The network: from the end of the sender's work to the beginning of the receiver's. */
  readonly L: number;
  /** The processor's work for a message, at each end. */
  readonly o: number;
  /** The least time between two messages of one rank. */
  readonly g: number;
  /** Per byte. */
  readonly G: number;
}

export interface Cost {
  /** Messages of which each waits for the one before. */
  readonly steps: number;
  /** Messages of one rank that wait for nothing. */
  readonly burst?: number;
  /** Bytes on the way. */
  readonly bytes?: number;
  /** Bytes that are combined. */
  readonly combined?: number;
}

/** Microseconds. @param gamma µs to combine a byte */
export function timeOf({ steps, burst = 0, bytes = 0, combined = 0 }: Cost, net: LogGP, gamma: number): number {
  return steps * (net.L + 2 * net.o) + burst * Math.max(net.g, net.o) + bytes * net.G + combined * gamma;
}

/** `n` is the algorithm's own: of a gather the bytes at the root, of an allgather those of the result. */
type Formula = (p: number, n: number) => Cost;

const log = (p: number) => Math.ceil(Math.log2(p));
const isPowerOfTwo = (p: number) => (p & (p - 1)) === 0;
/** The share of all but one rank. */
const others = (p: number, n: number) => (n * (p - 1)) / p;
/** Chunks longer than this are announced, and then travel by themselves. */
const BUNDLED = 4096;

/** Down a tree or up, with ever smaller, or greater, parts of the whole. */
const tree: Formula = (p, n) => ({
  steps: log(p),
  burst: n / p > BUNDLED ? p - 1 : 0,
  bytes: others(p, n),
});
/** Each step moves all of it. */
const whole: Formula = (p, n) => ({ steps: log(p), bytes: log(p) * n });
const reducing: Formula = (p, n) => ({ ...whole(p, n), combined: log(p) * n });
const linear: Formula = (p, n) => ({ steps: 1, burst: p - 2, bytes: (p - 1) * n });
const linearShares: Formula = (p, n) => ({ steps: 1, burst: p - 2, bytes: others(p, n) });
/** What a reduction does first where the number of ranks is no power of two. */
const detour: Formula = (p, n) => (isPowerOfTwo(p) ? { steps: 0 } : { steps: 2, bytes: 2 * n, combined: n });

function sum(a: Cost, b: Cost): Cost {
  const both = (key: "burst" | "bytes" | "combined") => (a[key] ?? 0) + (b[key] ?? 0);
  return { steps: a.steps + b.steps, burst: both("burst"), bytes: both("bytes"), combined: both("combined") };
}

const rabenseifner: Formula = (p, n) =>
  sum(detour(p, n), { steps: 2 * Math.floor(Math.log2(p)), bytes: 2 * others(p, n), combined: others(p, n) });

/** By collective and by the name of its row in select.ts. */
export const costs: Readonly<Record<string, Readonly<Record<string, Formula>>>> = {
  barrier: { dissemination: (p) => ({ steps: log(p) }), linear: (p) => ({ steps: 2, burst: 2 * (p - 2) }) },
  bcast: {
    binomial: whole,
    "scatter-allgather": (p, n) => ({ steps: log(p) + p, bytes: 2 * others(p, n) }),
    linear,
  },
  scatter: { binomial: tree, linear: linearShares },
  gather: { binomial: tree, linear: linearShares },
  allgather: {
    ring: (p, n) => ({ steps: p - 1, bytes: others(p, n) }),
    "recursive-doubling": tree,
    bruck: tree,
    linear: linearShares,
  },
  alltoall: {
    bruck: (p, n) =>
      n / p > BUNDLED
        ? { steps: log(p), burst: p - 1, bytes: others(p, n) }
        : { steps: log(p), bytes: (log(p) * n) / 2 },
    pairwise: (p, n) => ({ steps: p - 1, bytes: others(p, n) }),
    linear: linearShares,
  },
  reduce: {
    binomial: (p, n) => sum(reducing(p, n), { steps: 1, bytes: n }),
    rabenseifner,
    linear: (p, n) => ({ ...linear(p, n), combined: (p - 1) * n }),
  },
  allreduce: {
    "recursive-doubling": (p, n) =>
      sum(detour(p, n), {
        steps: Math.floor(Math.log2(p)),
        bytes: Math.floor(Math.log2(p)) * n,
        combined: Math.floor(Math.log2(p)) * n,
      }),
    ring: (p, n) => ({ steps: 2 * (p - 1), bytes: 2 * others(p, n), combined: others(p, n) }),
    rabenseifner,
    linear: (p, n) => ({ steps: 2, burst: 2 * (p - 2), bytes: 2 * (p - 1) * n, combined: (p - 1) * n }),
  },
  reduceScatter: {
    ring: (p, n) => ({ steps: p - 1, bytes: others(p, n), combined: others(p, n) }),
    binomial: (p, n) => sum(reducing(p, n), { steps: 1, burst: p - 2, bytes: others(p, n) }),
    linear: (p, n) => ({ ...linear(p, n), combined: (p - 1) * n }),
  },
  scan: {
    "recursive-doubling": reducing,
    linear: (p, n) => ({ steps: p - 1, bytes: (p - 1) * n, combined: (p - 1) * n }),
  },
  exscan: {
    "recursive-doubling": (p, n) => sum(reducing(p, n), { steps: 1, bytes: n }),
    linear: (p, n) => ({ steps: p - 1, bytes: (p - 1) * n, combined: (p - 1) * n }),
  },
};
