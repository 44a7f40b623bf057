// start-alone: a script that runs without `tsmpi run` (`bun script.ts` with the npm package): a rank of the engine that
// has started it, or a job of one rank. Imported by index.ts; does nothing in a rank that cli/rank.ts has started.
import { Exception } from "./base/errors.ts";
import { isInitialized } from "./mpi/environment.ts";
import { oversee } from "./oversight.ts";
import { Runtime } from "./runtime.ts";
import { AloneWireUp, aloneForEver } from "./transport/wireup-alone.ts";
import type { FromRank } from "./wire/control.ts";

if (!isInitialized()) {
  const [{ openWithoutLauncher }, { writeSync }] = await Promise.all([
    import("./transport/engines.ts"),
    import("node:fs"),
  ]);
  // Nobody else is there to print: the script is the program.
  const wireup = await openWithoutLauncher((text) => writeSync(2, `${text}\n`));
  if (wireup) (await oversee(wireup)).settled();
  else startAlone();
}

function startAlone(): void {
  const hear = (message: FromRank) => {
    // From a timer, so no call of the script can catch it: Bun prints it and ends the process, where it would otherwise wait for ever.
    if (message.kind === "blocked") throw new Exception("ERR_OTHER", `Cannot go on: ${aloneForEver(message.state)}`);
    // Nobody else is there to tell: Bun prints it.
    if (message.kind === "failed") reportError(message.report);
  };
  const runtime = Runtime.alone(new AloneWireUp(hear));
  process.on("beforeExit", () => {
    if (!runtime.stay() && !runtime.finalized) runtime.finalize(0);
  });
}
