// transport/wireup-kubernetes: layer 3. Ranks that are the pods of a Kubernetes Indexed Job: the index is the rank, and pod 0 has
// a name in the job's headless service. How many there are no pod is told: TSMPI_SIZE says it. Called by engines.ts.
import { hostname } from "node:os";
import { variable } from "../base/config.ts";
import { jobToken } from "./token.ts";
import type { Engine } from "./wireup-engine.ts";

/** Each pod has addresses of its own, so one port will do. */
const PORT = 7117;

export function kubernetes(): Engine {
  const rank = Number(variable("JOB_COMPLETION_INDEX"));
  const size = Number(variable("TSMPI_SIZE") ?? Number.NaN);
  if (!Number.isInteger(size) || size < 1) {
    throw new Error(
      "Cannot tell how many ranks this Indexed Job has: set TSMPI_SIZE to its completions (1 where each pod is a job of its own)",
    );
  }
  if (!Number.isInteger(rank) || rank < 0 || rank >= size) {
    throw new Error(`Cannot be rank JOB_COMPLETION_INDEX=${variable("JOB_COMPLETION_INDEX")} of TSMPI_SIZE=${size}`);
  }
  const own = `-${rank}`;
  const pod = variable("HOSTNAME") ?? hostname();
  const subdomain = variable("TSMPI_SUBDOMAIN");
  if (!pod.endsWith(own) || !subdomain) {
    throw new Error(
      `Cannot tell the name of pod 0: ${subdomain ? `this pod's name is ${pod}, expected one that ends in ${own}` : "set TSMPI_SUBDOMAIN to the name of the job's headless service"}`,
    );
  }
  const job = pod.slice(0, -own.length);
  return {
    rank,
    size,
    oneHost: false,
    job: `kubernetes.${job}.${subdomain}`,
    meeting: { host: `${job}-0.${subdomain}`, ports: [PORT], token: jobToken(false) },
    // The Job sees exit codes: with backoffLimit 0 the first bad one ends all pods.
    abort: () => {},
    leave: () => {},
  };
}
