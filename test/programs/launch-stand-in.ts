// test/programs/launch-stand-in: the launcher, with stand-ins in place of real ranks. Its argument is a plan, as JSON; what
// the plan leaves out has the command line's defaults.
import { join } from "node:path";
import { onThisMachine, type Program, type RunPlan } from "../../cli/launch/plan.ts";
import { launch } from "../../cli/launch/run.ts";
import { UsageError } from "../../cli/usage-error.ts";

export interface Given extends Partial<Omit<RunPlan, "programs">> {
  programs: Partial<Program>[];
  /** The ranks on this host are real ones, of this executable. */
  executable?: string;
  /** Makes a mistake of the launcher itself, as soon as SIGUSR2 arrives. */
  mistake?: boolean;
}

const given = JSON.parse(process.argv[2]!) as Given;
if (given.mistake) {
  process.on("SIGUSR2", () => {
    throw new Error("nobody expected this");
  });
}
const programs: Program[] = given.programs.map((program) => ({
  ranks: 1,
  script: join(import.meta.dir, "stand-in-rank.ts"),
  args: [],
  env: {},
  wdir: undefined,
  ...program,
}));
const plan: RunPlan = {
  tagOutput: false,
  timestampOutput: false,
  outputDir: undefined,
  stdin: 0,
  timeout: undefined,
  quiet: false,
  verbose: false,
  displayMap: false,
  ignored: [],
  notes: [],
  ...onThisMachine(programs.reduce((sum, { ranks }) => sum + ranks, 0)),
  ...given,
  programs,
};
try {
  const { executable } = given;
  const command = executable === undefined ? [process.execPath] : [executable, "rank"];
  process.exit(await launch(plan, ({ script, args }) => [...command, script, ...args]));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(error.report);
  process.exit(2);
}
