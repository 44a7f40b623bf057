// cli/bench/task: layer 10. What a bench program is asked to do: the one argument that it gets, as JSON, in TypeScript
// here and in Python for the comparison. Made by bench-table, read by programs/report.

/** The object `{ k: 1 }` (a number where a collective calculates), or so many bytes in a typed array. */
export type Size = "object" | number;

/** One line of the result: how often the work is done with this size, before the clock runs and while it runs. */
export interface Row {
  /** Left out where the bench has no sizes. */
  readonly size?: Size | undefined;
  readonly warmup: number;
  readonly iterations: number;
}

export interface Task {
  readonly bench: string;
  readonly rows: readonly Row[];
  /** Messages that are under way at the same time; 1 where the program has no window. */
  readonly window: number;
  /** Print a line of JSON a row, not OSU's columns. */
  readonly json: boolean;
  /** The directory for files of a bench that writes some. */
  readonly path?: string | undefined;
}

/** Every value is a column; each program says in bench-table which ones it gives. */
export type Values = Readonly<Record<string, number>>;
