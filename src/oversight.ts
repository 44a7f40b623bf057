// oversight: sees the script of a rank to its end: errors that it does not catch, an early exit, the moment at which it has
// nothing left to do. Called by cli/rank.ts and, where another launcher has started the script, by start-alone.ts.
import { errorText } from "./base/error-text.ts";
import { Deadlock } from "./base/errors.ts";
import { Runtime } from "./runtime.ts";
import type { WireUp } from "./transport/wireup.ts";

/** Exit code of a script whose top-level await can never settle, as in Node. */
const UNSETTLED = 13;

export interface Overseen {
  /** The script's main module has been evaluated. */
  settled(): void;
  /** The script has thrown what it does not catch: ends the job. */
  thrown(error: unknown): void;
}

/** Connects this rank with the others; what its script does afterwards is seen to. */
export async function oversee(wireup: WireUp): Promise<Overseen> {
  const fail = (code: number, report: string): never => {
    failed = true;
    wireup.tell({ kind: "failed", code, report });
    process.exit(code);
  };
  let failed = false;
  let settled = false;
  const thrown = (error: unknown) => {
    // Who leads the job tells of a deadlock, with what all ranks do, and ends it.
    if (!(error instanceof Deadlock)) fail(1, errorText(error));
  };
  const uncaught = (event: string) => (error: unknown) => {
    // A script that handles these itself has decided what they mean.
    if (process.listenerCount(event) === 1) thrown(error);
  };
  process.on("uncaughtException", uncaught("uncaughtException"));
  process.on("unhandledRejection", uncaught("unhandledRejection"));

  let runtime: Runtime;
  try {
    runtime = await Runtime.start(wireup);
  } catch (error) {
    return fail(1, error instanceof Error ? error.message : String(error));
  }
  process.on("exit", (code) => {
    if (!failed) runtime.leave(code);
  });
  process.on("beforeExit", (code) => {
    if (runtime.stay()) return;
    if (!settled) fail(UNSETTLED, "The script awaits, at its top level, something that can never happen");
    if (runtime.finalized) return;
    // As at the start (cli/build.ts), what runs now is not worth a compiler: 64 ranks are through a tenth sooner.
    Bun.unsafe.setJITPolicy?.(8);
    runtime.finalize(code).then(() => process.exit(), thrown);
  });
  return {
    settled: () => {
      settled = true;
    },
    thrown,
  };
}
