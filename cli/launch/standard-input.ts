// cli/launch/standard-input: layer 10. `--stdin all`: what comes in at the launcher goes to every rank, at the pace of
// the slowest reader among them. Used by job.
import type { RankInput } from "./rank-process.ts";

/** Feeds all `inputs` from `source`, and closes them at its end. An input whose reader has gone is left out. */
export async function feedAll(source: ReadableStream<Uint8Array>, inputs: readonly RankInput[]): Promise<void> {
  let open = [...inputs];
  try {
    for await (const chunk of source) {
      const taken = await Promise.all(open.map((input) => give(input, chunk)));
      open = open.filter((_, i) => taken[i]);
      if (open.length === 0) return;
    }
  } finally {
    for (const input of open) Promise.resolve(input.end()).catch(() => {});
  }
}

async function give(input: RankInput, chunk: Uint8Array): Promise<boolean> {
  try {
    await input.write(chunk);
    await input.flush();
    return true;
  } catch {
    // EPIPE: the rank has closed its standard input or gone.
    return false;
  }
}
