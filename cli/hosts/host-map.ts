// cli/hosts/host-map: layer 10. What --display-map prints: each host with its slots, its ranks, and the address by which it
// is reached. Called by commands/run.
import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import { rankRuns } from "../../src/job/report.ts";
import { publishedAddresses } from "../../src/transport/network.ts";
import type { RunPlan } from "../launch/plan.ts";
import type { Host } from "./host.ts";

/** How long a name may take to resolve. */
const PATIENCE_MS = 2000;

type Mapped = Pick<RunPlan, "hosts" | "placement"> & { readonly network: Pick<RunPlan["network"], "interface"> };

/** The table's lines. @param addressOf what stands in its last column */
export async function hostMap(plan: Mapped, addressOf = addressUsed): Promise<string> {
  const rows = plan.hosts.map(async (host, index) => {
    const ranks = [...plan.placement.keys()].filter((rank) => plan.placement[rank] === index);
    const { name, user, slots, maxSlots } = host;
    const limit = maxSlots === undefined ? "" : ` of ${maxSlots}`;
    const who = user === undefined ? name : `${user}@${name}`;
    return [who, `${slots}${limit}`, rankRuns(ranks), await addressOf(host, plan)];
  });
  const table = [["host", "slots", "ranks", "address"], ...(await Promise.all(rows))];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table
    .map((row) => row.map((text, column) => text.padEnd(widths[column]!)).join("  "))
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

/** The address that others try first. */
async function addressUsed({ name, local }: Host, { hosts, network }: Mapped): Promise<string> {
  if (local && hosts.length === 1) return "loopback";
  if (local) {
    const wanted = network.interface;
    const published = { host: 0, hosts: hosts.length, named: name, ...(wanted !== undefined && { interface: wanted }) };
    return publishedAddresses(published, networkInterfaces())[0] ?? "none that others can reach";
  }
  let timer: Timer | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS);
  });
  // A name that only ~/.ssh/config knows does not resolve, and is found by ssh all the same.
  const found = await Promise.race([lookup(name).catch(() => undefined), late]);
  clearTimeout(timer);
  return found?.address ?? "not known here; ssh may know it";
}
