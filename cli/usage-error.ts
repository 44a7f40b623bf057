// cli/usage-error: layer 10. Wrong usage of the command line: what main.ts prints without a stack, with exit code 2.

/** Wrong usage: what is wrong and what was expected, and the one line that helps. */
export class UsageError extends Error {
  override readonly name = "UsageError";

  constructor(
    message: string,
    readonly help?: string,
  ) {
    super(message);
  }

  /** What the user reads on stderr: one line, or two with the help. */
  get report(): string {
    return `tsmpi: ${this.message}${this.help ? `\n       ${this.help}` : ""}\n`;
  }
}

/** How many single-character insertions, deletions, replacements and swaps of neighbours turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, older[j - 2]! + 1);
      row.push(best);
    }
    older = previous;
    previous = row;
  }
  return previous[b.length]!;
}

/** The name that was probably meant, or undefined when none is within a third of its length. */
export function nearest(typed: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let distance = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const d = editDistance(typed.toLowerCase(), name.toLowerCase());
    if (d < distance && d < typed.length && d <= Math.max(1, Math.floor(Math.max(name.length, typed.length) / 3))) {
      best = name;
      distance = d;
    }
  }
  return best;
}
