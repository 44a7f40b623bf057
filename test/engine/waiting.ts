// A process that waits for an operation, in the way that its argument says. Started by progress.test.ts.
import { Operation } from "../../src/engine/operation.ts";
import { Progress } from "../../src/engine/progress.ts";

const operation = new Operation<string>();

const ways: Record<string, () => void> = {
  /** Waits for a second with a spin of 2 ms, and says what share of a core that took, in per cent. */
  idle: () => {
    const progress = new Progress(2000);
    const start = performance.now();
    const before = process.cpuUsage();
    progress.wait(operation).then(console.log);
    setTimeout(() => {
      const { user, system } = process.cpuUsage(before);
      operation.resolve(String((user + system) / (performance.now() - start) / 10));
    }, 1000);
  },
  /** Has nothing but an operation to wait for, is held, and ends when it settles. */
  held: () => {
    const progress = new Progress(0);
    progress.wait(operation).then(console.log);
    let held = 0;
    process.on("beforeExit", () => {
      if (progress.waiting.length === 0) return;
      held++;
      progress.hold(20, (long) => {
        console.log(`long ${long}`);
        // The loop is alive although nothing but the hold is in it.
        if (long) setTimeout(() => operation.resolve(`held ${held}`), 20);
      });
    });
  },
};
ways[process.argv[2]!]!();
