// cli/command-line: layer 10. What the words of the command line start, and how wrong usage is reported. Called by main.

import { commands, run } from "./command-table.ts";
import { sampleNames } from "./embedded/samples.ts";
import { findScript, isScriptName } from "./find-script.ts";
import { nearest, UsageError } from "./usage-error.ts";
import { versionLine } from "./version.ts";

/** Runs what the arguments ask for and leaves the exit code in `process.exitCode`; wrong usage is 2. */
export async function commandLine(argv: string[]): Promise<void> {
  try {
    const code = await dispatch(argv);
    if (code !== undefined) process.exitCode = code;
  } catch (error) {
    process.stderr.write(usageErrorOf(error, argv[0]!).report);
    process.exitCode = 2;
  }
}

/** The exit code, or undefined when a script that runs in this process decides it. */
async function dispatch(argv: string[]): Promise<number | undefined> {
  const [first, ...rest] = argv;
  if (first === "--version" || first === "-V") return version();
  if (first === undefined || first === "--help" || first === "-h") return help();
  if (first === "help") return help(rest[0]);
  if (first.startsWith("-")) return run.raw(argv, () => help(run.name));
  const command = commands.find(({ name }) => name === first);
  if (command !== run) Bun.unsafe.setJITPolicy(1);
  if (command && "raw" in command) return command.raw(rest, () => help(command.name));
  if (command) return (await import("./help.ts")).runPlain(argv);
  const script = findOwnScript(first);
  const { runRank } = await import("./rank.ts");
  await runRank(script, rest, "alone");
  return undefined;
}

async function help(command?: string): Promise<number> {
  return (await import("./help.ts")).printHelp(command);
}

async function version(): Promise<number> {
  console.log(versionLine());
  return 0;
}

/** A script named without a command, where the name may also be a mistyped command. */
function findOwnScript(name: string): string {
  try {
    return findScript(name, process.cwd(), sampleNames);
  } catch (error) {
    const names = commands.map((command) => command.name);
    const close = nearest(name, names);
    if (!(error instanceof UsageError) || !close || isScriptName(name)) throw error;
    throw new UsageError(error.message, `did you mean the command \`tsmpi ${close}\`?`);
  }
}

/** cac's errors are wrong usage too; anything else is thrown on. */
function usageErrorOf(error: unknown, command: string): UsageError {
  if (error instanceof UsageError) return error;
  if (error instanceof Error && error.name === "CACError") {
    return new UsageError(error.message.replaceAll("`", ""), `\`tsmpi ${command} --help\` shows what it takes`);
  }
  throw error;
}
