// cli/agent/progress: layer 10. Tells a person who waits how much of tsmpi has been sent to which hosts: on a terminal in
// one line that changes, elsewhere in one line at the end. Used by open-hosts.

/** Milliseconds between two changes of the line. */
const PACE = 100;

/** That so many bytes are to be sent to a host, that so many more have been, that all are there. */
export type Step = { readonly total: number } | { readonly sent: number } | "done";

export class Progress {
  #show: ((text: string) => void) | undefined;
  #terminal: boolean;
  #hosts = new Map<string, { total: number; sent: number; done: boolean }>();
  #begun = 0;
  #shown = 0;

  /** @param show writes a text as it is; undefined: nobody is told */
  constructor(show: ((text: string) => void) | undefined, terminal: boolean) {
    this.#show = show;
    this.#terminal = terminal;
  }

  step(host: string, step: Step): void {
    this.#begun ||= performance.now();
    const state = this.#hosts.get(host) ?? { total: 0, sent: 0, done: false };
    this.#hosts.set(host, state);
    if (step === "done") state.done = true;
    else if ("total" in step) state.total = step.total;
    else state.sent += step.sent;
    const now = performance.now();
    if (!this.#terminal || now - this.#shown < PACE) return;
    this.#shown = now;
    const all = [...this.#hosts.values()];
    const [sent, total] = [sum(all.map((each) => each.sent)), sum(all.map((each) => each.total))];
    this.#show?.(`\r\x1b[Ktsmpi: sending tsmpi to ${names(this.#hosts.keys())}: ${mega(sent)} of ${mega(total)} MB`);
  }

  /** Everything is there, or given up. */
  end(): void {
    if (this.#hosts.size === 0) return;
    const done = [...this.#hosts].filter(([, state]) => state.done);
    const seconds = ((performance.now() - this.#begun) / 1000).toFixed(1);
    const bytes = sum(done.map(([, state]) => state.total));
    const line = `tsmpi: sent tsmpi to ${names(done.map(([host]) => host))}: ${mega(bytes)} MB in ${seconds} s\n`;
    this.#show?.(`${this.#terminal ? "\r\x1b[K" : ""}${done.length > 0 ? line : ""}`);
    this.#hosts.clear();
  }
}

function names(hosts: Iterable<string>): string {
  const all = [...hosts];
  return all.length > 4 ? `${all.slice(0, 3).join(", ")} and ${all.length - 3} more` : all.join(", ");
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function mega(bytes: number): string {
  return String(Math.round(bytes / 1e6));
}
