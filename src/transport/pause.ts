// transport/pause: layer 3. Lets another process have the core, for a rank that looks for messages again and again: where
// ranks share cores, the one that it waits for may be waiting for this one's. Called by runtime.ts.
import { cFunctions } from "./c-library.ts";

/** `sched_yield`, about 0.6 µs; undefined where it cannot be had. */
export function pause(): (() => void) | undefined {
  return cFunctions({ sched_yield: { args: [], returns: "i32" } })?.sched_yield;
}
