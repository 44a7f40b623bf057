// mpi/datarep: layer 9. Data representations of a script's own, for views of files. Called by scripts.
import { Exception, show } from "../base/errors.ts";
import type { Basic } from "../data/type-basic.ts";
import { register } from "../io/representation.ts";
import type { Datatype } from "./datatype.ts";
import { predefined } from "./type-registry.ts";

/**
 * Converts numbers of one basic type between memory and file.
 *
 * @param userbuf The numbers as they are in memory, one behind the other.
 * @param datatype Their type, such as `MPI.INT`.
 * @param count How many.
 * @param filebuf The same numbers as they are in the file.
 */
export type DatarepFunction = (userbuf: Uint8Array, datatype: Datatype, count: number, filebuf: Uint8Array) => void;

/**
 * Makes a data representation for views of files. Predefined and registered names cannot be registered again.
 *
 * @param datarep Its name, as `setView` takes it.
 * @param readFn Fills `userbuf` from `filebuf`; `null` where bytes are the same in memory and in the file.
 * @param writeFn Fills `filebuf` from `userbuf`; `null` as for `readFn`.
 * @param extentFn How many bytes a number of a basic type has in the file; by default as many as in memory.
 * @throws {MPI.Exception} ERR_DUP_DATAREP for a name that there is already.
 * @example
 * ```ts
 * const turn = (from: Uint8Array, to: Uint8Array) => to.set(from.toReversed());
 * MPI.registerDatarep("backwards", (user, _type, _count, file) => turn(file, user), (user, _type, _count, file) => turn(user, file));
 * ```
 * @see MPI-4.1 §14.5.3
 */
export function registerDatarep(
  datarep: string,
  readFn: DatarepFunction | null = null,
  writeFn: DatarepFunction | null = null,
  extentFn: ((datatype: Datatype) => number) | null = null,
): void {
  const call = "registerDatarep";
  if (typeof datarep !== "string" || datarep === "") {
    throw new TypeError(`Cannot call ${call}: datarep is ${show(datarep)}, expected a name`);
  }
  for (const [name, fn] of Object.entries({ readFn, writeFn, extentFn })) {
    if (fn === null || typeof fn === "function") continue;
    throw new TypeError(`Cannot call ${call}: ${name} is ${show(fn)}, expected a function or null`);
  }
  register(datarep, {
    size: (basic) => (extentFn ? checkExtent(datarep, extentFn(typeOf(basic))) : basic.size),
    write: (basic, count, memory, file) => convert(datarep, writeFn, basic, count, memory, file, file, memory),
    read: (basic, count, memory, file) => convert(datarep, readFn, basic, count, memory, file, memory, file),
  });
}

function convert(
  datarep: string,
  fn: DatarepFunction | null,
  basic: Basic,
  count: number,
  memory: Uint8Array,
  file: Uint8Array,
  to: Uint8Array,
  from: Uint8Array,
): void {
  if (fn) fn(memory, typeOf(basic), count, file);
  else if (from.length === to.length) to.set(from);
  else
    throw new Exception("ERR_CONVERSION", `Cannot convert ${typeOf(basic)} to ${datarep}: it has no function for it`);
}

function checkExtent(datarep: string, bytes: unknown): number {
  if (Number.isSafeInteger(bytes) && (bytes as number) > 0) return bytes as number;
  const state = `extentFn gives ${show(bytes)}, expected a number of bytes`;
  throw new Exception("ERR_CONVERSION", `Cannot use data representation ${datarep}: ${state}`);
}

/** The first predefined type that has the numbers of this one. */
function typeOf(basic: Basic): Datatype {
  for (const [name, type] of predefined) if (name !== "DATATYPE_NULL" && type.map.basic === basic) return type;
  return predefined.get("BYTE")!;
}
