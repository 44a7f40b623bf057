// base/config: layer 0. Every TSMPI_* variable, in one documented table; the only file that reads the environment.

export interface Variable {
  /** What the variable does, one sentence; units are in it. */
  readonly about: string;
  /** Its default, as one would type it; nothing: it is not set. */
  readonly default: string;
  /** Its value is not to be shown. */
  readonly secret?: true;
  /** What it may be, where that is a word. */
  readonly words?: readonly string[];
}

/** All variables that a user may set. `tsmpi info` prints this table. */
export const variables = {
  TSMPI_EAGER_LIMIT: {
    about:
      "Messages up to this many bytes are sent without asking the receiver first; where it is not 0, through shared memory also longer ones for which there is room.",
    default: "65536",
  },
  TSMPI_UNEXPECTED_LIMIT: {
    about: "Bytes of messages that one rank may have waiting, unreceived, at another; then its sends wait.",
    default: "16777216",
  },
  TSMPI_SPIN: {
    about:
      "Microseconds for which a waiting rank keeps turning its event loop before it sleeps; 0 sleeps at once, auto is 2000 where every rank on the host has a core of its own, 200 where ranks share cores and memory, else 0.",
    default: "auto",
  },
  TSMPI_TRANSPORT: {
    about:
      "What ranks of one host talk through: auto is shared memory where there is some; websocket or shared-memory insist.",
    default: "auto",
    words: ["auto", "shared-memory", "websocket"],
  },
  TSMPI_EAGER_MESH: {
    about:
      "Jobs of up to this many ranks connect each with each at the start; in larger ones two connect when they need it.",
    default: "8",
  },
  TSMPI_CHECK: {
    about: "1 puts a number and checksums on every message between ranks, which its receiver verifies.",
    default: "0",
    words: ["0", "1"],
  },
  TSMPI_DELAY: {
    about:
      "A number other than 0: messages wait for random times, drawn with it as the seed, to try programs out; a rank that computes without a pause keeps its own.",
    default: "0",
  },
  TSMPI_DEADLOCK_TIMEOUT: {
    about: "Seconds after which ranks that all wait for each other are reported and ended; 0 never does.",
    default: "2",
  },
  TSMPI_ENGINE: {
    about:
      "Which launcher has started a script without tsmpi run: auto looks for its variables, none makes a job of one rank; or pmi, pmix, slurm, kubernetes.",
    default: "auto",
  },
  TSMPI_WIREUP_TIMEOUT: {
    about: "Seconds that the ranks of another launcher wait for each other at the start.",
    default: "60",
  },
  TSMPI_TOKEN: {
    about: "A secret of at least 16 characters, the same for all ranks that srun or Kubernetes starts without PMI.",
    default: "",
    secret: true,
  },
  TSMPI_TOKEN_FILE: {
    about: "A file with that secret; with srun, without either, ~/.tsmpi/token, which is made once.",
    default: "",
  },
  TSMPI_SUBDOMAIN: {
    about: "The name of the headless service of a Kubernetes Indexed Job; TSMPI_SIZE has its completions.",
    default: "",
  },
  TSMPI_LIBPMIX: {
    about: "The path of libpmix.so.2, by which ranks of Open MPI's mpirun meet, where the system does not find it.",
    default: "",
  },
  TSMPI_HOSTFILE: {
    about: "A file with a host per line, for jobs whose command line names no hosts.",
    default: "",
  },
  TSMPI_AGENT_CODE: {
    about: "Join codes of agents, with commas between them, for `tsmpi run --agents` and `tsmpi hosts`.",
    default: "",
    secret: true,
  },
  TSMPI_DEBUG: {
    about: "1 remembers the source line of every call, not only of those that wait long, and prints runtime stacks.",
    default: "0",
  },
} as const satisfies Record<string, Variable>;

/** For jobs that are to make every connection at the start, whatever their size. */
export const fullMesh = { TSMPI_EAGER_MESH: "1000000" } as const;

/** What the launcher sets for each rank, by name: about it. */
export const placeVariables = {
  TSMPI_RANK: "this rank in COMM_WORLD",
  TSMPI_SIZE: "how many ranks COMM_WORLD has",
  TSMPI_LOCAL_RANK: "this rank among those on its host",
  TSMPI_LOCAL_SIZE: "how many ranks are on its host",
  TSMPI_JOB_ID: "the same text in all ranks of a job, another one in each job",
} as const;

export type VariableName = keyof typeof variables;

/** A variable's value, or its default. `TSMPI_ALLREDUCE` and its like belong to collectives/select.ts. */
export function variable(name: VariableName | (string & {})): string | undefined {
  return process.env[name] ?? (variables as Record<string, Variable>)[name]?.default;
}

/**
 * A variable that is one of some words.
 * @param value what it is set to, where another process is to get it
 * @throws RangeError that names it when it is not
 */
export function wordVariable(name: VariableName, value: string = variable(name) ?? ""): string {
  const { words = [] } = variables[name] as Variable;
  if (words.includes(value)) return value;
  throw new RangeError(`Cannot use ${name}=${value}: expected ${words.slice(0, -1).join(", ")} or ${words.at(-1)}`);
}

/** A variable that is a number ≥ 0; throws a RangeError that names it when it is not. */
export function numberVariable(name: VariableName): number {
  const text = variable(name) ?? "";
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0) {
    throw new RangeError(`Cannot use ${name}=${text}: expected a number that is not negative`);
  }
  return value;
}

/** A variable's value, which is then taken away: what this process starts does not inherit it. */
export function takeVariable(name: VariableName): string | undefined {
  const value = variable(name);
  delete process.env[name];
  return value;
}

/** Sets what the launcher sets, in a rank that another one has started. */
export function setPlace(place: {
  readonly rank: number;
  readonly size: number;
  readonly localRank: number;
  readonly localSize: number;
  readonly id: string;
}): void {
  const values: Record<keyof typeof placeVariables, string> = {
    TSMPI_RANK: `${place.rank}`,
    TSMPI_SIZE: `${place.size}`,
    TSMPI_LOCAL_RANK: `${place.localRank}`,
    TSMPI_LOCAL_SIZE: `${place.localSize}`,
    TSMPI_JOB_ID: place.id,
  };
  Object.assign(process.env, values);
}
