// mpi/caching: layer 9. The chapter "attributes and hints" of a communicator, which a script hangs on it. Comm extends it.
import { lastUsedCode } from "../base/added-errors.ts";
import {
  ANY_SOURCE,
  APPNUM,
  IO,
  LASTUSEDCODE,
  TAG_UB,
  TAG_UB_VALUE,
  UNIVERSE_SIZE,
  WTIME_IS_GLOBAL,
} from "../base/constants.ts";
import { Exception } from "../base/errors.ts";

import { Attributes, dropKeyval, type KeyvalOptions, makeKeyval } from "./attributes.ts";
import type { Comm } from "./comm.ts";
import { Info, infoItems } from "./info.ts";
import { Persistent } from "./persistent.ts";

/** The attributes that every communicator has, from the number of processes in the job. */
const predefined = new Map<number, (processes: number) => number>([
  [TAG_UB, () => TAG_UB_VALUE],
  [IO, () => ANY_SOURCE],
  [WTIME_IS_GLOBAL, () => 0],
  [UNIVERSE_SIZE, (processes) => processes],
  [APPNUM, () => 0],
  [LASTUSEDCODE, () => lastUsedCode()],
]);

export abstract class Caching extends Persistent {
  protected readonly attributes = new Attributes<Caching>("Comm", this);
  protected readonly hints = new Info(new Map());

  // --- attributes ---

  /**
   * Makes a keyval: the name of an attribute, for `setAttr`, `getAttr` and `deleteAttr` of any communicator on this rank.
   *
   * @param options.copy Called by `dup` and its like, on the communicator that is duplicated; returns the value for the
   * duplicate, `undefined` for none. `true` carries the value over. By default duplicates do not have the attribute.
   * @param options.delete Called when the attribute is deleted or replaced, and when the communicator is freed.
   * @returns The keyval, a number.
   * @example
   * ```ts
   * const keyval = MPI.Comm.createKeyval({ copy: (comm, keyval, count) => count + 1 });
   * MPI.COMM_SELF.setAttr(keyval, 1);
   * await using copy = await MPI.COMM_SELF.dup();
   * console.log(copy.getAttr(keyval)); // 2
   * ```
   * @see MPI-4.1 §7.7.2
   */
  static createKeyval(options?: KeyvalOptions<Comm>): number {
    return makeKeyval("Comm", options);
  }

  /** Gives a keyval up; attributes that have it stay until they are deleted. @returns MPI.KEYVAL_INVALID @see MPI-4.1 §7.7.2 */
  static freeKeyval(keyval: number): number {
    Caching.#checkOwn("freeKeyval", keyval);
    return dropKeyval("Comm", keyval);
  }

  /**
   * Sets an attribute. One that is set already is deleted first, its delete callback called.
   *
   * @param keyval From `createKeyval`.
   * @param value Anything but `undefined`.
   * @throws {MPI.Exception} ERR_KEYVAL for a keyval that does not exist or is predefined.
   * @see MPI-4.1 §7.7.2
   */
  setAttr(keyval: number, value: unknown): void {
    this.use("setAttr");
    Caching.#checkOwn("setAttr", keyval);
    this.attributes.set(keyval, value);
  }

  /**
   * The value of an attribute, or `undefined` when it is not set.
   *
   * @param keyval From `createKeyval`, or MPI.TAG_UB, IO, WTIME_IS_GLOBAL, UNIVERSE_SIZE, APPNUM, LASTUSEDCODE, whose
   * values are numbers.
   * @throws {MPI.Exception} ERR_KEYVAL for a keyval that does not exist.
   * @see MPI-4.1 §7.7.2
   */
  getAttr<T = any>(keyval: number): T | undefined {
    const { engine } = this.use("getAttr");
    return (predefined.get(keyval)?.(engine.size) ?? this.attributes.get(keyval)) as T | undefined;
  }

  /** Deletes an attribute, after its delete callback; if that throws, it stays. @see MPI-4.1 §7.7.2 */
  deleteAttr(keyval: number): void {
    this.use("deleteAttr");
    Caching.#checkOwn("deleteAttr", keyval);
    this.attributes.delete(keyval);
  }

  /** Deletes all attributes, the last one set first; for the library. */
  deleteAttributes(): void {
    this.attributes.clear();
  }

  static #checkOwn(call: string, keyval: number): void {
    if (!predefined.has(keyval)) return;
    throw new Exception("ERR_KEYVAL", `Cannot call ${call} with keyval ${keyval}: it is predefined`);
  }

  // --- hints ---

  /** The hints that were given, in a new Info. @see MPI-4.1 §7.4.4 */
  getInfo(): Info {
    this.use("getInfo");
    return this.hints.dup();
  }

  /** A new Info with the hints; what is assigned is as with setInfo. @see MPI-4.1 §7.4.4 */
  get info(): Info {
    return this.getInfo();
  }
  set info(info: Info) {
    this.setInfo(info);
  }

  /** Gives hints, beside those given before; none of them changes what calls do. @see MPI-4.1 §7.4.4 */
  setInfo(info: Info): void {
    this.use("setInfo");
    this.hints.update(infoItems("setInfo", info));
  }
}
