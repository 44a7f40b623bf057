// mpi/datatype-handle: layer 9. What every datatype has: a definition, bounds, a name, attributes, and a life from commit
// to free. Datatype extends it, by way of datatype-decoding.ts and datatype-packing.ts.
import { Exception, show } from "../base/errors.ts";
import type { TypeMap } from "../data/type-map.ts";
import type { TypeTree } from "../data/type-tree.ts";
import { Attributes, dropKeyval, type KeyvalOptions, makeKeyval } from "./attributes.ts";
import type { Datatype } from "./datatype.ts";

/** What a datatype is: its type map, and the call that made it. It outlives the handles. */
export interface Definition {
  readonly map: TypeTree;
  /** MPI.COMBINER_… */
  readonly combiner: number;
  /** The arguments of the constructor by name, in its order, without the datatypes. */
  readonly params: Readonly<Record<string, number | readonly number[]>>;
  readonly of: readonly Part[];
}

/** A datatype that another one was made of: the handle is kept where it can never be freed. */
export interface Part {
  readonly definition: Definition;
  readonly named: Datatype | undefined;
}

export abstract class DatatypeHandle {
  /** What makes it a datatype; undefined for MPI.DATATYPE_NULL. */
  readonly #definition: Definition | undefined;
  readonly #predefined: boolean;
  readonly #attributes = new Attributes<DatatypeHandle>("Datatype", this);
  #name: string;
  #committed: boolean;
  #freed = false;

  /** Made by the library. Predefined types have their name from the beginning and are committed. */
  constructor(definition: Definition | undefined, name: string, predefined: boolean) {
    this.#definition = definition;
    this.#name = name;
    this.#predefined = predefined;
    this.#committed = predefined;
  }

  /** A handle for the same or another definition. */
  protected abstract handle(definition: Definition): Datatype;

  // --- what it is ---

  /** Bytes of data in one item, without gaps. @see MPI-4.1 §5.1.5 */
  get size(): number {
    return this.use("size").map.size;
  }
  /** As `size`. @see MPI-4.1 §5.1.5 */
  getSize(): number {
    return this.use("getSize").map.size;
  }

  /** Bytes from one item to the next. @see MPI-4.1 §5.1.7 */
  get extent(): number {
    return this.use("extent").map.extent;
  }
  /** Lower bound: the byte at which an item begins, from its origin. @see MPI-4.1 §5.1.7 */
  get lb(): number {
    return this.use("lb").map.lb;
  }
  /** Upper bound: `lb + extent`. @see MPI-4.1 §5.1.7 */
  get ub(): number {
    return this.use("ub").map.ub;
  }

  /**
   * Where an item begins, and how many bytes it is from there to the next one.
   *
   * @returns `[lb, extent]`, in bytes.
   * @example
   * ```ts
   * const column = MPI.DOUBLE.createVector(3, 1, 5);
   * console.log(column.getExtent()); // [ 0, 88 ]
   * ```
   * @see MPI-4.1 §5.1.7
   */
  getExtent(): [lb: number, extent: number] {
    const { map } = this.use("getExtent");
    return [map.lb, map.extent];
  }

  /** Bytes from the first to the last byte of data. @see MPI-4.1 §5.1.8 */
  get trueExtent(): number {
    return this.use("trueExtent").map.trueExtent;
  }
  /** The first byte of data, from the origin. @see MPI-4.1 §5.1.8 */
  get trueLb(): number {
    return this.use("trueLb").map.trueLb;
  }
  /** The byte behind the last byte of data. @see MPI-4.1 §5.1.8 */
  get trueUb(): number {
    return this.use("trueUb").map.trueUb;
  }
  /** As getExtent, of the bytes that are data, whatever a resized type says. @see MPI-4.1 §5.1.8 */
  getTrueExtent(): [lb: number, extent: number] {
    const { map } = this.use("getTrueExtent");
    return [map.trueLb, map.trueExtent];
  }

  /** The type's name, for messages and debugging; a derived type has none until it is given one. @see MPI-4.1 §7.8 */
  get name(): string {
    return this.#name;
  }
  set name(name: string) {
    this.setName(name);
  }
  /** As `name`. @see MPI-4.1 §7.8 */
  getName(): string {
    return this.#name;
  }
  /** Gives the type a name on this rank. @see MPI-4.1 §7.8 */
  setName(name: string): void {
    this.use("setName");
    if (typeof name !== "string") throw new TypeError(`Cannot call setName: name is ${show(name)}, expected a string`);
    this.#name = name;
  }

  // --- its life ---

  /**
   * Makes a derived type ready for moving data. Types that only serve to make others need not be committed.
   *
   * @returns The same type.
   * @see MPI-4.1 §5.1.9
   */
  commit(): this {
    this.use("commit");
    this.#committed = true;
    return this;
  }

  /**
   * Gives the type up: using it from now on is ERR_TYPE. What is in progress with it completes, and types that were made
   * of it stay. Delete callbacks of attributes are called first, the last one set first.
   *
   * @throws {MPI.Exception} ERR_TYPE for a predefined type.
   * @see MPI-4.1 §5.1.9
   */
  free(): void {
    this.use("free");
    if (this.#predefined) throw new Exception("ERR_TYPE", `Cannot free ${this}: it is predefined`);
    this.#attributes.clear();
    this.#freed = true;
  }

  /** Takes over what a duplicate has of the type that it is made of. */
  protected inherit(from: DatatypeHandle): void {
    const copies = from.#attributes.copies();
    this.#committed = from.#committed;
    this.#attributes.adopt(copies);
  }

  /** The definition. @throws {MPI.Exception} ERR_TYPE when there is none; `call` is what was called */
  protected use(call: string, how: "on" | "with" = "on"): Definition {
    if (this.#definition && !this.#freed) return this.#definition;
    const state = this.#freed ? `${this}: it has been freed` : "MPI.DATATYPE_NULL: it is no datatype";
    throw new Exception("ERR_TYPE", `Cannot call ${call} ${how} ${state}`);
  }

  /** The type map, whether the type is committed or not; for the library. */
  get map(): TypeMap {
    return this.use("map").map;
  }

  /** The type map, for a call that moves data; for the library. @throws {MPI.Exception} ERR_TYPE when not committed */
  committed(call: string): TypeTree {
    const { map } = this.use(call, "with");
    if (this.#committed) return map;
    throw new Exception("ERR_TYPE", `Cannot call ${call} with ${this}: it is not committed, expected type.commit()`);
  }

  /** What a type that is made of this one keeps of it; for the library. */
  part(call: string): Part {
    const definition = this.use(call, "with");
    return { definition, named: this.#predefined ? (this as unknown as Datatype) : undefined };
  }

  /** As messages show it. @see MPI-4.1 §7.8 */
  toString(): string {
    return this.#name === "" ? "a derived datatype" : this.#name;
  }

  // --- attributes ---

  /** Makes the name of an attribute for datatypes; as for communicators. @see MPI-4.1 §7.7.4 */
  static createKeyval(options?: KeyvalOptions<Datatype>): number {
    return makeKeyval("Datatype", options);
  }
  /** Gives a keyval up; attributes that have it stay until they are deleted. @returns MPI.KEYVAL_INVALID @see MPI-4.1 §7.7.4 */
  static freeKeyval(keyval: number): number {
    return dropKeyval("Datatype", keyval);
  }
  /** Sets an attribute; one that is set already is deleted first. @throws {MPI.Exception} ERR_KEYVAL @see MPI-4.1 §7.7.4 */
  setAttr(keyval: number, value: unknown): void {
    this.use("setAttr");
    this.#attributes.set(keyval, value);
  }
  /** The value of an attribute, or `undefined` when it is not set. @throws {MPI.Exception} ERR_KEYVAL @see MPI-4.1 §7.7.4 */
  getAttr<T = any>(keyval: number): T | undefined {
    this.use("getAttr");
    return this.#attributes.get(keyval) as T | undefined;
  }
  /** Deletes an attribute, after its delete callback; if that throws, it stays. @see MPI-4.1 §7.7.4 */
  deleteAttr(keyval: number): void {
    this.use("deleteAttr");
    this.#attributes.delete(keyval);
  }
}
