// mpi/attributes: layer 9. Attribute caching: keyvals, and the attributes of one object. Called by caching.ts; the same
// for every kind of object that can have attributes.
import { KEYVAL_INVALID, LASTUSEDCODE } from "../base/constants.ts";
import { Exception, show } from "../base/errors.ts";
import { checkOptions } from "./arguments.ts";

export interface KeyvalOptions<Owner> {
  /**
   * Called when the object is duplicated: gives the value for the duplicate, or `undefined` for none. `true` carries the
   * value over as it is. Left out: duplicates have none.
   */
  copy?: true | ((owner: Owner, keyval: number, value: any) => unknown);
  /** Called when the attribute is deleted or replaced, or the object freed. */
  delete?: (owner: Owner, keyval: number, value: any) => void;
}

interface Keyval {
  /** What can have the attribute: `Comm`. */
  readonly kind: string;
  readonly copy: KeyvalOptions<any>["copy"];
  readonly delete: KeyvalOptions<any>["delete"];
}

const keyvals = new Map<number, Keyval>();
let last: number = LASTUSEDCODE + 1000;

/** Makes a keyval for objects of a kind. */
export function makeKeyval(kind: string, options: KeyvalOptions<any> | undefined): number {
  checkOptions("createKeyval", options, ["copy", "delete"]);
  const { copy, delete: onDelete } = options ?? {};
  if (copy !== undefined && copy !== true && typeof copy !== "function") {
    throw new TypeError(`Cannot call createKeyval: option copy is ${show(copy)}, expected a function or true`);
  }
  if (onDelete !== undefined && typeof onDelete !== "function") {
    throw new TypeError(`Cannot call createKeyval: option delete is ${show(onDelete)}, expected a function`);
  }
  keyvals.set(++last, { kind, copy, delete: onDelete });
  return last;
}

/** Takes a keyval back; attributes that exist keep their callbacks. @returns KEYVAL_INVALID */
export function dropKeyval(kind: string, keyval: number): number {
  find("freeKeyval", kind, keyval);
  keyvals.delete(keyval);
  return KEYVAL_INVALID;
}

function find(call: string, kind: string, keyval: number): Keyval {
  const found = keyvals.get(keyval);
  if (found?.kind === kind) return found;
  const expected = `expected one of MPI.${kind}.createKeyval that has not been freed`;
  throw new Exception("ERR_KEYVAL", `Cannot call ${call} with keyval ${show(keyval)}: ${expected}`);
}

/** The attributes of one object, in the order in which they were set. */
export class Attributes<Owner> {
  readonly #kind: string;
  readonly #owner: Owner;
  readonly #values = new Map<number, { readonly keyval: Keyval; readonly value: unknown }>();

  constructor(kind: string, owner: Owner) {
    this.#kind = kind;
    this.#owner = owner;
  }

  /** The value, or undefined when the object has no such attribute. */
  get(keyval: number): unknown {
    const found = this.#values.get(keyval);
    if (!found) find("getAttr", this.#kind, keyval);
    return found?.value;
  }

  /** Sets a value; one that was there is deleted first. */
  set(keyval: number, value: unknown): void {
    const found = find("setAttr", this.#kind, keyval);
    if (value === undefined) {
      throw new TypeError(
        "Cannot call setAttr: value is undefined, expected anything else: it means that there is none",
      );
    }
    if (this.#values.has(keyval)) this.delete(keyval);
    this.#values.set(keyval, { keyval: found, value });
  }

  /** Deletes a value, unless the callback throws. */
  delete(keyval: number): void {
    const found = this.#values.get(keyval);
    if (!found) {
      find("deleteAttr", this.#kind, keyval);
      throw new Exception("ERR_KEYVAL", `Cannot call deleteAttr with keyval ${keyval}: there is no such attribute`);
    }
    found.keyval.delete?.(this.#owner, keyval, found.value);
    this.#values.delete(keyval);
  }

  /** Deletes all, the last one set first; when a callback throws, that one and those before it stay. */
  clear(): void {
    for (const keyval of [...this.#values.keys()].reverse()) if (this.#values.has(keyval)) this.delete(keyval);
  }

  /** What a duplicate of the object has, by the copy callbacks, called in the order in which the attributes were set. */
  copies(): (readonly [keyval: number, value: unknown, Keyval])[] {
    const copies: (readonly [number, unknown, Keyval])[] = [];
    for (const [number, { keyval, value }] of this.#values) {
      const { copy } = keyval;
      const copied = copy === true ? value : copy?.(this.#owner, number, value);
      if (copied !== undefined) copies.push([number, copied, keyval]);
    }
    return copies;
  }

  /** Takes over what `copies` of another object gave. */
  adopt(copies: ReturnType<Attributes<Owner>["copies"]>): void {
    for (const [number, value, keyval] of copies) this.#values.set(number, { keyval, value });
  }
}
