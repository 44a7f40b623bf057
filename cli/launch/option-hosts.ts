// cli/launch/option-hosts: layer 10. Host lists and host files, as far as they name this machine only. Called by option-table.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "../usage-error.ts";
import type { Draft } from "./option-draft.ts";
import { misfit } from "./option-values.ts";

const grammar = "hosts with commas between them, each with :SLOTS if it has more than one";

/** Adds the slots of `localhost,127.0.0.1:4` to the program's. @throws UsageError when another machine is named */
export function addHosts(draft: Draft, list: string, option: string): void {
  for (const item of list.split(",")) {
    const match = /^(?:[^@\s]+@)?(\[[^\]\s]+\]|[^:@\s]+)(?::([1-9]\d{0,3}))?$/.exec(item);
    if (!match) throw misfit(option, list, grammar);
    addHost(draft, match[1]!, Number(match[2] ?? 1), option);
  }
}

/** Adds the slots of a host file's lines, `localhost:4` or `localhost slots=4`. */
export function addHostFile(draft: Draft, file: string, option: string): void {
  let text: string;
  try {
    text = readFileSync(resolve(draft.around.cwd, file), "utf8");
  } catch (error) {
    throw misfit(option, file, `a file that can be read (${(error as NodeJS.ErrnoException).code})`);
  }
  for (const line of text.split("\n")) {
    const [host = "", ...rest] = line.replace(/#.*/, "").trim().split(/\s+/);
    if (host === "") continue;
    const slots = /(?:^|\s)slots=([1-9]\d{0,3})(?:\s|$)/.exec(rest.join(" "))?.[1];
    addHosts(draft, slots ? `${host.replace(/:\d+$/, "")}:${slots}` : host, `${option} ${file}: line`);
  }
}

function addHost(draft: Draft, host: string, slots: number, option: string): void {
  const own = ["localhost", "[::1]", draft.around.hostName.toLowerCase()];
  if (!own.includes(host.toLowerCase()) && !/^127(\.\d{1,3}){3}$/.test(host)) {
    throw new UsageError(
      `Cannot use ${option} ${host}: starting ranks on other hosts is not supported in this version`,
      "leave the option out, or name localhost",
    );
  }
  draft.program.slots = (draft.program.slots ?? 0) + slots;
}
