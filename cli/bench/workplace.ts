// cli/bench/workplace: layer 10. A directory with files in it, and commands that run there one after the other. Whoever ends
// tsmpi ends the command as well; the directory is removed in any case. Used by startup and against.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type EndingSignal, ending, listen, signalNumber } from "../launch/signals.ts";

/** A command that did not do what it was to do. */
export class CommandError extends Error {
  constructor(
    message: string,
    /** What tsmpi is to exit with. */
    readonly code = 1,
  ) {
    super(message);
  }
}

export class Workplace implements Disposable {
  readonly dir: string = mkdtempSync(join(tmpdir(), "tsmpi-bench-"));
  #child: Bun.Subprocess | undefined;
  /** Seconds of processor time that the commands, and what they have started and waited for, have taken. */
  cpuSeconds = 0;
  #ended: EndingSignal | undefined;
  // From the first to the last command: between two of them a signal would end tsmpi at once.
  #unlisten = listen({
    end: (signal) => {
      this.#ended = signal;
      this.#child?.kill("SIGTERM");
    },
    pass() {},
  });

  /** @param files contents by path, to be written into the directory */
  constructor(files: Readonly<Record<string, string>>) {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.dir, path)), { recursive: true });
      writeFileSync(join(this.dir, path), text);
    }
  }

  /** Runs a command, with variables on top, and resolves with what it has printed on stdout. @throws CommandError when it fails or was ended */
  async outputOf(command: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
    this.#checkEnded();
    const child = Bun.spawn([...command], {
      stdio: ["ignore", "pipe", "pipe"],
      cwd: this.dir,
      env: { ...process.env, ...env },
    });
    this.#child = child;
    const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    this.#child = undefined;
    this.cpuSeconds += Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1e6;
    this.#checkEnded();
    if (child.exitCode === 0) return stdout;
    const end = child.signalCode ?? `exit code ${child.exitCode}`;
    throw new CommandError(`Cannot measure ${command.join(" ")}: it ended with ${end}\n${stdout}${stderr}`);
  }

  [Symbol.dispose](): void {
    this.#unlisten();
    rmSync(this.dir, { recursive: true });
  }

  #checkEnded(): void {
    if (this.#ended) throw new CommandError(ending[this.#ended], 128 + signalNumber(this.#ended));
  }
}
