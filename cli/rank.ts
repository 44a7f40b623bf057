// cli/rank: layer 10. A rank: joins the job, gives the script the module "tsmpi", runs it, and sees it to its end.
// Called by main.ts, for a rank of a launcher and for a script that runs alone.
import { oversee } from "../src/oversight.ts";
import type { WireUp } from "../src/transport/wireup.ts";
import { AloneWireUp, aloneForEver } from "../src/transport/wireup-alone.ts";
import { LauncherWireUp } from "../src/transport/wireup-launcher.ts";
import type { FromRank } from "../src/wire/control.ts";
import { dieWithParent } from "./die-with-parent.ts";
import { ownGroup } from "./own-group.ts";
import { writeWhole } from "./whole-output.ts";

/** Runs `script` (an absolute path, `sample:hello` or `bench:latency`) with `args` as this process's one script. */
export async function runRank(script: string, args: string[], how: "launched" | "alone"): Promise<void> {
  if (how === "launched") ownGroup();
  writeWhole(how === "launched");
  const wireup = how === "launched" ? await LauncherWireUp.open() : await withoutLauncher();
  if (wireup instanceof LauncherWireUp) dieWithParent(wireup.launcher);
  const overseen = oversee(wireup);
  // Meanwhile, as connecting is mostly waiting.
  await provideLibrary();
  const { settled, thrown } = await overseen;

  process.argv = [process.execPath, script, ...args];
  Bun.unsafe.setJITPolicy(1);
  try {
    await load(script);
    settled();
  } catch (error) {
    thrown(error);
  }
}

/** The engine that has started this process, where one has; else this is a job of one rank. */
async function withoutLauncher(): Promise<WireUp> {
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const { openWithoutLauncher } = await import("../src/transport/engines.ts");
  return (await openWithoutLauncher(say)) ?? new AloneWireUp(hearAlone);
}

async function load(script: string): Promise<void> {
  if (script.startsWith("sample:")) {
    const { samples } = await import("./embedded/samples.ts");
    await samples[script.slice("sample:".length)]!();
    return;
  }
  if (script.startsWith("bench:")) {
    const { programs } = await import("./bench/programs.ts");
    await programs[script.slice("bench:".length)]!();
    return;
  }
  if (script === "doctor:probe") return void (await import("./doctor/probe.ts"));
  // So that `import.meta.main` is true in the script. Bun's types call it readonly; it is not.
  (Bun as { main: string }).main = script;
  await import(script);
}

/** Makes `import "tsmpi"` and `import "tsmpi/util"` mean this library, wherever the script is: what index.ts and sync.ts give. */
async function provideLibrary(): Promise<void> {
  const MPI = { ...(await import("../src/mpi/mpi.ts")) };
  const util = await import("../src/sync.ts");
  nameClasses(MPI);
  nameClasses(util);
  Bun.plugin({
    name: "tsmpi",
    setup(build) {
      build.module("tsmpi", () => ({ exports: { ...MPI, MPI, default: MPI }, loader: "object" }));
      build.module("tsmpi/util", () => ({ exports: { ...util }, loader: "object" }));
    },
  });
}

/** Gives classes the names that the bundler has shortened: messages and programs show them. */
function nameClasses(names: object): void {
  for (const name in names) {
    // Constants are in capitals, functions begin without one.
    if (!/^[A-Z][a-z]/.test(name)) continue;
    Object.defineProperty(names[name as keyof typeof names], "name", { value: name });
  }
}

/** What a launcher would be told, in a job without one. */
function hearAlone(message: FromRank): void {
  if (message.kind === "failed") process.stderr.write(`${message.report}\n`);
  else if (message.kind === "note") process.stderr.write(`tsmpi: ${message.text}\n`);
  else if (message.kind === "blocked") {
    process.stderr.write(`tsmpi: ${aloneForEver(message.state)}\n`);
    process.exit(1);
  }
}
