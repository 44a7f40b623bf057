// cli/hosts/host-file: layer 10. Host files, one grammar for those of Open MPI (`slots=4 max_slots=8`), MPICH and Intel MPI
// (`host:4`), MS-MPI and PBS (`host 4`, a line per slot), LAM (`cpu=2`) and Charm++ (`host node7`). Pure; used by
// launch/option-hosts.
import { type HostEntry, HostSyntaxError, parseHostList, slotCount, userName } from "./host-list.ts";

/** Words that have a value but no meaning here. */
const meaningless = new Set(["binding", "ifhn", "arch"]);
const known = "slots=N, max_slots=N, user=NAME, or a number of slots";

/** The hosts of a file's lines. @throws HostSyntaxError that shows the line and its number */
export function parseHostFile(text: string): HostEntry[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const hosts = lines.flatMap((line, i) => {
    try {
      return parseLine(line.replace(/#.*/, "").trim());
    } catch (error) {
      if (!(error instanceof HostSyntaxError)) throw error;
      throw new HostSyntaxError(`${error.message}, in line ${i + 1}: ${shown(line)}`);
    }
  });
  if (hosts.length === 0) throw new HostSyntaxError("at least one line that names a host");
  return hosts;
}

/** What a terminal can show of a line. */
function shown(line: string): string {
  const text = line.trim();
  const short = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return /^[\x20-\x7e…]*$/.test(short) ? short : JSON.stringify(short);
}

function parseLine(line: string): HostEntry[] {
  const words = line.replace(/\s*=\s*/g, "=").split(/\s+/);
  if (words[0] === "") return [];
  const bare = words.length > 1 && !words[1]!.includes("=") && !/^\d+$/.test(words[1]!);
  if (bare && words[0] === "group") return [];
  if (bare && words[0] === "host") return parseHostList(words[1]!).map((host) => charm(host, words.slice(2)));
  const [list, ...rest] = words;
  const hosts = parseHostList(list!);
  return hosts.map((host) => rest.reduce(addWord, host));
}

/** `++cpus 4` and options that mean nothing here, each with a value. */
function charm(host: HostEntry, words: readonly string[]): HostEntry {
  const at = words.indexOf("++cpus");
  return at < 0 ? host : { ...host, slots: slotCount(words[at + 1] ?? "", "++cpus") };
}

function addWord(host: HostEntry, word: string): HostEntry {
  const [, name = "", value = ""] = /^([^=]*)=(.*)$/.exec(word) ?? [];
  if (/^\d+$/.test(word)) return withSlots(host, slotCount(word, word));
  switch (name.toLowerCase().replace("-", "_")) {
    case "slots":
    case "cpu":
    case "cpus":
      return withSlots(host, slotCount(value, word));
    case "max_slots":
      return bounded({ ...host, maxSlots: slotCount(value, word) });
    case "user":
    case "username":
      return { ...host, user: userName(value) };
  }
  if (meaningless.has(name)) return host;
  throw new HostSyntaxError(`${known}, not ${word}`);
}

function withSlots(host: HostEntry, slots: number): HostEntry {
  if (host.slots !== undefined && host.slots !== slots) throw new HostSyntaxError("one number of slots");
  return bounded({ ...host, slots });
}

function bounded(host: HostEntry): HostEntry {
  if (host.maxSlots === undefined || host.maxSlots >= (host.slots ?? 1)) return host;
  throw new HostSyntaxError("max_slots that are not fewer than the slots");
}
