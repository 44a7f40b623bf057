// job/failure: layer 2b. Which messages of a rank say that it has failed. Pure; used by who leads a job, and by ranks that
// nobody leads but rank 0.
import type { FromRank } from "../wire/control.ts";

export interface Failure {
  /** As the rank gave it. */
  readonly code: number;
  /** What it did, to be read behind its name. */
  readonly what: string;
  /** Lines of their own. */
  readonly details?: string;
}

/** A code that says failure, in the 8 bits that an exit code has. */
export function failureCode(code: number): number {
  return code & 255 || 1;
}

/** The failure that a message tells of; undefined when all is well. */
export function failureIn(message: FromRank): Failure | undefined {
  switch (message.kind) {
    case "failed":
      return { code: message.code, what: "failed", details: message.report };
    case "abort": {
      const where = message.where ? ` at ${message.where}` : "";
      return { code: message.code, what: `called abort(${message.code})${where}` };
    }
    case "exiting":
      return message.code === 0 ? undefined : { code: message.code, what: `called process.exit(${message.code})` };
    case "finished":
      return message.code === 0 ? undefined : { code: message.code, what: `ended with exit code ${message.code}` };
    default:
      return undefined;
  }
}
