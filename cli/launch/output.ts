// cli/launch/output: layer 10. Everything that a job prints: the ranks' lines to the launcher's own stdout and stderr
// and to their files, and the launcher's own words to stderr. Used by job.
import { closeSync, fstatSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { Joint } from "./joint.ts";
import { LinePrefix } from "./line-prefix.ts";
import type { RunPlan } from "./plan.ts";
import { RankOutput } from "./rank-output.ts";
import type { RankProcess } from "./rank-process.ts";
import { Sink } from "./sink.ts";
import { isTerminal } from "./terminal.ts";

/** Looks after ranks that have gone while something that they started still holds their output open. */
const LOOK_MS = 50;
/** So many looks without a byte, and nobody waits for it any longer. */
const LOOKS = 6;

const names = ["stdout", "stderr"] as const;
const endings = { stdout: "out", stderr: "err" };

export type OutputPlan = Pick<RunPlan, "tagOutput" | "timestampOutput" | "outputDir" | "quiet">;

export class Output {
  /** Which of the launcher's streams are terminals. */
  readonly terminal = { stdout: isTerminal(1), stderr: isTerminal(2) };
  #plan: OutputPlan;
  #size: number;
  #joints: { stdout: Joint; stderr: Joint };
  #prompts: { stdout: boolean; stderr: boolean };
  #files: Sink[] = [];
  #streams: RankOutput[] = [];
  #running: Promise<void>[] = [];

  /**
   * Makes the files. `onGone` is called when the reader of the launcher's stdout or stderr has gone, or the stream
   * cannot be written for the reason that `error` gives. @throws the system's error when a file cannot be made
   */
  constructor(plan: OutputPlan, size: number, onGone: (stream: string, error: NodeJS.ErrnoException) => void) {
    this.#plan = plan;
    this.#size = size;
    const stdout = new Joint(new Sink(1, (error) => onGone("stdout", error)));
    // Where both are one terminal or one pipe, a line of one must not be broken by the other either.
    const stderr = sameFile(1, 2) ? stdout : new Joint(new Sink(2, (error) => onGone("stderr", error)));
    this.#joints = { stdout, stderr };
    this.#prompts = { stdout: !isFile(1), stderr: !isFile(2) };
    if (plan.outputDir !== undefined) this.#openFiles(plan.outputDir);
  }

  /** Passes on a rank's output from now on. */
  attach(rank: RankProcess): void {
    for (const name of names) {
      const prefixed = this.#plan.tagOutput || this.#plan.timestampOutput;
      const options = { tag: this.#plan.tagOutput, timestamp: this.#plan.timestampOutput };
      const stream = new RankOutput(rank[name], {
        joint: this.#plan.quiet && this.#plan.outputDir !== undefined ? undefined : this.#joints[name],
        prompts: this.#prompts[name],
        prefix: prefixed ? new LinePrefix(rank.rank, options) : undefined,
        file: this.#files[rank.rank * names.length + names.indexOf(name)],
      });
      this.#streams.push(stream);
      this.#running.push(stream.run());
    }
  }

  /** Prints the launcher's own words on stderr: one or more lines, each of which ends here. */
  say(text: string): void {
    this.#joints.stderr.say(new TextEncoder().encode(`${text}\n`));
  }

  /** Resolves when all that the ranks have written has been read and passed on. To be called when they have gone. */
  async drained(): Promise<void> {
    let before = -1;
    let looks = 0;
    const look = setInterval(() => {
      const now = this.#streams.reduce((sum, stream) => sum + stream.bytesRead, 0);
      looks = now === before && this.#sinks().every((sink) => sink.idle) ? looks + 1 : 0;
      before = now;
      if (looks === LOOKS) for (const stream of this.#streams) stream.stop();
    }, LOOK_MS);
    try {
      await Promise.all(this.#running);
    } finally {
      clearInterval(look);
    }
    await this.flushed();
  }

  /** Resolves when everything that was passed on or said has been written. */
  async flushed(): Promise<void> {
    for (const sink of this.#sinks()) await sink.drained();
  }

  /** Closes the ranks' files. */
  close(): void {
    for (const file of this.#files) closeSync(file.fd);
    this.#files = [];
  }

  #sinks(): Sink[] {
    return [this.#joints.stdout.sink, this.#joints.stderr.sink, ...this.#files];
  }

  #openFiles(directory: string): void {
    mkdirSync(directory, { recursive: true });
    const width = Math.max(2, String(this.#size - 1).length);
    for (let rank = 0; rank < this.#size; rank++) {
      for (const name of names) {
        const path = join(directory, `rank-${String(rank).padStart(width, "0")}.${endings[name]}`);
        const onError = (error: Error) => this.say(`tsmpi: ${path} is incomplete: ${error.message}`);
        this.#files.push(new Sink(openSync(path, "w"), onError));
      }
    }
  }
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}

function sameFile(a: number, b: number): boolean {
  try {
    const [one, other] = [fstatSync(a), fstatSync(b)];
    return one.dev === other.dev && one.ino === other.ino;
  } catch {
    return false;
  }
}
