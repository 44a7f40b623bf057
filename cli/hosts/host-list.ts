// cli/hosts/host-list: layer 10. The one grammar in which hosts are named, in lists and in host files: names, addresses,
// IPv6 in brackets or bare, ranges like Slurm's and Intel's, `user@` before and `:SLOTS` behind. Pure; used by host-file
// and launch/option-hosts.
import { ipVersion } from "./ip-version.ts";

/** A host as it was written. */
export interface HostEntry {
  readonly name: string;
  readonly user?: string;
  /** undefined: not said. */
  readonly slots?: number;
  readonly maxSlots?: number;
}

/** What is wrong with a text that should name hosts: the part of a message that begins with "expected". */
export class HostSyntaxError extends Error {}

/** More than any list needs: `node[0-999999999]` is a mistake. */
const MOST_HOSTS = 4096;
/** More ranks than this fit on no machine. */
const MOST_SLOTS = 4096;

/** Neither starts with a dash, which ssh would take for an option. */
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u;
const USER = /^[\p{L}\p{N}_][\p{L}\p{N}_.+@\\$-]*$/u;

const grammar = "hosts with commas between them, each with :SLOTS if it has more than one";

/** The hosts of `a,b:2,me@node[01-03,07]:4,[fe80::1]:2`. @throws HostSyntaxError */
export function parseHostList(text: string): HostEntry[] {
  const hosts = cutAtCommas(text).flatMap(parseItem);
  if (hosts.length > MOST_HOSTS) throw new HostSyntaxError(`at most ${MOST_HOSTS} hosts`);
  return hosts;
}

/** A number of slots. @throws HostSyntaxError that shows it as `name` has it */
export function slotCount(text: string, name: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= MOST_SLOTS) return value;
  throw new HostSyntaxError(`a whole number from 1 to ${MOST_SLOTS} in ${name}`);
}

/** A user's name. @throws HostSyntaxError */
export function userName(text: string): string {
  if (USER.test(text)) return text;
  throw new HostSyntaxError(`the name of a user, not ${JSON.stringify(text)}`);
}

/** Commas in brackets separate numbers, others hosts. */
function cutAtCommas(text: string): string[] {
  return text.split(/,(?![^[\]]*\])/);
}

function parseItem(item: string): HostEntry[] {
  const at = item.lastIndexOf("@");
  const user = at < 0 ? undefined : userName(item.slice(0, at));
  const [names, count] = cutSlots(item.slice(at + 1));
  const slots = count === undefined ? undefined : slotCount(count, item);
  return names.map((name) => ({ name, ...(user !== undefined && { user }), ...(slots !== undefined && { slots }) }));
}

/** The host's names, of which a range has several, and what stands behind the colon. */
function cutSlots(text: string): [names: string[], slots: string | undefined] {
  if (ipVersion(text) === 6) return [[text], undefined];
  const bracketed = /^\[([^[\]]*:[^[\]]*)\](?::(.*))?$/.exec(text);
  if (bracketed) {
    if (ipVersion(bracketed[1]!) !== 6) throw new HostSyntaxError(`an IPv6 address in the brackets of ${text}`);
    return [[bracketed[1]!], bracketed[2]];
  }
  const [, name = "", slots] = /^([^:]*)(?::(.*))?$/s.exec(text) ?? [];
  return [expand(name).map(checkName), slots];
}

function checkName(name: string): string {
  if (!NAME.test(name)) throw new HostSyntaxError(name === "" ? grammar : `${grammar}, not ${JSON.stringify(name)}`);
  if (/^\d+$/.test(name)) throw new HostSyntaxError(`names of hosts, not their number (${name})`);
  if (/^[\d.]+$/.test(name) && ipVersion(name) === 0) throw new HostSyntaxError(`an address, which ${name} is not`);
  return name;
}

/** `n[1-2,7]x[a]` → every name that the brackets stand for, the last ones varying fastest. */
function expand(text: string): string[] {
  const open = text.indexOf("[");
  if (open < 0) return [text];
  const close = text.indexOf("]", open);
  if (close < 0) throw new HostSyntaxError(`a ] that closes the [ of ${text}`);
  const numbers = text
    .slice(open + 1, close)
    .split(",")
    .flatMap((range) => expandRange(range, text));
  const rests = expand(text.slice(close + 1));
  if (numbers.length * rests.length > MOST_HOSTS) throw new HostSyntaxError(`at most ${MOST_HOSTS} hosts`);
  return numbers.flatMap((number) => rests.map((rest) => text.slice(0, open) + number + rest));
}

/** `01-03` → 01, 02, 03: as many digits as the first number has. */
function expandRange(range: string, text: string): string[] {
  const [, from, to = from] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(range) ?? [];
  const count = Number(to) - Number(from) + 1;
  if (from === undefined || count < 1) throw new HostSyntaxError(`numbers and ranges like 01-03,07 in ${text}`);
  if (count > MOST_HOSTS) throw new HostSyntaxError(`at most ${MOST_HOSTS} hosts`);
  return Array.from({ length: count }, (_, i) => String(Number(from) + i).padStart(from.length, "0"));
}
