// transport/agreed-ports: layer 3. Where rank 0 of a job listens when the ranks cannot tell each other: ports that follow from
// the job's name. Called by engines.
import { createHash } from "node:crypto";

/** Above the ports that systems give out by themselves (to 60999 on Linux). */
const FIRST = 61_440;
const SPAN = 4096;
/** How many are tried: another job may have the same ones. */
const TRIES = 4;

export function agreedPorts(job: string): number[] {
  const start = createHash("sha256").update(job).digest().readUInt32BE(0) % SPAN;
  return Array.from({ length: TRIES }, (_, i) => FIRST + ((start + i) % SPAN));
}
