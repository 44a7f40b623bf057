// cli/launch/option-rows-hosts: layer 10. The options about hosts: which, who runs where, the way to them, the network
// between them. Part of option-table.

import { looksLikeCode } from "../agent/join-code.ts";
import { agentsOfList } from "./option-agents.ts";
import { display, hostsOfFile, hostsOfList, launcher, mapBy } from "./option-hosts.ts";
import type { OptionRow } from "./option-row.ts";
import {
  existingDirectory,
  existingFiles,
  networkPart,
  portRange,
  rankCount,
  remoteShell,
  seconds,
  subnet,
} from "./option-values.ts";

export const hostRows: readonly OptionRow[] = [
  {
    names: ["host", "H", "hosts", "hostlist", "machines"],
    shown: "-H, -host LIST",
    values: ["LIST"],
    group: "Hosts",
    about: "hosts: a,b:SLOTS,me@c,node[01-04]",
    apply: (draft, [list], option) => void draft.program.named.push(...hostsOfList(list!, option)),
  },
  {
    names: ["hostfile", "f", "machinefile", "default-hostfile"],
    shown: "-f, -hostfile FILE",
    values: ["FILE"],
    group: "Hosts",
    about: "a file with a host per line; then -host picks from it",
    apply: (draft, [file], option) => void draft.program.listed.push(...hostsOfFile(file!, option, draft.around)),
  },
  {
    names: ["ppn", "N", "npernode", "perhost", "ntasks-per-node"],
    shown: "-N, -ppn N",
    values: ["N"],
    group: "Hosts",
    about: "how many ranks per host before the next one's turn",
    apply(draft, [text], option) {
      draft.program.perHost = rankCount(text!, option, draft.around.cores);
    },
  },
  {
    names: ["pernode"],
    shown: "-pernode",
    group: "Hosts",
    about: "the same as -ppn 1",
    apply(draft) {
      draft.program.perHost = 1;
    },
  },
  {
    names: ["map-by"],
    shown: "--map-by ORDER",
    values: ["ORDER"],
    group: "Hosts",
    about: "slot (neighbours together), node (in turn), ppr:N:node",
    apply: (draft, [text], option) => mapBy(draft, text!, option),
  },
  {
    names: ["bynode"],
    shown: "--bynode",
    group: "Hosts",
    about: "the same as --map-by node",
    apply: (draft, _, option) => mapBy(draft, "node", option),
  },
  {
    names: ["byslot"],
    shown: "--byslot",
    group: "Hosts",
    about: "the same as --map-by slot",
    apply: (draft, _, option) => mapBy(draft, "slot", option),
  },
  {
    names: ["nooversubscribe"],
    shown: "--nooversubscribe",
    group: "Hosts",
    about: "refuse more ranks than slots",
    apply(draft) {
      draft.rules.nooversubscribe = true;
    },
  },
  {
    names: ["oversubscribe", "overcommit"],
    shown: "--oversubscribe",
    group: "Hosts",
    about: "allow more ranks than slots (the default)",
    apply(draft) {
      draft.rules.nooversubscribe = false;
    },
  },
  {
    names: ["nolocal", "skip-launch-node"],
    shown: "--nolocal",
    group: "Hosts",
    about: "leave this machine out",
    apply(draft) {
      draft.rules.nolocal = true;
    },
  },
  {
    names: ["display-map", "display-allocation"],
    shown: "--display-map",
    group: "Hosts",
    about: "print who runs where",
    apply(draft) {
      draft.job.displayMap ||= true;
    },
  },
  {
    names: ["display"],
    shown: "--display map",
    values: ["LIST"],
    group: "Hosts",
    about: "the same as --display-map",
    apply: (draft, [list], option) => display(draft, list!, option),
  },
  {
    names: ["do-not-launch"],
    shown: "--do-not-launch",
    group: "Hosts",
    about: "print who would run where, and start nothing",
    apply(draft) {
      draft.job.displayMap = "only";
    },
  },
  {
    names: ["rsh", "launcher-exec", "bootstrap-exec"],
    shown: "--rsh PROGRAM",
    values: ["PROGRAM"],
    between: true,
    group: "Between hosts",
    about: "what to call in place of ssh, as ssh is called",
    apply(draft, [text], option) {
      draft.job.remote.rsh = remoteShell(text!, option, draft.around.cwd);
      draft.rules.wayChosen = true;
    },
  },
  {
    names: ["ssh-args"],
    shown: "--ssh-args ARGS",
    values: ["ARGS"],
    between: true,
    group: "Between hosts",
    about: "more arguments for ssh: '-p 2222'",
    apply(draft, [text]) {
      draft.job.remote.rsh += ` ${text!.trim()}`;
    },
  },
  {
    names: ["launcher", "bootstrap"],
    shown: "-launcher NAME",
    values: ["NAME"],
    group: "Between hosts",
    about: "ssh; slurm: srun; fork: takes all hosts for this machine",
    apply: (draft, [text], option) => launcher(draft, text!, option),
  },
  {
    names: ["connect-timeout"],
    shown: "--connect-timeout S",
    values: ["SECONDS"],
    between: true,
    group: "Between hosts",
    about: "how long a step of the way to a host may take (10)",
    apply(draft, [text], option) {
      draft.job.network.connectTimeout = seconds(text!, option);
    },
  },
  {
    names: ["heartbeat"],
    shown: "--heartbeat SECONDS",
    values: ["SECONDS"],
    between: true,
    group: "Between hosts",
    about: "a host that is silent for so long is lost (10)",
    apply(draft, [text], option) {
      draft.job.network.heartbeat = seconds(text!, option, 1);
    },
  },
  {
    names: ["interface", "iface"],
    shown: "--interface NAME",
    values: ["NAME"],
    between: true,
    group: "Between hosts",
    about: "use this network only: eth0, 10.1.0.0/16, an address",
    apply(draft, [text], option) {
      draft.job.network.interface = networkPart(text!, option);
    },
  },
  {
    names: ["subnet"],
    shown: "--subnet CIDR",
    values: ["CIDR"],
    between: true,
    group: "Between hosts",
    about: "the same, for a subnet: 10.1.0.0/16",
    apply(draft, [text], option) {
      draft.job.network.interface = subnet(text!, option);
    },
  },
  {
    names: ["port-range"],
    shown: "--port-range LO:HI",
    values: ["LO:HI"],
    between: true,
    group: "Between hosts",
    about: "ports that ranks listen on, for firewalls",
    apply(draft, [text], option) {
      draft.job.network.portRange = portRange(text!, option);
    },
  },
  {
    names: ["no-tls"],
    shown: "--no-tls",
    between: true,
    group: "Between hosts",
    about: "do not encrypt what crosses the network",
    apply(draft) {
      draft.job.network.tls = false;
    },
  },
  {
    names: ["no-stage"],
    shown: "--no-stage",
    between: true,
    group: "Between hosts",
    about: "never put tsmpi itself on a host",
    apply(draft) {
      draft.job.remote.stage = false;
    },
  },
  {
    names: ["stage", "preload-files"],
    shown: "--stage FILE",
    values: ["FILE"],
    between: true,
    group: "Between hosts",
    about: "a file that the script needs there; also a,b",
    apply(draft, [text], option) {
      const { remote } = draft.job;
      remote.stageFiles = [...remote.stageFiles, ...existingFiles(text!, option, draft.around.cwd)];
    },
  },
  {
    names: ["binary-dir"],
    shown: "--binary-dir DIR",
    values: ["DIR"],
    between: true,
    group: "Between hosts",
    about: "where tsmpi for other platforms is",
    apply(draft, [dir], option) {
      draft.job.remote.binaryDir = existingDirectory(dir!, option, draft.around.cwd);
    },
  },
  {
    names: ["agents"],
    shown: "--agents [CODES]",
    values: ["CODES"],
    optional: (next) => next.split(",").every(looksLikeCode),
    group: "Between hosts",
    about: "without ssh: agents of these join codes, or all known",
    apply(draft, [list], option) {
      if (list === undefined) draft.findAgents = true;
      else draft.agents.push(...agentsOfList(list, option));
    },
  },
];

/** Those that say which hosts there are, and how to get there; `tsmpi doctor` has them too. */
export const wayRows: readonly OptionRow[] = hostRows.filter(
  ({ names: [name], group }) => group === "Between hosts" || name === "host" || name === "hostfile",
);
