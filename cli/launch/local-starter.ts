// cli/launch/local-starter: layer 10. Starts the ranks that run on this host. Used by run.
import { rankEnvironment } from "./environment.ts";
import type { Program } from "./plan.ts";
import type { Starter } from "./rank-process.ts";
import { startLocal } from "./start-local.ts";

/** How a rank of a program is started. */
export type RankCommand = (program: Program) => string[];

export function localStarter(command: RankCommand, host?: string): Starter {
  return {
    host,
    start({ rank, program, job, stdin, terminal }, events) {
      const env = rankEnvironment(process.env, program.env, job, terminal);
      const started = startLocal({ rank, command: command(program), env, cwd: program.wdir, stdin }, events);
      started.send(job);
      return started;
    },
  };
}
