// cli/launch/option-hosts: layer 10. What the options that name hosts and place ranks do to the draft; the grammar of
// names is in hosts/. Called by option-rows-hosts and plan-hosts.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseHostFile } from "../hosts/host-file.ts";
import { type HostEntry, HostSyntaxError, parseHostList } from "../hosts/host-list.ts";
import type { Draft, Surroundings } from "./option-draft.ts";
import { misfit, rankCount } from "./option-values.ts";

/** The hosts of a list such as `a,b:2`. */
export function hostsOfList(list: string, option: string): HostEntry[] {
  const help = /^\d+$/.test(list) ? "two hosts: tsmpi run -hosts node1,node2:4 …" : undefined;
  return checked(() => parseHostList(list), option, list, help);
}

/** The hosts of a file's lines. */
export function hostsOfFile(file: string, option: string, { cwd }: Pick<Surroundings, "cwd">): HostEntry[] {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, file), "utf8");
  } catch (error) {
    throw misfit(option, file, `a file that can be read (${(error as NodeJS.ErrnoException).code})`);
  }
  return checked(() => parseHostFile(text), option, file, "a line is a host's name, then slots=N if it has several");
}

function checked(parse: () => HostEntry[], option: string, text: string, help?: string): HostEntry[] {
  try {
    return parse();
  } catch (error) {
    if (error instanceof HostSyntaxError) throw misfit(option, text, error.message, help);
    throw error;
  }
}

/** What `--map-by` may name that is smaller than a host: ranks are not bound to it. */
const withinHost = /^(core|hwthread|slot|socket|package|numa|board|l[123]cache)$/;
const expected = "slot, node or ppr:N:node";

/** `--map-by node:OVERSUBSCRIBE`: an order, and words behind it. */
export function mapBy(draft: Draft, text: string, option: string): void {
  const words = text.toLowerCase().split(":");
  const order = words[0] === "ppr" ? words.splice(0, 3) : words.splice(0, 1);
  if (order[0] === "ppr") {
    if (order[2] !== "node") throw misfit(option, text, expected);
    draft.program.perHost = rankCount(order[1]!, `${option} ppr:N:node with N`, draft.around.cores);
  } else if (order[0] === "slot" || order[0] === "node") {
    draft.rules.order = order[0] === "slot" ? "block" : "node";
  } else if (withinHost.test(order[0]!)) {
    draft.job.ignored.push(`${option} ${text}`);
  } else if (order[0] !== "") {
    throw misfit(option, text, expected);
  }
  for (const word of words) {
    if (word === "oversubscribe" || word === "nooversubscribe") draft.rules.nooversubscribe = word[0] === "n";
    else if (word === "nolocal") draft.rules.nolocal = true;
    else if (!/^(pe=\d+|span|hwtcpus|corecpus|inherit|noinherit)$/.test(word)) {
      throw misfit(option, text, `${expected}, with :oversubscribe, :nooversubscribe or :nolocal behind it`);
    }
  }
}

/** `--display map,allocation`. */
export function display(draft: Draft, list: string, option: string): void {
  for (const item of list.split(",")) {
    if (/^(map|map-devel|allocation)$/.test(item)) draft.job.displayMap ||= true;
    else if (/^(bind|bindings|topo|cpus)(=.*)?$/.test(item)) draft.job.ignored.push(`${option} ${item}`);
    else throw misfit(option, list, "map or allocation");
  }
}

/** `-launcher ssh`: what starts the ranks of other hosts. */
export function launcher(draft: Draft, text: string, option: string): void {
  if (!/^(ssh|rsh|fork|slurm|srun)$/.test(text)) throw misfit(option, text, "ssh, rsh, slurm or fork");
  if (text === "fork") {
    draft.rules.fork = true;
  } else {
    draft.job.remote.rsh = text === "slurm" ? "srun" : text;
    draft.rules.wayChosen = true;
    draft.betweenHosts.push(`${option} ${text}`);
  }
}
