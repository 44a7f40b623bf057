// mpi/error-codes: layer 9. Error classes and codes: what they mean, and those that a program adds for its own errors.
import { addError, addedError, codesOf, removeError } from "../base/added-errors.ts";
import { describeError, Exception, show } from "../base/errors.ts";

/** The error class of an error code. @throws {MPI.Exception} ERR_ARG for an unknown code @see MPI-4.1 §9.5 */
export function getErrorClass(code: number): number {
  return known("tell the class of", code).errorClass;
}

/** The text of an error code or class. @throws {MPI.Exception} ERR_ARG for an unknown code @see MPI-4.1 §9.4 */
export function getErrorString(code: number): string {
  return known("tell the text of", code).text;
}

/**
 * A new error class, which is an error code too, for the errors of a library of one's own. It is known on this rank only;
 * ranks that add the same ones in the same order get the same numbers.
 *
 * @returns The class, a number above MPI.ERR_LASTCODE. The attribute MPI.LASTUSEDCODE follows.
 * @example
 * ```ts
 * const NO_CONVERGENCE = MPI.addErrorClass();
 * MPI.addErrorString(NO_CONVERGENCE, "the iteration did not converge");
 * const error = new MPI.Exception(NO_CONVERGENCE);
 * console.log(error.errorString); // the iteration did not converge
 * console.log(error.errorClass === MPI.COMM_WORLD.getAttr(MPI.LASTUSEDCODE)); // true
 * ```
 * @see MPI-4.1 §9.5
 */
export function addErrorClass(): number {
  return addError();
}

/**
 * A new error code of a class, which is one of the standard's or an added one.
 *
 * @throws {MPI.Exception} ERR_ARG when `errorClass` is no error class.
 * @see MPI-4.1 §9.5
 */
export function addErrorCode(errorClass: number): number {
  const { errorClass: of } = known("add a code to", errorClass);
  if (of === errorClass) return addError(errorClass);
  throw new Exception("ERR_ARG", `Cannot add a code to ${errorClass}: it is an error code, expected an error class`);
}

/**
 * Sets the text of an added class or code; it has none, `""`, at first.
 *
 * @throws {MPI.Exception} ERR_ARG for the standard's, and for one that was not added.
 * @see MPI-4.1 §9.5
 */
export function addErrorString(code: number, text: string): void {
  const found = own("set the text of", code);
  if (typeof text !== "string") {
    throw new TypeError(`Cannot call addErrorString: text is ${show(text)}, expected a string`);
  }
  found.text = text;
}

/**
 * Takes an added class back; its codes must have been taken back before. The number is not used again.
 *
 * @throws {MPI.Exception} ERR_ARG for the standard's, for one that was not added, and for one that has codes.
 * @see MPI-4.1 §9.5
 */
export function removeErrorClass(errorClass: number): void {
  if (own("remove", errorClass).errorClass !== errorClass) {
    throw new Exception("ERR_ARG", `Cannot remove ${errorClass}: it is an error code, expected an error class`);
  }
  const codes = codesOf(errorClass);
  if (codes.length > 0) {
    const state = `it has the codes ${codes.join(", ")}, expected removeErrorCode first`;
    throw new Exception("ERR_ARG", `Cannot remove error class ${errorClass}: ${state}`);
  }
  removeError(errorClass);
}

/** Takes an added code back; see removeErrorClass. @see MPI-4.1 §9.5 */
export function removeErrorCode(code: number): void {
  if (own("remove", code).errorClass === code) {
    throw new Exception("ERR_ARG", `Cannot remove ${code}: it is an error class, expected an error code`);
  }
  removeError(code);
}

/** Takes the text of an added class or code back. @throws {MPI.Exception} ERR_ARG when it has none @see MPI-4.1 §9.5 */
export function removeErrorString(code: number): void {
  const found = own("remove the text of", code);
  if (found.text === undefined) {
    throw new Exception("ERR_ARG", `Cannot remove the text of error code ${code}: it has none`);
  }
  found.text = undefined;
}

function known(what: string, code: number) {
  const found = Number.isInteger(code) ? describeError(code) : undefined;
  if (found) return found;
  throw new Exception("ERR_ARG", `Cannot ${what} error code ${show(code)}: there is none of that number`);
}

function own(what: string, code: number) {
  const found = addedError(code);
  if (found) return found;
  known(what, code);
  throw new Exception("ERR_ARG", `Cannot ${what} error code ${code}: it is the standard's, expected an added one`);
}
