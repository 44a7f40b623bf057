// cli/agent/progress: layer 10. Tells a person who waits how much of tsmpi has been sent to which hosts: on a terminal in
// one line that changes, elsewhere in one line at the end. Used by open-hosts.

/** Milliseconds between two changes of the line. */
const PACE = 100;

export class Progress {
  #show: ((text: string) => void) | undefined;
  #terminal: boolean;
  #hosts = new Set<string>();
  #total = 0;
  #sent = 0;
  #begun = 0;
  #shown = 0;

  /** @param show writes a text as it is; undefined: nobody is told */
  constructor(show: ((text: string) => void) | undefined, terminal: boolean) {
    this.#show = show;
    this.#terminal = terminal;
  }

  step(host: string, step: { total: number } | { sent: number }): void {
    this.#begun ||= performance.now();
    this.#hosts.add(host);
    if ("total" in step) this.#total += step.total;
    else this.#sent += step.sent;
    const now = performance.now();
    if (!this.#terminal || now - this.#shown < PACE) return;
    this.#shown = now;
    this.#show?.(`\r\x1b[Ktsmpi: sending tsmpi to ${this.#names()}: ${mega(this.#sent)} of ${mega(this.#total)} MB`);
  }

  /** Everything is there, or given up. */
  end(): void {
    if (this.#hosts.size === 0) return;
    const seconds = ((performance.now() - this.#begun) / 1000).toFixed(1);
    const line = `tsmpi: sent tsmpi to ${this.#names()}: ${mega(this.#sent)} MB in ${seconds} s`;
    this.#show?.(`${this.#terminal ? "\r\x1b[K" : ""}${line}\n`);
    this.#hosts.clear();
  }

  #names(): string {
    const names = [...this.#hosts];
    return names.length > 4 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
  }
}

function mega(bytes: number): string {
  return String(Math.round(bytes / 1e6));
}
