// cli/agent/waiting-options: layer 10. The command lines of `tsmpi agent` and `tsmpi hosts`. Called by commands/agent and
// commands/hosts.
import { availableParallelism, hostname } from "node:os";
import { misfit } from "../launch/option-values.ts";
import { nearest, UsageError } from "../usage-error.ts";
import { MOST_SLOTS } from "./join-code.ts";
import type { WaitingOptions } from "./waiting.ts";

interface Row<Options> {
  readonly name: string;
  /** What the help calls its value; none for a switch. */
  readonly value?: string;
  readonly about: string;
  apply(options: Options, value: string, option: string): void;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const agentRows: readonly Row<Writable<WaitingOptions>>[] = [
  {
    name: "slots",
    value: "N",
    about: "ranks that may run here (default: one per core)",
    apply(options, value, option) {
      options.slots = whole(value, option, 1, MOST_SLOTS);
    },
  },
  {
    name: "once",
    about: "leave after one job",
    apply(options) {
      options.once = true;
    },
  },
  {
    name: "name",
    value: "NAME",
    about: "what tsmpi hosts calls this machine (default: its own name)",
    apply(options, value, option) {
      if (!/^[\w.-]{1,40}$/.test(value)) throw misfit(option, value, "letters, digits, dashes and dots, at most 40");
      options.name = value;
    },
  },
  {
    name: "port",
    value: "N",
    about: "listen at this port (default: one that is free)",
    apply(options, value, option) {
      options.port = whole(value, option, 1, 65535);
    },
  },
  {
    name: "interface",
    value: "WHERE",
    about: "only this interface, subnet or address",
    apply(options, value) {
      options.interface = value;
    },
  },
  {
    name: "no-announce",
    about: "do not announce it on the network (mDNS): the code is enough",
    apply(options) {
      options.announce = false;
    },
  },
];

/** What `tsmpi hosts` was asked. */
export interface HostsOptions {
  interface: string | undefined;
}

const hostsRows: readonly Row<HostsOptions>[] = [
  {
    name: "interface",
    value: "WHERE",
    about: "ask only there: an interface, a subnet or an own address",
    apply(options, value) {
      options.interface = value;
    },
  },
];

/** As the help lists them. */
function helpOf(rows: readonly { name: string; value?: string; about: string }[]) {
  return rows.map(({ name, value, about }) => ({
    group: "What and where",
    shown: `--${name}${value === undefined ? "" : ` ${value}`}`,
    about,
  }));
}

export const agentHelp = helpOf(agentRows);
export const hostsHelp = helpOf(hostsRows);

/** @throws UsageError */
export function readAgentOptions(argv: readonly string[]): WaitingOptions {
  const options: Writable<WaitingOptions> = {
    name:
      hostname()
        .replace(/[^\w.-]/g, "-")
        .slice(0, 40) || "agent",
    slots: Math.min(availableParallelism(), MOST_SLOTS),
    port: 0,
    interface: undefined,
    once: false,
    announce: true,
  };
  read("agent", agentRows, options, argv);
  return options;
}

/** @throws UsageError */
export function readHostsOptions(argv: readonly string[]): HostsOptions {
  const options: HostsOptions = { interface: undefined };
  read("hosts", hostsRows, options, argv);
  return options;
}

function read<Options>(
  command: string,
  rows: readonly Row<Options>[],
  options: Options,
  argv: readonly string[],
): void {
  for (let at = 0; at < argv.length; at++) {
    const arg = argv[at]!;
    const [, typed, inline] = /^(--?[^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    const name = typed?.replace(/^-+/, "");
    const row = rows.find((row) => row.name === name);
    if (row === undefined || typed === undefined) {
      const close = nearest(
        name ?? arg,
        rows.map((row) => row.name),
      );
      const help = close === undefined ? `\`tsmpi ${command} --help\` shows what it takes` : `did you mean --${close}?`;
      throw new UsageError(`Cannot use ${arg}: tsmpi ${command} has no such option`, help);
    }
    if (row.value === undefined && inline !== undefined) throw misfit(`${typed}=`, inline, "no value");
    const value = row.value === undefined ? "" : (inline ?? argv[++at]);
    if (value === undefined) {
      throw new UsageError(`Cannot use ${typed}: its value is missing, expected ${typed} ${row.value}`);
    }
    row.apply(options, value, typed);
  }
}

function whole(text: string, option: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value >= least && value <= most) return value;
  throw misfit(option, text, `a whole number from ${least} to ${most}`);
}
