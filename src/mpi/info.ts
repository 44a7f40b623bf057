// mpi/info: layer 9. Info: hints as pairs of strings, in the order in which their keys were first set.
import { MAX_INFO_KEY, MAX_INFO_VAL } from "../base/constants.ts";
import { Exception, show } from "../base/errors.ts";

/** What an Info can be made from and filled with: `{ key: "value" }`, a Map, another Info. */
export type InfoItems = Readonly<Record<string, string>> | Iterable<readonly [key: string, value: string]>;

/**
 * Hints for the library: pairs of strings.
 *
 * @example
 * ```ts
 * const info = MPI.Info.create({ mpi_assert_no_any_tag: "true" });
 * console.log(info.get("mpi_assert_no_any_tag")); // true
 * ```
 * @see MPI-4.1 §10
 */
export class Info {
  #items: Map<string, string> | undefined;
  /** Of INFO_ENV until it is used: every rank has it, and hardly any asks it. */
  #later: (() => Info) | undefined;

  /** Made by Info.create; without items it is MPI.INFO_NULL, or has those that `later` gives at the first use. */
  constructor(items: Map<string, string> | undefined, later?: () => Info) {
    this.#items = items;
    this.#later = later;
  }

  /** A new Info with these pairs; empty by default. @see MPI-4.1 §10 */
  static create(items: InfoItems = {}): Info {
    const info = new Info(new Map());
    info.update(items);
    return info;
  }

  /** A new Info that tells how the program was started: `command` and `argv`, unless too long. @see MPI-4.1 §11.2.1 */
  static createEnv(args: readonly string[] = process.argv.slice(1)): Info {
    if (!Array.isArray(args) || Array.from(args).some((arg) => typeof arg !== "string")) {
      throw new TypeError(`Cannot call createEnv: args are ${show(args)}, expected an array of strings`);
    }
    const pairs = { command: args[0] ?? "", argv: args.slice(1).join(" ") };
    return Info.create(Object.entries(pairs).filter(([, value]) => value !== "" && value.length < MAX_INFO_VAL));
  }

  /** Number of pairs. @see MPI-4.1 §10 */
  get size(): number {
    return this.#use("size").size;
  }
  /** As `size`. @see MPI-4.1 §10 */
  getNkeys(): number {
    return this.#use("getNkeys").size;
  }

  /** The key with number `n`, 0 … size−1. @throws {MPI.Exception} ERR_ARG when there is none @see MPI-4.1 §10 */
  getNthkey(n: number): string {
    const keys = [...this.#use("getNthkey").keys()];
    if (typeof n !== "number") throw new TypeError(`Cannot call getNthkey: n is ${show(n)}, expected a number`);
    const key = keys[n];
    if (key !== undefined) return key;
    throw new Exception("ERR_ARG", `Cannot get key ${show(n)} of an Info: it has ${this.size} keys`);
  }

  /** The value of a key; `otherwise`, by default `null`, when the key is not set. @see MPI-4.1 §10 */
  get(key: string): string | null;
  get<T>(key: string, otherwise: T): string | T;
  get(key: string, otherwise: unknown = null): unknown {
    return this.#use("get").get(checkKey("get", key)) ?? otherwise;
  }

  /** True when the key is set. @see MPI-4.1 §10 */
  has(key: string): boolean {
    return this.#use("has").has(checkKey("has", key));
  }

  /**
   * Sets the value of a key.
   *
   * @throws {MPI.Exception} ERR_INFO_KEY, ERR_INFO_VALUE when key or value is empty or too long.
   * @see MPI-4.1 §10
   */
  set(key: string, value: string): void {
    const items = this.#use("set");
    checkKey("set", key);
    if (typeof value !== "string") {
      throw new TypeError(`Cannot call set: value of ${key} is ${show(value)}, expected a string`);
    }
    if (value.length >= MAX_INFO_VAL) {
      const state = `it has ${value.length} characters, expected at most ${MAX_INFO_VAL - 1}`;
      throw new Exception("ERR_INFO_VALUE", `Cannot set the value of ${key} in an Info: ${state}`);
    }
    items.set(key, value);
  }

  /** Removes a key. @throws {MPI.Exception} ERR_INFO_NOKEY when it is not set @see MPI-4.1 §10 */
  delete(key: string): void {
    if (this.#use("delete").delete(checkKey("delete", key))) return;
    throw new Exception("ERR_INFO_NOKEY", `Cannot delete key ${show(key)} of an Info: it is not set`);
  }

  /** The keys, in order. @see MPI-4.1 §10 */
  keys(): string[] {
    return [...this.#use("keys").keys()];
  }
  /** The values, in the order of the keys. @see MPI-4.1 §10 */
  values(): string[] {
    return [...this.#use("values").values()];
  }
  /** The pairs, in the order of the keys. @see MPI-4.1 §10 */
  items(): [key: string, value: string][] {
    return [...this.#use("items")];
  }
  [Symbol.iterator](): Iterator<[key: string, value: string]> {
    return this.items().values();
  }

  /** Sets several pairs. @see MPI-4.1 §10 */
  update(items: InfoItems): void {
    this.#use("update");
    if (typeof items !== "object" || items === null) {
      throw new TypeError(
        `Cannot call update: items are ${show(items)}, expected an object with strings, a Map or an Info`,
      );
    }
    const pairs = Symbol.iterator in items ? (items as Iterable<readonly [string, string]>) : Object.entries(items);
    for (const pair of pairs) {
      if (!Array.isArray(pair) || pair.length !== 2) {
        throw new TypeError(`Cannot call update: an item is ${show(pair)}, expected [key, value]`);
      }
      this.set(pair[0], pair[1]);
    }
  }

  /** Removes a key and returns its value; `otherwise` when it is not set, which is ERR_INFO_NOKEY without `otherwise`. @see MPI-4.1 §10 */
  pop<T = never>(key: string, ...otherwise: [] | [T]): string | T {
    const value = this.#use("pop").get(checkKey("pop", key));
    if (value === undefined && otherwise.length > 0) return otherwise[0] as T;
    this.delete(key);
    return value as string;
  }

  /** Removes the last pair and returns it. @throws {MPI.Exception} ERR_INFO_NOKEY when there is none @see MPI-4.1 §10 */
  popitem(): [key: string, value: string] {
    const last = this.items().at(-1);
    if (!last) throw new Exception("ERR_INFO_NOKEY", "Cannot take a pair out of an Info: it is empty");
    this.delete(last[0]);
    return last;
  }

  /** Removes all pairs. @see MPI-4.1 §10 */
  clear(): void {
    this.#use("clear").clear();
  }

  /** A new Info with the same pairs. @see MPI-4.1 §10 */
  dup(): Info {
    return new Info(new Map(this.#use("dup")));
  }
  /** The same as dup. @see MPI-4.1 §10 */
  copy(): Info {
    return this.dup();
  }

  /** Gives the Info up: using it from now on is ERR_INFO. Never needed. @see MPI-4.1 §10 */
  free(): void {
    this.#use("free");
    if (this === INFO_ENV) throw new Exception("ERR_INFO", "Cannot free MPI.INFO_ENV: it is predefined");
    this.#items = undefined;
  }

  #use(call: string): Map<string, string> {
    if (this.#items) return this.#items;
    if (this.#later) {
      this.#items = this.#later().#items!;
      this.#later = undefined;
      return this.#items;
    }
    const state = this === INFO_NULL ? "on MPI.INFO_NULL: it is no Info" : "on an Info: it has been freed";
    throw new Exception("ERR_INFO", `Cannot call ${call} ${state}`);
  }
}

/** The Info that is none: "no hints" as an argument. @see MPI-4.1 §10 */
export const INFO_NULL: Info = new Info(undefined);
/** How the program was started. @see MPI-4.1 §11.2.1 */
export const INFO_ENV: Info = new Info(undefined, () => Info.createEnv());

/** The pairs of an argument that must be an Info; none for MPI.INFO_NULL and when it is left out. */
export function infoItems(call: string, info: unknown): [key: string, value: string][] {
  if (info === undefined || info === INFO_NULL) return [];
  if (info instanceof Info) return info.items();
  throw new TypeError(`Cannot call ${call}: info is ${show(info)}, expected an MPI.Info`);
}

function checkKey(call: string, key: unknown): string {
  if (typeof key !== "string") throw new TypeError(`Cannot call ${call}: key is ${show(key)}, expected a string`);
  if (key.length > 0 && key.length < MAX_INFO_KEY) return key;
  const state = `it has ${key.length} characters, expected 1 to ${MAX_INFO_KEY - 1}`;
  throw new Exception("ERR_INFO_KEY", `Cannot call ${call} with key ${show(key)} of an Info: ${state}`);
}
