// cli/launch/run: layer 10. Carries out a plan: starts the job, stays with it to its end, and leaves nothing behind.
// Called by commands/run.
import { writeSync } from "node:fs";
import { wordVariable } from "../../src/base/config.ts";
import { HostsError } from "../agent/host-problem.ts";
import { selfCommand } from "../self.ts";
import { UsageError } from "../usage-error.ts";
import { type HostsOfJob, prepareHosts } from "./hosts-of-job.ts";
import { Job } from "./job.ts";
import type { RankCommand } from "./local-starter.ts";
import { tooManyFiles } from "./open-files.ts";
import { Output } from "./output.ts";
import type { Program, RunPlan } from "./plan.ts";
import { type EndingSignal, listen, signalNumber } from "./signals.ts";

function checkTransport(programs: readonly Program[]): void {
  try {
    for (const { env } of programs) wordVariable("TSMPI_TRANSPORT", env.TSMPI_TRANSPORT);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** The exit code for a mistake of the launcher itself (EX_SOFTWARE). */
const OUR_MISTAKE = 70;

const rankCommand: RankCommand = ({ script, args }) => [...selfCommand(), "rank", script, ...args];

/**
 * Runs a job and resolves with the exit code when all its processes have gone and all its output is written, or when
 * somebody has lost patience with a reader that does not read: leave with process.exit(), which waits for nothing.
 * @param command how to start a rank on this host; tests put something else in its place
 * @throws UsageError when the plan cannot be carried out here, before anything is started
 */
export async function launch(plan: RunPlan, command: RankCommand = rankCommand): Promise<number> {
  const here = plan.placement.filter((host) => plan.hosts[host]!.local).length;
  const refusal = tooManyFiles(here, plan.outputDir === undefined ? 0 : 2);
  if (refusal !== undefined) throw new UsageError(refusal);
  checkTransport(plan.programs);
  const giveUp = new AbortController();
  let job: Job | undefined;
  let kill = () => giveUp.abort();
  const mistake = (error: unknown) => {
    kill();
    writeSync(2, `tsmpi: this is a mistake in tsmpi, please report it:\n${(error as Error)?.stack ?? error}\n`);
    process.exit(OUR_MISTAKE);
  };
  let interrupted: EndingSignal | undefined;
  const unlisten = listen({
    end(signal) {
      interrupted ??= signal;
      if (job) job.interrupt(signal);
      else giveUp.abort();
    },
    pass: (signal) => job?.signal(signal),
  });
  const exit = () => kill();
  process.on("uncaughtException", mistake);
  process.on("unhandledRejection", mistake);
  process.on("exit", exit);
  let hosts: HostsOfJob | undefined;
  let output: Output | undefined;
  try {
    hosts = await prepareHosts(plan, command, giveUp.signal);
    if (interrupted !== undefined) return 128 + signalNumber(interrupted);
    output = makeOutput(plan, plan.placement.length, (stream, error) => job?.outputGone(stream, error));
    job = new Job(plan, hosts, output);
    hosts.watch(job);
    kill = () => {
      job?.kill();
      giveUp.abort();
    };
    return await job.run();
  } catch (error) {
    if (interrupted !== undefined) return 128 + signalNumber(interrupted);
    if (!(error instanceof HostsError)) throw error;
    writeSync(2, `${error.message}\n`);
    return 1;
  } finally {
    job?.kill();
    await hosts?.close();
    giveUp.abort();
    unlisten();
    process.off("uncaughtException", mistake);
    process.off("unhandledRejection", mistake);
    process.off("exit", exit);
    output?.close();
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
