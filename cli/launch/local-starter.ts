// cli/launch/local-starter: layer 10. Starts the ranks that run on this host. Used by run.
import { closeSync } from "node:fs";
import { availableParallelism } from "node:os";
import { rankEnvironment } from "./environment.ts";
import type { Program } from "./plan.ts";
import type { RankProcess, Starter } from "./rank-process.ts";
import { openSharedMemory, type SharedMemoryFile } from "./shared-memory-file.ts";
import { startLocal } from "./start-local.ts";
import { isStopped } from "./stopped-ranks.ts";

/** How a rank of a program is started. */
export type RankCommand = (program: Program) => string[];

export interface LocalStarter extends Starter {
  /** The ranks that a signal has stopped. */
  stopped(): number[];
}

export function localStarter(command: RankCommand, host?: string): LocalStarter {
  let shared: SharedMemoryFile | string | undefined;
  const ranks: RankProcess[] = [];
  return {
    host,
    stopped: () => ranks.filter(({ pid }) => isStopped(pid)).map(({ rank }) => rank),
    start({ rank, program, job, stdin, terminal }, events) {
      const env = rankEnvironment(process.env, program.env, job, terminal, availableParallelism());
      if (shared === undefined) {
        shared = openSharedMemory(job.localSize, env.TSMPI_TRANSPORT);
        if (typeof shared === "string") events.detail(`ranks share no memory: ${shared}`);
      }
      const memory = typeof shared === "string" ? undefined : shared;
      const place = { command: command(program), env, cwd: program.wdir, stdin, sharedMemory: memory?.fd };
      try {
        const started = startLocal({ rank, ...place }, events);
        ranks.push(started);
        started.send({ ...job, ...(memory && { sharedMemory: memory.bytes }) });
        return started;
      } finally {
        // The ranks have it now.
        if (memory && job.localRank === job.localSize - 1) closeSync(memory.fd);
      }
    },
  };
}
