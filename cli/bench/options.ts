// cli/bench/options: layer 10. The command line of `tsmpi bench` → what to do. Called by the command bench.

import { statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { misfit, rankCount, transportName } from "../launch/option-values.ts";
import { nearest, UsageError } from "../usage-error.ts";
import { type Bench, benches, benchNamed, MODEL } from "./bench-table.ts";

/** What was asked for. A number is undefined when it was left out. */
export interface BenchOptions {
  bench: Bench | undefined;
  /** `tsmpi bench model`. */
  model: boolean;
  np: number | undefined;
  /** `-m`, as it was typed: what it may be depends on the bench. */
  sizes: string | undefined;
  iterations: number | undefined;
  warmup: number | undefined;
  json: boolean;
  against: "mpi4py" | undefined;
  pairs: number | undefined;
  /** Names of comparisons, with commas between them, as they were typed. */
  rows: string | undefined;
  /** The directory for a bench's files, as it was typed. */
  path: string | undefined;
  /** A file to write, as it was typed. */
  html: string | undefined;
  markdown: boolean;
  quick: boolean;
  /** What ours uses, where a row does not say it. */
  transport: string | undefined;
}

interface OptionRow {
  /** Spellings without dashes; one dash or two is the same. */
  readonly names: readonly string[];
  readonly shown: string;
  readonly about: string;
  /** Left out for a switch. */
  readonly value?: string;
  apply(options: BenchOptions, value: string, option: string): void;
}

const benchOptions: readonly OptionRow[] = [
  {
    names: ["np", "n"],
    shown: "-np N",
    value: "N",
    about: "how many ranks",
    apply(options, value, option) {
      options.np = rankCount(value, option, availableParallelism());
    },
  },
  {
    names: ["m", "message-size"],
    shown: "-m SIZES",
    value: "SIZES",
    about: "object, BYTES, MIN:MAX or several with commas (object,1:4M)",
    apply(options, value) {
      options.sizes = value;
    },
  },
  {
    names: ["i", "iterations"],
    shown: "-i N",
    value: "N",
    about: "iterations per row, a window or a start each",
    apply(options, value, option) {
      options.iterations = count(value, option, 1);
    },
  },
  {
    names: ["x", "warmup"],
    shown: "-x N",
    value: "N",
    about: "iterations before the clock runs, in several passes",
    apply(options, value, option) {
      options.warmup = count(value, option, 0);
    },
  },
  {
    names: ["quick"],
    shown: "--quick",
    about: "do a twentieth: to see that it works, not how fast",
    apply(options) {
      options.quick = true;
    },
  },
  {
    names: ["transport"],
    shown: "--transport NAME",
    value: "NAME",
    about: "what ranks use: auto, shared-memory or websocket",
    apply(options, value, option) {
      options.transport = transportName(value, option);
    },
  },
  {
    names: ["path"],
    shown: "--path DIR",
    value: "DIR",
    about: "with io: where its files are, for as long as it runs",
    apply(options, value, option) {
      if (!statSync(value, { throwIfNoEntry: false })?.isDirectory()) throw misfit(option, value, "a directory");
      options.path = value;
    },
  },
  {
    names: ["json"],
    shown: "--json",
    about: "print a line of JSON per row",
    apply(options) {
      options.json = true;
    },
  },
  {
    names: ["against"],
    shown: "--against mpi4py",
    value: "mpi4py",
    about: "run the same work with mpi4py on Open MPI, and compare",
    apply(options, value, option) {
      if (value !== "mpi4py") throw misfit(option, value, "mpi4py");
      options.against = value;
    },
  },
  {
    names: ["pairs"],
    shown: "--pairs N",
    value: "N",
    about: "with --against: runs of each side (default 5)",
    apply(options, value, option) {
      options.pairs = count(value, option, 1);
    },
  },
  {
    names: ["rows"],
    shown: "--rows NAMES",
    value: "NAMES",
    about: "with --against: only these, with commas (object,rate)",
    apply(options, value) {
      options.rows = value;
    },
  },
  {
    names: ["html"],
    shown: "--html FILE",
    value: "FILE",
    about: "with --against: write a page with curves of both",
    apply(options, value, option) {
      options.html = newFile(value, option);
    },
  },
  {
    names: ["markdown"],
    shown: "--markdown",
    about: "with --against: print the table for a document",
    apply(options) {
      options.markdown = true;
    },
  },
];

/** What the help of bench lists. */
export const helpRows = [
  ...benches.map(({ name, about }) => ({ group: "Benches", shown: name, about })),
  { group: "Benches", shown: MODEL, about: "what the collectives would take on up to 65,536 ranks" },
  ...benchOptions.map(({ shown, about }) => ({ group: "Measuring", shown, about })),
];

function count(text: string, option: string, least: number): number {
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value >= least) return value;
  throw misfit(option, text, `a whole number from ${least}`);
}

/** The name of a file that can be written: its directory is there. */
function newFile(text: string, option: string): string {
  const kind = (path: string) => statSync(path, { throwIfNoEntry: false });
  if (text !== "" && kind(dirname(text))?.isDirectory() && !kind(text)?.isDirectory()) return text;
  throw misfit(option, text, "the name of a file, in a directory that exists");
}

/** Reads `[name] [options]`. @throws UsageError that names the value and what was expected */
export function parseBench(argv: readonly string[]): BenchOptions | "help" {
  const options: BenchOptions = {
    ...{ bench: undefined, np: undefined, sizes: undefined, iterations: undefined, warmup: undefined },
    ...{ model: false, json: false, against: undefined, pairs: undefined, rows: undefined, html: undefined },
    ...{ markdown: false, quick: false, transport: undefined, path: undefined },
  };
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "-h" || word === "--help") return "help";
    if (word.startsWith("-")) readOption(options, word, rest);
    else if (options.bench !== undefined || options.model) {
      const first = options.bench?.name ?? MODEL;
      throw new UsageError(`Cannot run bench ${first} with ${word}: expected one bench, then options`);
    } else if (word === MODEL) options.model = true;
    else options.bench = benchNamed(word);
  }
  return options;
}

function readOption(options: BenchOptions, word: string, rest: string[]): void {
  const [option, inline] = word.split(/=(.*)/s, 2) as [string, string?];
  const name = option.replace(/^--?/, "");
  const row = benchOptions.find(({ names }) => names.includes(name));
  if (!row) {
    const close = nearest(
      name,
      benchOptions.flatMap(({ names }) => names),
    );
    throw new UsageError(
      `Cannot use ${option}: tsmpi bench has no such option`,
      close ? `did you mean ${close.length > 2 ? "--" : "-"}${close}?` : "`tsmpi bench --help` lists them",
    );
  }
  if (row.value === undefined && inline !== undefined) throw misfit(`${option}=`, inline, "no value");
  const value = row.value === undefined ? "" : (inline ?? rest.shift());
  if (value === undefined) throw new UsageError(`Cannot use ${option}: its value is missing, expected ${row.shown}`);
  row.apply(options, value, option);
}
