// The progress line of the `clean` sample: posts per second, and which share of its time each stage waits for others.

/** Under a launcher stderr is a pipe; then the launcher says what its own is. */
const terminal = process.stderr.isTTY || process.env.TSMPI_STDERR_TTY === "1";

export class Progress {
  readonly #names: readonly string[];
  readonly #started = performance.now();
  #waited = 0;
  #shown = 0;

  /** @param names of the stages of each rank */
  constructor(names: readonly string[]) {
    this.#names = names;
  }

  /** Awaits `promise`, and counts the time until it is done as waiting. */
  async waitFor<T>(promise: Promise<T>): Promise<T> {
    const start = performance.now();
    const value = await promise;
    this.#waited += performance.now() - start;
    return value;
  }

  /** The share of its time that this rank has spent waiting, 0 to 1. */
  get share(): number {
    return this.#waited / Math.max(performance.now() - this.#started, 1e-3);
  }

  /** Shows `written` posts and the `waiting` share of each rank on a terminal, ten times a second and at the end. */
  show(written: number, waiting: readonly number[], end: boolean): void {
    const now = performance.now();
    if (!terminal || (!end && now < this.#shown + 100)) return;
    this.#shown = now;
    const rate = Math.round((written * 1000) / Math.max(now - this.#started, 1));
    const shares = this.#names.map((name, i) => `${name} ${Math.round(100 * (waiting[i] ?? 0))}%`);
    const line = `${written} posts, ${rate} a second; waiting: ${shares.join(", ")}`;
    // A carriage return at the end lets the next line overwrite this one; \x1b[K clears what was longer before.
    process.stderr.write(`${line}\x1b[K${end ? "\n" : "\r"}`);
  }
}
