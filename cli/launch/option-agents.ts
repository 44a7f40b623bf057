// cli/launch/option-agents: layer 10. The join codes behind --agents, and the hosts of a plan that are reached through
// them. Called by option-rows-hosts and plan-hosts.
import { agentId, type JoinCode, readCode } from "../agent/join-code.ts";
import type { Host } from "../hosts/host.ts";
import { UsageError } from "../usage-error.ts";

/** The codes of a list. @throws UsageError that does not repeat them, as they are secret */
export function agentsOfList(list: string, option: string): JoinCode[] {
  return list.split(",").map((text, index) => {
    try {
      return readCode(text);
    } catch (error) {
      throw new UsageError(
        `Cannot use code ${index + 1} of ${option}: ${(error as Error).message}`,
        "`tsmpi agent` prints the code on the other machine; nothing but its letters and digits matters",
      );
    }
  });
}

/** The hosts that agents wait on, each agent once. No more ranks run there than it has slots. */
export function agentHosts(codes: readonly JoinCode[]): Host[] {
  const agents = new Map(codes.map((code) => [agentId(code), code]));
  return [...agents.values()].map((agent) => {
    const { slots, addresses } = agent;
    return { name: addresses[0]!, slots, maxSlots: slots, local: false, agent };
  });
}
