// cli/rank: layer 10. A rank: joins the job, gives the script the module "tsmpi", runs it, and sees it to its end.
// Called by main.ts, for a rank of a launcher and for a script that runs alone.
import { errorText } from "../src/base/error-text.ts";
import { Runtime } from "../src/runtime.ts";
import { AloneWireUp, aloneForEver } from "../src/transport/wireup-alone.ts";
import { LauncherWireUp } from "../src/transport/wireup-launcher.ts";
import type { FromRank } from "../src/wire/control.ts";
import { dieWithParent } from "./die-with-parent.ts";

import { writeWhole } from "./whole-output.ts";

/** Exit code of a script whose top-level await can never settle, as in Node. */
const UNSETTLED = 13;

/** Runs `script` (an absolute path, `sample:hello` or `bench:latency`) with `args` as this process's one script. */
export async function runRank(script: string, args: string[], how: "launched" | "alone"): Promise<void> {
  writeWhole();
  const wireup = how === "launched" ? await LauncherWireUp.open() : new AloneWireUp(hearAlone);
  if (wireup instanceof LauncherWireUp) dieWithParent(wireup.launcher);
  const fail = (code: number, report: string): never => {
    failed = true;
    wireup.tell({ kind: "failed", code, report });
    process.exit(code);
  };
  let failed = false;
  let settled = false;
  const uncaught = (event: string) => (error: unknown) => {
    // A script that handles these itself has decided what they mean.
    if (process.listenerCount(event) === 1) fail(1, errorText(error));
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
    if (!runtime.finalized)
      runtime.finalize(code).then(
        () => process.exit(),
        (error) => fail(1, errorText(error)),
      );
  });

  await provideLibrary();
  process.argv = [process.execPath, script, ...args];
  try {
    await load(script);
    settled = true;
  } catch (error) {
    fail(1, errorText(error));
  }
}

async function load(script: string): Promise<void> {
  if (script.startsWith("sample:")) {
    const { samples } = await import("./embedded/samples.ts");
    await samples[script.slice("sample:".length)]!();
    return;
  }
  if (script.startsWith("bench:")) {
    const { programs } = await import("./bench/programs.ts");
    await programs[script.slice("bench:".length)]!();
    return;
  }
  // So that `import.meta.main` is true in the script. Bun's types call it readonly; it is not.
  (Bun as { main: string }).main = script;
  await import(script);
}

/** Makes `import "tsmpi"` mean this library, wherever the script is. */
async function provideLibrary(): Promise<void> {
  const library = await import("../src/index.ts");
  Bun.plugin({
    name: "tsmpi",
    setup(build) {
      build.module("tsmpi", () => ({ exports: { ...library }, loader: "object" }));
    },
  });
}

/** What a launcher would be told, in a job without one. */
function hearAlone(message: FromRank): void {
  if (message.kind === "failed") process.stderr.write(`${message.report}\n`);
  else if (message.kind === "note") process.stderr.write(`tsmpi: ${message.text}\n`);
  else if (message.kind === "blocked") {
    process.stderr.write(`tsmpi: ${aloneForEver(message.state)}\n`);
    process.exit(1);
  }
}
