// cli/command-table: layer 10. The commands, one row each. A command's module is loaded when it is asked for, so that none
// waits for the others. Called by command-line (to start them) and help (to describe them).

/** A command that cac reads: its start gets the arguments that `usage` names. */
interface PlainCommand {
  readonly name: string;
  readonly usage: string;
  readonly about: string;
  readonly examples: readonly string[];
  /** What its first argument may be, for completions. */
  readonly words?: readonly string[];
  readonly start: (...args: (string | undefined)[]) => Promise<number>;
}

/** What a help shows, in groups. */
export interface HelpRow {
  readonly group: string;
  readonly shown: string;
  readonly about: string;
}

/** A command that reads its command line itself: everything behind its name, and how to print its help. */
interface RawCommand extends Omit<PlainCommand, "start"> {
  /** Its options, and what else its help lists. */
  readonly options: () => Promise<readonly HelpRow[]>;
  readonly raw: (argv: string[], help: () => Promise<number>) => Promise<number>;
}

/** Every command's start resolves to the exit code. */
export type Command = PlainCommand | RawCommand;

/** `tsmpi run`, which `tsmpi -np 5 …` means too. */
export const run: RawCommand = {
  name: "run",
  usage: "[options] script [arguments] [: [options] script …]",
  about: "start a script on several ranks",
  examples: [
    "tsmpi run -np 5 hello                   scripts/hello.ts on five ranks",
    "tsmpi run -np 4 sum.ts --n 100          --n 100 belongs to sum.ts",
    "tsmpi run -np 1 a.ts : -np 4 b.ts       two programs in one COMM_WORLD",
    "tsmpi run -np 5 sample:clean posts.txt  a sample that comes with tsmpi",
  ],
  options: async () => (await import("./launch/option-table.ts")).optionTable,
  raw: async (argv, help) => (await import("./commands/run.ts")).run(argv, help),
};

export const commands: readonly Command[] = [
  run,
  {
    name: "scripts",
    usage: "",
    about: "list the programs in ./scripts",
    examples: [],
    start: async () => (await import("./commands/scripts.ts")).scripts(),
  },
  {
    name: "init",
    usage: "[dir]",
    about: "make a directory for programs, with types for editors",
    examples: ["tsmpi init           in this directory", "tsmpi init my-sums   in a directory of its own"],
    start: async (dir) => (await import("./commands/init.ts")).init(dir),
  },
  {
    name: "samples",
    usage: "[copy] [dir]",
    about: "list the samples inside tsmpi, or copy them out",
    words: ["copy"],
    examples: ["tsmpi samples", "tsmpi samples copy   into ./samples"],
    start: async (verb, dir) => (await import("./commands/samples.ts")).samples(verb, dir),
  },
  {
    name: "bench",
    usage: "[name] [options]",
    about: "measure latency, bandwidth, collectives, start-up",
    examples: [
      "tsmpi bench latency                    two ranks, an object and 1 B to 4 MiB",
      "tsmpi bench allreduce -np 8 -m 4:64K   eight ranks, up to 64 KiB",
      "tsmpi bench startup -np 5              a job from start to end",
      "tsmpi bench --against mpi4py           the same work on both, and the ratios",
    ],
    options: async () => (await import("./bench/options.ts")).helpRows,
    raw: async (argv, help) => (await import("./commands/bench.ts")).bench(argv, help),
  },
  {
    name: "info",
    usage: "[algorithms]",
    about: "show the version, the machine and all variables",
    examples: ["tsmpi info", "tsmpi info algorithms   how the collectives' algorithms are picked"],
    words: ["algorithms"],
    start: async (what) => (await import("./commands/info.ts")).info(what),
  },
  {
    name: "agent",
    usage: "[options]",
    about: "wait for work from other machines, without ssh",
    examples: [
      "tsmpi agent                    prints the code by which a launcher gets in",
      "tsmpi agent --slots 2 --once   two ranks at most, one job",
    ],
    options: async () => (await import("./agent/waiting-options.ts")).agentHelp,
    raw: async (argv, help) => (await import("./commands/agent.ts")).agent(argv, help),
  },
  {
    name: "hosts",
    usage: "[options]",
    about: "list the agents on the local network",
    examples: [],
    options: async () => (await import("./agent/waiting-options.ts")).hostsHelp,
    raw: async (argv, help) => (await import("./commands/hosts.ts")).hosts(argv, help),
  },
  {
    name: "doctor",
    usage: "[-hosts LIST] [options]",
    about: "examine this machine, or hosts and their network",
    examples: [
      "tsmpi doctor                  this machine",
      "tsmpi doctor -hosts a,b,me@c  the way to each, and every pair",
    ],
    options: async () => (await import("./launch/option-rows-hosts.ts")).wayRows,
    raw: async (argv, help) => (await import("./commands/doctor.ts")).doctor(argv, help),
  },
  {
    name: "completion",
    usage: "[shell]",
    about: "print completions for bash, zsh or fish",
    examples: [
      "source <(tsmpi completion bash)          in ~/.bashrc; zsh in ~/.zshrc alike",
      "tsmpi completion fish | source           in ~/.config/fish/config.fish",
    ],
    words: ["bash", "zsh", "fish"],
    start: async (shell) => (await import("./commands/completion.ts")).completion(shell, commands),
  },
];
