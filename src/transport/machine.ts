// transport/machine: layer 3. Tells whether two processes are on the same host, and in the same network namespace of it.
// Called by wireup-engine.ts.
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

function orNothing(read: () => string): string {
  try {
    return read().trim();
  } catch {
    return "";
  }
}

/** The same text in all processes that reach each other over loopback: host names alone may be the same on two hosts. */
export function machine(): string {
  const boot = orNothing(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"));
  const network = orNothing(() => readlinkSync("/proc/self/ns/net"));
  return [hostname(), boot, network].join(" ");
}
