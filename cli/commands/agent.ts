// cli/commands/agent: layer 10. `tsmpi agent`: waits for launchers that have its code. `tsmpi agent --stdio`: what the
// launcher starts on another host through ssh; it speaks over its standard input and output, and ends when they do.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent } from "../agent/agent.ts";
import { greeting } from "../agent/protocol.ts";
import { readAgentOptions } from "../agent/waiting-options.ts";
import { ending, signalNumber } from "../launch/signals.ts";
import { Sink } from "../launch/sink.ts";
import { UsageError } from "../usage-error.ts";
import { version } from "../version.ts";

/** @returns the exit code of an agent that has waited for work; one over standard input ends this process */
export async function agent(argv: string[], help: () => Promise<number>): Promise<number> {
  if (argv.some((arg) => arg === "--help" || arg === "-h")) return help();
  if (argv[0] === "--stdio") return overStdio(argv.slice(1));
  const { WaitingAgent, ownIdentity } = await import("../agent/waiting.ts");
  const options = readAgentOptions(argv);
  let waiting: Awaited<ReturnType<typeof WaitingAgent.start>>;
  try {
    waiting = await WaitingAgent.start(options, (text) => console.log(`${clock()} ${text}`));
  } catch (error) {
    throw new UsageError(`Cannot start an agent: ${(error as Error).message}`);
  }
  process.on("exit", () => waiting.clean());
  for (const signal of Object.keys(ending) as (keyof typeof ending)[]) process.on(signal, () => void waiting.stop());
  const { slots, name } = options;
  const { code, port } = waiting;
  console.log(`tsmpi ${version} agent ${name}: ${ownIdentity()}, ${slots} slots, port ${port}`);
  console.log(`\njoin code, for people whose programs may run here:\n  ${code}`);
  console.log(`on the other machine:\n  tsmpi run -np ${slots} --agents ${code} script.ts\n`);
  console.log(`waiting for ${options.once ? "one job" : "jobs, one at a time"}; Ctrl-C stops it and what runs here`);
  await waiting.over;
  process.exit(0);
}

/** `08:12:03`. */
function clock(): string {
  return new Date().toTimeString().slice(0, 8);
}

/** @param argv `--directory DIR` for what is staged, which the caller removes */
async function overStdio([option, given]: readonly string[]): Promise<never> {
  if (option !== undefined && (option !== "--directory" || given === undefined)) {
    throw new UsageError(`Cannot use ${option}: expected tsmpi agent --stdio`, "the launcher starts it, through ssh");
  }
  const directory = given ?? mkdtempSync(join(tmpdir(), "tsmpi-job-"));
  const stdout = new Sink(1, () => work.end("the launcher reads no more"));
  stdout.write(new TextEncoder().encode(greeting(version)));
  const work = new Agent(
    Bun.stdin.stream(),
    { write: (bytes) => stdout.write(bytes), room: () => stdout.room(), close: () => {} },
    directory,
  );
  for (const signal of Object.keys(ending) as (keyof typeof ending)[]) {
    process.on(signal, () => work.end(`signal ${signalNumber(signal)}`));
  }
  const reason = await work.over;
  if (reason !== undefined) process.stderr.write(`tsmpi agent: ${reason}\n`);
  await Promise.race([stdout.drained(), Bun.sleep(500)]);
  rmSync(directory, { recursive: true, force: true });
  process.exit(reason === undefined ? 0 : 1);
}
