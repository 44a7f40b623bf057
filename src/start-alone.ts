// start-alone: a script that runs without `tsmpi run` (`bun script.ts` with the npm package): a rank of the engine that
// has started it, or a job of one rank. Imported by index.ts; does nothing in a rank that cli/rank.ts has started.
import { numberVariable } from "./base/config.ts";
import { Exception } from "./base/errors.ts";
import { isInitialized } from "./mpi/environment.ts";
import { oversee } from "./oversight.ts";
import { Runtime } from "./runtime.ts";
import { AloneWireUp, aloneForEver, waitLines } from "./transport/wireup-alone.ts";
import type { FromRank } from "./wire/control.ts";

if (!isInitialized()) {
  const [{ openWithoutLauncher }, { writeSync }] = await Promise.all([
    import("./transport/engines.ts"),
    import("node:fs"),
  ]);
  // Nobody else is there to print: the script is the program.
  const say = (text: string) => void writeSync(2, `${text}\n`);
  const wireup = await openWithoutLauncher(say);
  if (wireup) (await oversee(wireup)).settled();
  else startAlone(say);
}

function startAlone(say: (text: string) => void): void {
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
  tellOfLongWaits(runtime, say);
}

/**
 * A script that waits with an await at its top level never has a "beforeExit": Bun turns the loop for ever. Whether something of
 * its own will still end the wait, nobody can see from here, so it goes on, but says why once.
 */
function tellOfLongWaits(runtime: Runtime, say: (text: string) => void): void {
  const patience = numberVariable("TSMPI_DEADLOCK_TIMEOUT") * 1000;
  if (patience === 0) return;
  let before: unknown;
  const look = setInterval(() => {
    const [waits] = runtime.progress.waiting;
    if (waits !== undefined && waits === before) {
      clearInterval(look);
      const calls = waitLines(runtime.state).join("\n  ");
      say(`tsmpi: the only rank waits for what only this script itself can send\n  ${calls}`);
    }
    before = waits;
  }, patience);
  look.unref();
}
