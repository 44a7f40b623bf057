// cli/launch/run: layer 10. Carries out a plan: starts the job, stays with it to its end, and leaves nothing behind.
// Called by commands/run.
import { writeSync } from "node:fs";
import { selfCommand } from "../self.ts";
import { UsageError } from "../usage-error.ts";
import { Job, type RankCommand } from "./job.ts";
import { tooManyFiles } from "./open-files.ts";
import { Output } from "./output.ts";
import type { RunPlan } from "./plan.ts";
import { listen } from "./signals.ts";

/** The exit code for a mistake of the launcher itself (EX_SOFTWARE). */
const OUR_MISTAKE = 70;

const rankCommand: RankCommand = ({ script, args }) => [...selfCommand(), "rank", script, ...args];

/**
 * Runs a job and resolves with the exit code when all its processes have gone and all its output is written, or when
 * somebody has lost patience with a reader that does not read: leave with process.exit(), which waits for nothing.
 * @param command how to start a rank; tests put something else in its place
 * @throws UsageError when the plan cannot be carried out here, before anything is started
 */
export async function launch(plan: RunPlan, command: RankCommand = rankCommand): Promise<number> {
  const size = plan.programs.reduce((sum, program) => sum + program.ranks, 0);
  const refusal = tooManyFiles(size, plan.outputDir === undefined ? 0 : 2);
  if (refusal !== undefined) throw new UsageError(refusal);
  const output = makeOutput(plan, size, (stream, error) => job.outputGone(stream, error));
  const job = new Job(plan, command, output);

  const kill = () => job.kill();
  const mistake = (error: unknown) => {
    kill();
    writeSync(2, `tsmpi: this is a mistake in tsmpi, please report it:\n${(error as Error)?.stack ?? error}\n`);
    process.exit(OUR_MISTAKE);
  };
  const unlisten = listen({ end: (signal) => job.interrupt(signal), pass: (signal) => job.signal(signal) });
  process.on("uncaughtException", mistake);
  process.on("unhandledRejection", mistake);
  process.on("exit", kill);
  try {
    return await job.run();
  } finally {
    kill();
    unlisten();
    process.off("uncaughtException", mistake);
    process.off("unhandledRejection", mistake);
    process.off("exit", kill);
    output.close();
  }
}

function makeOutput(
  plan: RunPlan,
  size: number,
  onGone: (stream: string, error: NodeJS.ErrnoException) => void,
): Output {
  try {
    return new Output(plan, size, onGone);
  } catch (error) {
    throw new UsageError(`Cannot write the ranks' output into ${plan.outputDir}: ${(error as Error).message}`);
  }
}
