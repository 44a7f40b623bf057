// mpi/arguments: layer 9. Checks what a user passes, once, at the public method, before anything is sent. A missing,
// unknown or wrongly typed option is a TypeError that names it; a value out of range is an Exception of its class.
import { ANY_SOURCE, ANY_TAG, PROC_NULL, TAG_UB_VALUE } from "../base/constants.ts";
import type { ErrorClassName } from "../base/error-classes.ts";
import { Exception, show } from "../base/errors.ts";
import { type BufferLike, isBuffer, isThere } from "../data/buffer.ts";
import { Status } from "./status.ts";

/** What checks need to know of a communicator. */
export interface Ranks {
  readonly size: number;
  /** The size of the other group, which messages go to and come from, where there is one. */
  readonly remoteSize?: number;
  readonly name: string;
}

/** Throws unless `options` is an object (or undefined) with no other keys than `names`. */
export function checkOptions(call: string, options: object | undefined, names: readonly string[]): void {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null) throw noOptions(call, options, names);
  let given = false;
  for (const name in options) {
    given = true;
    if (names.includes(name)) continue;
    throw new TypeError(`Cannot call ${call}: option ${name} is unknown, expected ${names.join(", ")}`);
  }
  const made = Object.getPrototypeOf(options);
  if (given || made === Object.prototype || made === null) return;
  // An empty array, a Map or a communicator was meant for something else.
  throw noOptions(call, options, names);
}

function noOptions(call: string, options: unknown, names: readonly string[]): TypeError {
  return new TypeError(
    `Cannot call ${call}: options are ${show(options)}, expected an object with ${names.join(", ")}`,
  );
}

function checkNumber(call: string, option: string, value: unknown, expected: string): asserts value is number {
  if (value === undefined)
    throw new TypeError(`Cannot call ${call}: option ${option} is missing, expected ${expected}`);
  if (typeof value !== "number") {
    throw new TypeError(`Cannot call ${call}: option ${option} is ${show(value)}, expected ${expected}`);
  }
}

function ranks({ size, remoteSize, name }: Ranks): string {
  const whose = remoteSize === undefined ? name : `the remote group of ${name}`;
  const last = (remoteSize ?? size) - 1;
  if (last < 0) return `${whose} has no ranks`;
  return last === 0 ? `${whose} has only rank 0` : `${whose} has ranks 0 to ${last}`;
}

function isRank(value: number, { size, remoteSize = size }: Ranks): boolean {
  return Number.isInteger(value) && value >= 0 && value < remoteSize;
}

/** A rank that a message goes to, or PROC_NULL. */
export function checkDest(call: string, comm: Ranks, dest: unknown, option = "dest"): number {
  checkNumber(call, option, dest, "a rank");
  if (isRank(dest, comm) || dest === PROC_NULL) return dest;
  throw new Exception("ERR_RANK", `Cannot ${call} to rank ${dest}: ${ranks(comm)}`);
}

/** A rank that a message comes from, ANY_SOURCE (the default) or PROC_NULL. */
export function checkSource(call: string, comm: Ranks, source: unknown): number {
  if (source === undefined) return ANY_SOURCE;
  checkNumber(call, "source", source, "a rank or MPI.ANY_SOURCE");
  if (isRank(source, comm) || source === ANY_SOURCE || source === PROC_NULL) return source;
  throw new Exception("ERR_RANK", `Cannot ${call} from rank ${source}: ${ranks(comm)}`);
}

/** A positional argument that must be a rank. */
export function checkRank(call: string, comm: Ranks, argument: string, rank: unknown): void {
  if (typeof rank !== "number") {
    throw new TypeError(`Cannot call ${call}: ${argument} is ${show(rank)}, expected a rank`);
  }
  if (isRank(rank, comm)) return;
  throw new Exception("ERR_RANK", `Cannot call ${call} with ${argument} ${rank}: ${ranks(comm)}`);
}

/** The root of a collective; 0 by default. */
export function checkRoot(call: string, comm: Ranks, root: unknown): number {
  if (root === undefined) return 0;
  checkNumber(call, "root", root, "a rank");
  if (isRank(root, comm)) return root;
  throw new Exception("ERR_ROOT", `Cannot ${call} with root ${root}: ${ranks(comm)}`);
}

/** A tag to send with; 0 by default. */
export function checkTag(call: string, tag: unknown, option = "tag"): number {
  if (tag === undefined) return 0;
  checkNumber(call, option, tag, "a number");
  if (Number.isInteger(tag) && tag >= 0 && tag <= TAG_UB_VALUE) return tag;
  throw new Exception(
    "ERR_TAG",
    `Cannot ${call} with ${option} ${tag}: expected a whole number from 0 to ${TAG_UB_VALUE}`,
  );
}

/** A tag to receive; ANY_TAG by default. */
export function checkRecvTag(call: string, tag: unknown, option = "tag"): number {
  return tag === undefined || tag === ANY_TAG ? ANY_TAG : checkTag(call, tag, option);
}

/** Whole numbers as a list. */
export type Numbers = readonly number[] | Int32Array | Uint32Array;

/**
 * A list of whole numbers from `least` to `most`.
 * @param wrong the class of the error for a number that is none of them @param label what a TypeError calls the list
 * @param kind what it expects
 */
export function checkNumbers(
  call: string,
  name: string,
  list: unknown,
  wrong: ErrorClassName,
  { least = 0, most = Number.MAX_SAFE_INTEGER, label = name, kind = "an array of numbers" } = {},
): number[] {
  if (!Array.isArray(list) && !(list instanceof Int32Array) && !(list instanceof Uint32Array)) {
    throw new TypeError(`Cannot call ${call}: ${label} is ${show(list)}, expected ${kind}`);
  }
  const range = most < Number.MAX_SAFE_INTEGER ? `from ${least} to ${most}` : `from ${least}`;
  const expected = `expected a whole number ${range === "from 0" ? "that is not negative" : range}`;
  // Array.from visits the holes of a sparse array too.
  return Array.from(list as ArrayLike<unknown>, (number, i) => {
    if (Number.isSafeInteger(number) && (number as number) >= least && (number as number) <= most) {
      return number as number;
    }
    throw new Exception(wrong, `Cannot ${call} with ${name}[${i}] ${show(number)}: ${expected}`);
  });
}

/** An option that is true or false; false by default. */
export function checkFlag(call: string, option: string, flag: unknown): boolean {
  if (flag === undefined || typeof flag === "boolean") return flag ?? false;
  throw new TypeError(`Cannot call ${call}: option ${option} is ${show(flag)}, expected true or false`);
}

/** The option `into`: a buffer whose memory is there, if given. */
export function checkInto(call: string, into: unknown): BufferLike | undefined {
  if (into === undefined) return undefined;
  if (isBuffer(into)) return existing(call, into, "into");
  throw new TypeError(
    `Cannot call ${call}: option into is ${show(into)}, expected a typed array, ArrayBuffer or DataView`,
  );
}

/** A positional argument that must be a buffer, whose memory is there. */
export function checkBuffer(call: string, buffer: unknown): BufferLike {
  if (!isBuffer(buffer)) {
    throw new TypeError(
      `Cannot call ${call}: its data is ${show(buffer)}, expected a typed array, ArrayBuffer or DataView`,
    );
  }
  return existing(call, buffer, "its data");
}

function existing(call: string, buffer: BufferLike, what: string): BufferLike {
  if (isThere(buffer)) return buffer;
  const state = `the memory of ${what} has been transferred, or is too short by now`;
  throw new Exception("ERR_BUFFER", `Cannot call ${call}: ${state}`);
}

/** The option `status`: a Status to fill in, if given. */
export function checkStatus(call: string, status: unknown, option = "status"): Status | undefined {
  if (status === undefined || status instanceof Status) return status;
  throw new TypeError(`Cannot call ${call}: option ${option} is ${show(status)}, expected a new MPI.Status()`);
}

/** The option `signal`: an AbortSignal, if given. @throws its reason when it has aborted already: nothing is started */
export function checkSignal(call: string, signal: unknown): AbortSignal | undefined {
  if (signal instanceof AbortSignal) signal.throwIfAborted();
  if (signal === undefined || signal instanceof AbortSignal) return signal;
  throw new TypeError(`Cannot call ${call}: option signal is ${show(signal)}, expected an AbortSignal`);
}
