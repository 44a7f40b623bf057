// cli/hosts/placing: layer 10. Which rank runs on which host. Pure; used by launch/plan-hosts.
//
//   a:2,b:1, six ranks    slot (the default)    every host's slots in order, then round again   a a b a a b
//                         block (--map-by slot) as many on each, but next to each other         a a a a b b
//                         node (--map-by node)  one after the other, slots while they last      a b a a b a
import { UsageError } from "../usage-error.ts";
import type { Host, Placement } from "./host.ts";

export type Order = "slot" | "block" | "node";

/** The ranks of one program. */
export interface Share {
  readonly ranks: number;
  /** Where they may run: indices of hosts, in order. */
  readonly hosts: readonly number[];
  /** How many go to a host before the next one has its turn; undefined: its slots. */
  readonly perHost: number | undefined;
}

export interface Rule {
  readonly order: Order;
  /** More ranks than slots are refused. */
  readonly nooversubscribe: boolean;
}

/** For each rank, through all programs, its host. @throws UsageError when a limit leaves no room */
export function placeRanks(hosts: readonly Host[], shares: readonly Share[], rule: Rule): Placement {
  const used = new Array<number>(hosts.length).fill(0);
  return shares.flatMap((share) => {
    const places: number[] = [];
    for (let rank = 0; rank < share.ranks; rank++) {
      const host = next(hosts, used, share, rule);
      if (host === undefined) throw noRoom(hosts, shares, share, rule);
      used[host]!++;
      places.push(host);
    }
    if (rule.order !== "block") return places;
    return share.hosts.flatMap((host) => places.filter((place) => place === host));
  });
}

/** The first host with room that has had the fewest turns and, by node, the fewest ranks in this turn. */
function next(hosts: readonly Host[], used: readonly number[], share: Share, rule: Rule): number | undefined {
  let best: number | undefined;
  let least = [Number.POSITIVE_INFINITY, 0];
  for (const host of share.hosts) {
    const count = used[host]!;
    if (count >= limitOf(hosts[host]!, rule)) continue;
    const turn = share.perHost ?? hosts[host]!.slots;
    const state = [Math.floor(count / turn), rule.order === "node" ? count % turn : 0];
    if (best === undefined || state[0]! < least[0]! || (state[0] === least[0] && state[1]! < least[1]!)) {
      best = host;
      least = state;
    }
  }
  return best;
}

function limitOf({ slots, maxSlots = Number.POSITIVE_INFINITY }: Host, { nooversubscribe }: Rule): number {
  return nooversubscribe ? Math.min(slots, maxSlots) : maxSlots;
}

/** How many hosts a message names. */
const NAMED = 8;

function noRoom(hosts: readonly Host[], shares: readonly Share[], share: Share, rule: Rule): UsageError {
  const mine = share.hosts.map((index) => hosts[index]!);
  const ranks = shares.reduce((sum, { ranks }) => sum + ranks, 0);
  const room = mine.reduce((sum, host) => sum + limitOf(host, rule), 0);
  const limits = mine.slice(0, NAMED).map((host) => {
    const limit = limitOf(host, rule);
    if (host.agent) return `the agent at ${host.name} gives ${limit} ${limit === 1 ? "slot" : "slots"}`;
    if (limit === host.maxSlots) return `${host.name} has max_slots=${limit}`;
    return `${host.name} has ${limit} ${limit === 1 ? "slot" : "slots"}`;
  });
  if (mine.length > NAMED) limits.push(`and ${mine.length - NAMED} more hosts`);
  const all = mine.length > 1 ? `, ${room} in all` : "";
  return new UsageError(
    `Cannot place ${ranks} ${ranks === 1 ? "rank" : "ranks"}: ${limits.join(", ")}${all}`,
    rule.nooversubscribe
      ? "without --nooversubscribe, hosts get more ranks than slots"
      : mine.some(({ agent }) => agent)
        ? "an agent gives no more than its slots: tsmpi agent --slots N"
        : `raise max_slots in the host file, name more hosts, or start ${room === 1 ? "one rank" : `${room} ranks`}: -np ${room}`,
  );
}
