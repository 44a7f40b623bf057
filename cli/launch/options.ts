// cli/launch/options: layer 10. The command line of `tsmpi run` → a RunPlan. Everything behind a script's name, up to a lone
// colon, is the script's own and is not looked at. Called by commands/run.

import { findScript } from "../find-script.ts";
import { nearest, UsageError } from "../usage-error.ts";
import type { Draft, ProgramDraft, Surroundings } from "./option-draft.ts";
import { ignored, refused } from "./option-foreign.ts";
import type { OptionRow } from "./option-row.ts";
import { optionTable } from "./option-table.ts";
import { seconds } from "./option-values.ts";
import { onThisMachine, type Program, type RunPlan } from "./plan.ts";
import { planHosts } from "./plan-hosts.ts";

const rows = new Map<string, OptionRow>();
for (const row of optionTable) for (const name of row.names) rows.set(name, row);

/** `--agents` without codes: they have to be found, at these addresses. */
export interface AgentSearch {
  readonly findAgents: true;
  readonly interface: string | undefined;
}

/** Options that answer at once and start nothing. */
export const answers = new Map<string, "help" | "version">([
  ["help", "help"],
  ["h", "help"],
  ["version", "version"],
  ["V", "version"],
]);

/** The name and the value of `--name=value`, with one dash or two; undefined when `arg` is no option. */
function optionOf(arg: string): { name: string; option: string; inline: string | undefined } | undefined {
  const match = /^(--?([^-=][^=]*))(?:=(.*))?$/s.exec(arg);
  return match ? { option: match[1]!, name: match[2]!, inline: match[3] } : undefined;
}

function isKnown(name: string): boolean {
  return rows.has(name) || answers.has(name) || ignored.has(name) || refused.has(name);
}

/**
 * Reads `[options] script [arguments] [: [options] script [arguments]]…`.
 *
 * @returns the plan, or `help` or `version` when that was asked for before a script's name, or that agents have to be
 * found first: then call it again with them in `around`
 * @throws UsageError that names the value and what was expected
 */
export function parseRun(argv: readonly string[], around: Surroundings): RunPlan | "help" | "version" | AgentSearch {
  const { network, remote } = onThisMachine(0);
  const draft: Draft = {
    around,
    job: {
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
      network,
      remote,
    },
    rules: { order: "slot", nooversubscribe: false, nolocal: false, fork: false, wayChosen: false },
    betweenHosts: [],
    agents: [],
    findAgents: false,
    jobEnv: {},
    program: emptyProgram(),
  };
  const programs: ProgramDraft[] = [];
  for (let rest = argv; ; ) {
    draft.program = emptyProgram();
    programs.push(draft.program);
    const answer = readOptions(rest, draft);
    if (typeof answer === "string") return answer;
    const [script, ...others] = answer;
    if (script === undefined || script === ":") throw noScript(programs.length, argv.includes(":"));
    draft.program.script = findScript(script, around.cwd, around.samples);
    const end = others.indexOf(":");
    draft.program.args = end < 0 ? others : others.slice(0, end);
    if (end < 0) {
      if (draft.findAgents && !around.agents) return { findAgents: true, interface: draft.job.network.interface };
      return planOf(draft, programs);
    }
    rest = others.slice(end + 1);
  }
}

function emptyProgram(): ProgramDraft {
  const nothing = { ranks: undefined, perHost: undefined, wdir: undefined };
  return { ...nothing, listed: [], named: [], checks: [], script: "", args: [], env: {} };
}

/** Applies the options in front of a script and returns what begins with the script's name. */
function readOptions(argv: readonly string[], draft: Draft): readonly string[] | "help" | "version" {
  for (let at = 0; at < argv.length; ) {
    const arg = argv[at]!;
    if (arg === "--") return argv.slice(at + 1);
    if (!arg.startsWith("-") || arg === "-") return argv.slice(at);
    const typed = optionOf(arg);
    const answer = answers.get(typed?.name ?? "");
    if (answer) return answer;
    if (!typed || !isKnown(typed.name)) throw unknownOption(typed?.option ?? arg);
    at += 1 + applyOption(draft, typed, argv.slice(at + 1));
  }
  return [];
}

/** Applies one option and returns how many of the arguments behind it were its values. */
function applyOption(draft: Draft, typed: NonNullable<ReturnType<typeof optionOf>>, next: readonly string[]): number {
  const { name, option, inline } = typed;
  const advice = refused.get(name);
  if (advice) throw new UsageError(`Cannot use ${option}: ${advice}`);
  const row = rows.get(name);
  const wanted = row?.values ?? Array.from({ length: ignored.get(name) ?? 0 }, () => "VALUE");
  if (inline !== undefined && wanted.length === 0)
    throw new UsageError(`Cannot use ${option}=${inline}: expected no value`);

  const values = inline === undefined ? [] : [inline];
  if (row?.optional && inline === undefined && next[0] !== undefined && row.optional(next[0])) values.push(next[0]);
  while (values.length < wanted.length && !row?.optional && !(row?.joined && values[0]?.includes("="))) {
    const value = next[values.length - (inline === undefined ? 0 : 1)];
    if (value === undefined || value === ":" || isKnown(optionOf(value)?.name ?? "")) {
      throw new UsageError(`Cannot use ${option}: its value is missing, expected ${option} ${wanted.join(" ")}`);
    }
    values.push(value);
  }
  const typedAs = [option, ...values].join(" ");
  if (row) row.apply(draft, values, option);
  else draft.job.ignored.push(typedAs);
  if (row?.between) draft.betweenHosts.push(typedAs);
  return values.length - (inline === undefined ? 0 : 1);
}

function planOf(draft: Draft, drafts: readonly ProgramDraft[]): RunPlan {
  const { job, around, jobEnv } = draft;
  const { ranks, ...where } = planHosts(draft, drafts);
  const programs = drafts.map(({ script, args, wdir, env }, i): Program => {
    return { ranks: ranks[i]!, script, args, env: { ...jobEnv, ...env }, wdir };
  });
  checkHere(drafts, ranks, where);
  const size = where.placement.length;
  if (typeof job.stdin === "number" && job.stdin >= size) {
    const most = size === 1 ? "0, the only rank" : `a rank from 0 to ${size - 1}`;
    throw new UsageError(`Cannot use --stdin ${job.stdin}: expected ${most}, all or none`);
  }
  const limit = around.environment.MPIEXEC_TIMEOUT;
  const timeout = job.timeout ?? (limit ? seconds(limit, "MPIEXEC_TIMEOUT=") : undefined);
  return { ...job, timeout, programs, ...where };
}

/** What only matters on this machine is checked where it gets ranks of the program: another host may have the directory. */
function checkHere(
  drafts: readonly ProgramDraft[],
  ranks: readonly number[],
  { hosts, placement }: Pick<RunPlan, "hosts" | "placement">,
): void {
  let first = 0;
  for (const [i, { checks }] of drafts.entries()) {
    const places = placement.slice(first, first + ranks[i]!);
    first += ranks[i]!;
    if (places.some((host) => hosts[host]!.local)) for (const check of checks) check();
  }
}

function noScript(program: number, several: boolean): UsageError {
  const which = several ? `program ${program}` : "the job";
  return new UsageError(
    `Cannot start ${which}: no script given`,
    several
      ? "each program needs one: tsmpi run -np 1 a.ts : -np 4 b.ts"
      : "expected tsmpi run [options] script [arguments]; `tsmpi scripts` lists yours, `tsmpi run --help` the options",
  );
}

function unknownOption(option: string): UsageError {
  const name = option.replace(/^-+/, "");
  const close = nearest(name, [...rows.keys(), ...answers.keys(), ...ignored.keys()]);
  return new UsageError(
    `Cannot use ${option}: tsmpi run has no such option`,
    close
      ? `did you mean ${dashed(close)}?`
      : "`tsmpi run --help` lists them; options of the script go behind its name",
  );
}

/** An option's name with the dashes that people write. */
export function dashed(name: string): string {
  return `${name.length <= 4 ? "-" : "--"}${name}`;
}
