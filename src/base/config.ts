// base/config: layer 0. Every TSMPI_* variable, in one documented table; the only file that reads the environment.

interface Variable {
  /** What the variable does, one sentence; units are in it. */
  readonly about: string;
  /** Its default, as one would type it. */
  readonly default: string;
}

/** All variables that a user may set. `tsmpi info` prints this table. */
export const variables = {
  TSMPI_EAGER_LIMIT: {
    about: "Messages up to this many bytes are sent without asking the receiver first.",
    default: "65536",
  },
  TSMPI_UNEXPECTED_LIMIT: {
    about: "Bytes of messages that one rank may have waiting, unreceived, at another; then its sends wait.",
    default: "16777216",
  },
  TSMPI_SPIN: {
    about:
      "Microseconds for which a waiting rank keeps turning its event loop before it sleeps; 0 sleeps at once, auto is 2000 where every rank on the host has a core of its own, else 0.",
    default: "auto",
  },
  TSMPI_DEADLOCK_TIMEOUT: {
    about: "Seconds after which ranks that all wait for each other are reported and ended; 0 never does.",
    default: "2",
  },
  TSMPI_DEBUG: {
    about: "1 remembers the source line of every call, not only of those that wait long, and prints runtime stacks.",
    default: "0",
  },
} as const satisfies Record<string, Variable>;

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

/** A variable that is a number ≥ 0; throws a RangeError that names it when it is not. */
export function numberVariable(name: VariableName): number {
  const text = variable(name) ?? "";
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0) {
    throw new RangeError(`Cannot use ${name}=${text}: expected a number that is not negative`);
  }
  return value;
}
