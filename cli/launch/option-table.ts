// cli/launch/option-table: layer 10. Every option of `tsmpi run` that does something: names, values, help and effect, one row
// each; those about hosts stand in option-rows-hosts. Read by options (to parse), commands/run (to print the help) and commands/completion.

import { resolve } from "node:path";
import type { Draft } from "./option-draft.ts";
import type { OptionRow } from "./option-row.ts";
import { hostRows } from "./option-rows-hosts.ts";
import {
  assignment,
  commaList,
  existingDirectory,
  misfit,
  outputDirectory,
  rankCount,
  seconds,
  stdinReader,
  transportName,
} from "./option-values.ts";

function set(env: Record<string, string>, values: readonly string[], option: string): void {
  const [name, value] = assignment(values.length === 2 ? values.join("=") : values[0]!, option);
  env[name] = value!;
}

/** `-x`: with a value sets it; without one, or with a pattern, hands on what is set here, also to other hosts. */
function handOn(draft: Draft, env: Record<string, string>, text: string, option: string): void {
  const { environment } = draft.around;
  const [name, value] = assignment(text, option);
  const names = name.endsWith("*")
    ? Object.keys(environment).filter((key) => key.startsWith(name.slice(0, -1)))
    : [name];
  for (const each of names) {
    const handed = value ?? environment[each];
    if (handed !== undefined) env[each] = handed;
    else draft.job.notes.push(`${option} ${each}: the variable is not set here, so no rank gets it`);
  }
}

function handOnList(draft: Draft, env: Record<string, string>, list: string, option: string): void {
  for (const name of commaList(list, option)) handOn(draft, env, name, option);
}

function addOutput(draft: Draft, list: string, option: string): void {
  for (const item of list.split(",")) {
    const dir = /^(?:dir|directory)=(.+)$/.exec(item)?.[1];
    if (item === "tag") draft.job.tagOutput = true;
    else if (item === "timestamp") draft.job.timestampOutput = true;
    else if (dir) draft.job.outputDir = outputDirectory(dir, option, draft.around.cwd);
    else throw misfit(option, list, "tag, timestamp or dir=DIR, or several with commas between them");
  }
}

export const optionTable: readonly OptionRow[] = [
  {
    names: ["np", "n"],
    shown: "-n, -np N",
    values: ["N"],
    group: "Ranks",
    about: "how many ranks; auto is one per core (the default)",
    apply(draft, [text], option) {
      draft.program.ranks = rankCount(text!, option, draft.around.cores);
    },
  },
  ...hostRows,
  {
    names: ["wdir", "wd"],
    shown: "-wdir DIR",
    values: ["DIR"],
    group: "Programs",
    about: "working directory of this program's ranks",
    apply(draft, [dir], option) {
      const { cwd } = draft.around;
      draft.program.wdir = resolve(cwd, dir!);
      draft.program.checks.push(() => existingDirectory(dir!, option, cwd));
    },
  },
  {
    names: ["x"],
    shown: "-x NAME[=VALUE]",
    values: ["NAME[=VALUE]"],
    group: "Programs",
    about: "set a variable for this program; 'FOO*' names several",
    apply: (draft, [text], option) => handOn(draft, draft.program.env, text!, option),
  },
  {
    names: ["env"],
    shown: "-env NAME VALUE",
    values: ["NAME", "VALUE"],
    joined: true,
    group: "Programs",
    about: "set a variable for this program",
    apply: (draft, values, option) => set(draft.program.env, values, option),
  },
  {
    names: ["genv"],
    shown: "-genv NAME VALUE",
    values: ["NAME", "VALUE"],
    joined: true,
    group: "Programs",
    about: "set a variable for every program",
    apply: (draft, values, option) => set(draft.jobEnv, values, option),
  },
  {
    names: ["envlist"],
    shown: "-envlist A,B",
    values: ["A,B"],
    group: "Programs",
    about: "the same as -x A -x B",
    apply: (draft, [list], option) => handOnList(draft, draft.program.env, list!, option),
  },
  {
    names: ["genvlist"],
    shown: "-genvlist A,B",
    values: ["A,B"],
    group: "Programs",
    about: "the same for every program",
    apply: (draft, [list], option) => handOnList(draft, draft.jobEnv, list!, option),
  },
  {
    names: ["genvall", "envall"],
    shown: "-genvall",
    between: true,
    group: "Programs",
    about: "other hosts get all variables, not only the few",
    apply(draft) {
      draft.job.remote.environment = "all";
    },
  },
  {
    names: ["genvnone", "envnone"],
    shown: "-genvnone",
    between: true,
    group: "Programs",
    about: "other hosts get only the variables named here",
    apply(draft) {
      draft.job.remote.environment = "none";
    },
  },
  {
    names: ["tag-output", "l", "label", "prepend-rank"],
    shown: "-l, --tag-output",
    group: "Input and output",
    about: "put the rank before every line (also -prepend-rank)",
    apply(draft) {
      draft.job.tagOutput = true;
    },
  },
  {
    names: ["timestamp-output"],
    shown: "--timestamp-output",
    group: "Input and output",
    about: "put the time before every line",
    apply(draft) {
      draft.job.timestampOutput = true;
    },
  },
  {
    names: ["output-dir", "output-filename"],
    shown: "--output-dir DIR",
    values: ["DIR"],
    group: "Input and output",
    about: "also write a file per rank and stream into DIR",
    apply(draft, [dir], option) {
      draft.job.outputDir = outputDirectory(dir!, option, draft.around.cwd);
    },
  },
  {
    names: ["output"],
    shown: "--output LIST",
    values: ["LIST"],
    group: "Input and output",
    about: "the same three as tag,timestamp,dir=DIR",
    apply: (draft, [list], option) => addOutput(draft, list!, option),
  },
  {
    names: ["stdin"],
    shown: "--stdin RANK",
    values: ["RANK"],
    group: "Input and output",
    about: "who reads standard input: a rank (default 0), all, none",
    apply(draft, [text], option) {
      draft.job.stdin = stdinReader(text!, option);
    },
  },
  {
    names: ["transport"],
    shown: "--transport NAME",
    values: ["NAME"],
    group: "Job",
    about: "what ranks of a host use: auto, shared-memory, websocket",
    apply(draft, [name], option) {
      draft.jobEnv.TSMPI_TRANSPORT = transportName(name!, option);
    },
  },
  {
    names: ["timeout"],
    shown: "--timeout SECONDS",
    values: ["SECONDS"],
    group: "Job",
    about: "end the job after so long (exit code 124)",
    apply(draft, [text], option) {
      draft.job.timeout = seconds(text!, option);
    },
  },
  {
    names: ["quiet", "q"],
    shown: "-q, --quiet",
    group: "Job",
    about: "print nothing of tsmpi's own but errors",
    apply(draft) {
      draft.job.quiet = true;
    },
  },
  {
    names: ["verbose", "v"],
    shown: "-v, --verbose",
    group: "Job",
    about: "print what the launcher does",
    apply(draft) {
      draft.job.verbose = true;
    },
  },
];
