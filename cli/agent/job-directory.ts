// cli/agent/job-directory: layer 10. The directory of one job on an agent's host. It is gone when the job is, also when the
// agent was killed: a shell waits for the end of its standard input, which only the agent holds. Used by waiting.ts.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Ranks die with the agent, yet not at the same moment: what they wrote last is removed, too. */
const sweep = 'cat >/dev/null; rm -rf -- "$0"; [ ! -e "$0" ] || { sleep 1; rm -rf -- "$0"; }';

export class JobDirectory {
  readonly path: string;
  #sweeper: Bun.Subprocess<"pipe", "ignore", "ignore"> | undefined;

  constructor() {
    this.path = mkdtempSync(join(tmpdir(), "tsmpi-job-"));
    if (process.platform === "win32") return;
    // In a session of its own, as Ctrl-C is meant for the agent.
    this.#sweeper = Bun.spawn(["sh", "-c", sweep, this.path], {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
    });
    this.#sweeper.unref();
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
    this.#sweeper?.stdin.end();
  }
}
