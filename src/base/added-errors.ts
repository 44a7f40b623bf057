// base/added-errors: layer 0. The error classes and codes that a program has added to the standard's. Called by errors.ts,
// whose exceptions can have them, and by mpi/error-codes.ts, which checks what a program asks for.
import { ERR_LASTCODE } from "./error-codes.ts";

interface Added {
  /** The number itself for a class, which is a code too. */
  readonly errorClass: number;
  text: string | undefined;
}

const added = new Map<number, Added>();
/** Numbers are not used again, so that one that was removed does not come to mean something else. */
let drawn: number = ERR_LASTCODE;

/** A new class, or a new code of a class. */
export function addError(errorClass?: number): number {
  drawn++;
  added.set(drawn, { errorClass: errorClass ?? drawn, text: undefined });
  return drawn;
}

/** What is known of a class or code; undefined for the standard's and for those that do not exist. */
export function addedError(code: number): Added | undefined {
  return added.get(code);
}

export function removeError(code: number): void {
  added.delete(code);
}

/** The codes of an added class that are still there. */
export function codesOf(errorClass: number): number[] {
  return [...added].filter(([code, of]) => of.errorClass === errorClass && code !== errorClass).map(([code]) => code);
}

/** The largest class or code in use. */
export function lastUsedCode(): number {
  return Math.max(ERR_LASTCODE, ...added.keys());
}
