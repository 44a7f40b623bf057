// base/errors: layer 0. What a program can catch (Exception) and what is our own bug (internal).
import { addedError } from "./added-errors.ts";
import { type ErrorClassName, errorClasses } from "./error-classes.ts";

const names = new Map<number, ErrorClassName>();
for (const [name, [code]] of Object.entries(errorClasses)) names.set(code, name as ErrorClassName);

/**
 * An error of MPI, with the standard's error class.
 *
 * The message reads `Cannot <verb> <object>: <state>[, expected <state>] (<CLASS>)` and names the operation, the
 * communicator, the peer and the tag. An exception that a script does not catch aborts the whole job.
 *
 * Programs make their own from an error class or code: `new MPI.Exception(code)`, or with a message of their own. What
 * an exception is, is compared by its number: `error.errorClass === MPI.ERR_RANK`.
 *
 * @example
 * ```ts
 * try {
 *   await MPI.COMM_WORLD.send("x", { dest: 99 });
 * } catch (error) {
 *   if (error instanceof MPI.Exception && error.errorClass === MPI.ERR_RANK) console.log(error.message);
 * }
 * ```
 * @see MPI-4.1 §9.4
 */
export class Exception extends Error {
  /** The error class, such as `MPI.ERR_TRUNCATE`. */
  readonly errorClass: number;
  /** The error code; for errors that tsmpi raises itself the same number as the class. */
  readonly errorCode: number;
  /** The text of the code: the standard's, or the one of `MPI.addErrorString`. */
  readonly errorString: string;

  /**
   * @param code An error class or code; `MPI.ERR_UNKNOWN` is the class of one that does not exist.
   * @param message What has happened; the text of the code by default. The class is added to it.
   */
  constructor(code: ErrorClassName | number = "SUCCESS", message?: string, options?: ErrorOptions) {
    const known = describeError(code);
    const { label, text } = known ?? { label: "ERR_UNKNOWN", text: errorClasses.ERR_UNKNOWN[1] };
    const said = message ?? text;
    super(said.endsWith(`(${label})`) ? said : `${said} (${label})`.trimStart(), options);
    this.name = "MPI.Exception";
    this.errorCode = known?.code ?? (code as number);
    this.errorClass = known?.errorClass ?? errorClasses.ERR_UNKNOWN[0];
    this.errorString = text;
  }

  /** As `errorClass`. @see MPI-4.1 §9.4 */
  getErrorClass(): number {
    return this.errorClass;
  }
  /** As `errorCode`. @see MPI-4.1 §9.4 */
  getErrorCode(): number {
    return this.errorCode;
  }
  /** As `errorString`. @see MPI-4.1 §9.4 */
  getErrorString(): string {
    return this.errorString;
  }
}

/** No rank can go on. Whoever leads the job tells the user. */
export class Deadlock extends Exception {
  constructor() {
    super("ERR_OTHER", "Cannot wait any longer: every rank waits, and no message is on its way");
  }
}

/** What a class or code means; undefined when there is none of that number. */
export function describeError(
  code: ErrorClassName | number,
): { code: number; errorClass: number; label: string; text: string } | undefined {
  const name = typeof code === "number" ? names.get(code) : code;
  const standard = name !== undefined && Object.hasOwn(errorClasses, name) ? errorClasses[name] : undefined;
  if (standard) return { code: standard[0], errorClass: standard[0], label: name!, text: standard[1] };
  const added = typeof code === "number" ? addedError(code) : undefined;
  if (added) {
    const { errorClass, text = "" } = added;
    return { code: code as number, errorClass, label: `error code ${code}`, text };
  }
  if (Number.isInteger(code)) return undefined;
  throw new TypeError(`Cannot tell what error code ${show(code)} is: expected a whole number, such as MPI.ERR_OTHER`);
}

/** The error class of anything that was thrown. */
export function errorClassOf(error: unknown): number {
  return error instanceof Exception ? error.errorClass : errorClasses.ERR_OTHER[0];
}

/** A state that only a mistake in tsmpi itself can reach. Programs do not catch it. */
export class InternalError extends Error {
  override readonly name = "tsmpi.InternalError";
}

/** Makes the error for a state that cannot be: `throw internal("frame of kind 9")`. */
export function internal(what: string): InternalError {
  return new InternalError(`${what}: this is a mistake in tsmpi, please report it`);
}

/** A value as an error message shows it: short, quoted where it is a string, never throwing. */
export function show(value: unknown): string {
  try {
    return shown(value);
  } catch {
    return `${typeof value === "function" ? "a function" : "an object"} that throws when it is looked at`;
  }
}

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return value.name ? `function ${value.name}` : "a function";
  if (typeof value === "symbol") return value.toString();
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  const name = (Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null)?.constructor?.name;
  const known = typeof name === "string" && name !== "" ? name : undefined;
  const length = (value as { length?: unknown }).length;
  return typeof length === "number" ? `${known ?? "object"}(${length})` : (known ?? "an object");
}
