// start-alone: a script that runs without a launcher (`bun script.ts` with the npm package) is a job of one rank.
// Imported by index.ts; does nothing in a rank that cli/rank.ts has started.
import { isInitialized } from "./mpi/environment.ts";
import { Runtime } from "./runtime.ts";
import { AloneWireUp } from "./transport/wireup-alone.ts";

if (!isInitialized()) {
  const runtime = Runtime.alone(new AloneWireUp(() => {}));
  process.on("beforeExit", () => {
    if (!runtime.stay() && !runtime.finalized) runtime.finalize(0);
  });
}
