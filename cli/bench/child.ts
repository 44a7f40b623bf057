// cli/bench/child: layer 10. Runs a command to its end and takes its output. Whoever ends tsmpi ends the command as well.
// Called by startup and against.

import { type EndingSignal, listen, signalNumber } from "../launch/signals.ts";

/** A command that did not end well. */
export class ChildError extends Error {
  constructor(
    message: string,
    /** What tsmpi is to exit with. */
    readonly code: number,
  ) {
    super(message);
  }
}

/** What a command prints on stdout. @throws ChildError when it fails, or when a signal has ended it and is to end tsmpi */
export async function outputOf(command: readonly string[], cwd?: string): Promise<string> {
  const child = Bun.spawn([...command], { stdio: ["ignore", "pipe", "pipe"], ...(cwd === undefined ? {} : { cwd }) });
  let ended: EndingSignal | undefined;
  const unlisten = listen({
    end(signal) {
      ended = signal;
      child.kill("SIGTERM");
    },
    pass() {},
  });
  try {
    const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    if (ended) throw new ChildError("interrupted", 128 + signalNumber(ended));
    if (child.exitCode === 0) return stdout;
    const end = child.signalCode ?? `exit code ${child.exitCode}`;
    throw new ChildError(`Cannot measure with ${command.join(" ")}: it ended with ${end}\n${stdout}${stderr}`, 1);
  } finally {
    unlisten();
  }
}
