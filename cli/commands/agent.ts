// cli/commands/agent: layer 10. `tsmpi agent --stdio`: what the launcher starts on another host through ssh. It speaks over
// its standard input and output, and ends when they do.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent } from "../agent/agent.ts";
import { greeting } from "../agent/protocol.ts";
import { ending, signalNumber } from "../launch/signals.ts";
import { Sink } from "../launch/sink.ts";
import { UsageError } from "../usage-error.ts";
import { version } from "../version.ts";

/** @param argv `--stdio`, and `--directory DIR` for what is staged, which the caller removes */
export async function agent(argv: string[], help: () => Promise<number>): Promise<number> {
  const [how, option, given] = argv;
  if (how === "--help" || how === "-h") return help();
  if (how !== "--stdio" || (option !== undefined && (option !== "--directory" || given === undefined))) {
    throw new UsageError("Cannot start an agent: expected tsmpi agent --stdio", "the launcher starts it, through ssh");
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
