// cli/commands/hosts: layer 10. `tsmpi hosts`: this machine, and the agents on the local network that wait for work.
import { availableParallelism, hostname } from "node:os";
import { codesOf, type Seen, seeAgents } from "../agent/known-agents.ts";
import { readHostsOptions } from "../agent/waiting-options.ts";
import { version } from "../version.ts";

/** @returns the exit code */
export async function hosts(argv: string[], help: () => Promise<number>): Promise<number> {
  if (argv.some((arg) => arg === "--help" || arg === "-h")) return help();
  const options = readHostsOptions(argv);
  const seen = await seeAgents(codesOf(process.env), options.interface);
  const own = [hostname(), String(availableParallelism()), version, "", "", "this machine"];
  const rows = [["host", "slots", "version", "round trip", "code", "address"], own, ...seen.map(rowOf)];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows)
    console.log(
      row
        .map((text, i) => text.padEnd(widths[i]!))
        .join("  ")
        .trimEnd(),
    );
  if (seen.length === 0) {
    process.stderr.write(
      "tsmpi: no agent answers. Start one with `tsmpi agent` on a machine in the same network; where it runs,\n" +
        "       a firewall (UDP port 5353) or a guest Wi-Fi may be in between: its code works without being found\n",
    );
  }
  // What has been asked and has not answered must not hold us.
  process.exit(0);
}

function rowOf({ name, slots, version, address, roundTrip, state, code }: Seen): string[] {
  const time = roundTrip === undefined ? "no answer" : `${roundTrip.toFixed(1)} ms`;
  return [name, String(slots), version || "?", time, code === undefined ? "unknown" : `known, ${state}`, address];
}
