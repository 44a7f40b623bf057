// wire/value-encode: layer 2. ValueEncoder: walks through a value once, reading every property once, and writes its CBOR.
// Called by value.ts, which tells the format.
// Not node:util, which has the same `types`: loading that took every rank 0.6 ms.
import types from "node:util/types";
import { Exception, show } from "../base/errors.ts";
import { classOfPrototype, type RegisteredClass } from "./class-registry.ts";
import { describeError } from "./value-error.ts";
import { describeForeign } from "./value-foreign.ts";
import { ValueLinks } from "./value-links.ts";
import { FALSE, MOST_LEVELS, NULL, TRUE, tags, UNDEFINED } from "./value-tags.ts";
import { CborWriter } from "./value-writer.ts";

/** How one gets from a container to what is in it: a property, an index, or the argument of a method of Map and Set. */
type Step = string | number | { readonly method: "get" | "keys" | "values"; readonly argument: unknown };

export class ValueEncoder {
  #writer = new CborWriter();
  /** Where values with shared things are written the second time; most programs have none. */
  #second: CborWriter | undefined;
  readonly #links: ValueLinks;
  /** The way to what is being written, for error messages: the first #level steps. */
  #path: Step[] = [];
  #level = 0;
  /** Instances whose class has a `decode` that are being written. */
  #open: object[] = [];

  /** @param whole long buffers go into the CBOR too, which then is the one part */
  constructor(whole = false) {
    this.#links = new ValueLinks(this.#writer, whole);
  }

  /** The parts of the value; the first is overwritten by the next call. @throws Exception ERR_TYPE */
  encode(value: unknown): Uint8Array[] {
    const links = this.#links;
    this.#writer.reset();
    try {
      this.#value(value);
      const cbor = (links.shares() ? this.#rewritten() : this.#writer).result();
      if (links.parts.length === 0) return [cbor];
      links.parts[0] = cbor;
      return links.parts;
    } catch (error) {
      if (error instanceof RangeError && /call stack/.test(error.message))
        this.#fail("is nested too deep for the stack");
      throw error;
    } finally {
      links.clear();
      this.#level = 0;
      if (this.#open.length > 0) this.#open = [];
    }
  }

  /** As encode, of a number. */
  encodeNumber(number: number): Uint8Array {
    this.#writer.reset();
    this.#writer.number(number);
    return this.#writer.result();
  }

  #rewritten(): CborWriter {
    this.#second ??= new CborWriter();
    this.#second.reset();
    this.#links.rewrite(this.#second);
    return this.#second;
  }

  #value(value: unknown): void {
    const writer = this.#writer;
    switch (typeof value) {
      case "number":
        return writer.number(value);
      case "string":
        return writer.text(value);
      case "boolean":
        return writer.byte(value ? TRUE : FALSE);
      case "undefined":
        return writer.byte(UNDEFINED);
      case "bigint":
        return writer.bigint(value);
      case "object":
        return value === null ? writer.byte(NULL) : this.#object(value);
      default:
        return this.#fail(`is a ${typeof value}`);
    }
  }

  #object(object: object): void {
    if (this.#links.repeats(object)) {
      if (this.#open.includes(object)) this.#fail("is inside itself, expected a class without decode()");
      return;
    }
    const prototype: object | null = Object.getPrototypeOf(object);
    if (Array.isArray(object) && prototype === Array.prototype) this.#array(object);
    else if (prototype === Object.prototype || prototype === null) this.#properties(object);
    else this.#instance(object, prototype);
  }

  /** Goes into a container: the step to its elements is #path[the result]. */
  #enter(): number {
    if (this.#level === MOST_LEVELS) this.#fail(`is nested too deep, expected at most ${MOST_LEVELS} levels`);
    return this.#level++;
  }

  #array(array: readonly unknown[]): void {
    const { length } = array;
    this.#writer.array(length);
    const step = this.#enter();
    for (let i = 0; i < length; i++) {
      this.#path[step] = i;
      this.#value(array[i]);
    }
    this.#level--;
  }

  #properties(object: object): void {
    const keys = Object.keys(object);
    this.#writer.map(keys.length);
    const step = this.#enter();
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      this.#path[step] = key;
      this.#writer.text(key);
      this.#value((object as Record<string, unknown>)[key]);
    }
    this.#level--;
  }

  /** Everything that is neither a plain object nor a plain array. */
  #instance(object: object, prototype: object): void {
    const registered = classOfPrototype(prototype);
    if (registered) return this.#registered(object, registered);
    if (Array.isArray(object)) return this.#array(object);
    if (ArrayBuffer.isView(object) || types.isAnyArrayBuffer(object)) return this.#memory(object);
    if (types.isMap(object)) return this.#map(object);
    if (types.isSet(object)) return this.#set(object);
    if (types.isDate(object)) return this.#date(object);
    if (types.isRegExp(object)) return this.#construct("RegExp", object.source, object.flags);
    if (Error.isError(object) || object instanceof DOMException) return this.#error(object);
    if (types.isBoxedPrimitive(object)) return this.#boxed(object);
    const foreign = describeForeign(object, prototype);
    if (foreign !== undefined) this.#fail(`is ${foreign}`);
    this.#properties(object);
  }

  #memory(memory: ArrayBufferView | ArrayBufferLike): void {
    const buffer = ArrayBuffer.isView(memory) ? memory.buffer : memory;
    if (buffer instanceof ArrayBuffer && buffer.detached) this.#fail("is a detached buffer");
    this.#links.memory(memory);
  }

  #map(map: Map<unknown, unknown>): void {
    // A copy, as structuredClone makes one: a getter inside may change the map.
    const entries = [...map];
    const step = this.#enter();
    this.#writer.tag(tags.map);
    this.#writer.map(entries.length);
    for (let i = 0; i < entries.length; i++) {
      const [key, value] = entries[i]!;
      this.#path[step] = { method: "keys", argument: i };
      this.#value(key);
      this.#path[step] = { method: "get", argument: key };
      this.#value(value);
    }
    // A key is not kept.
    this.#path[step] = 0;
    this.#level--;
  }

  #set(set: Set<unknown>): void {
    const values = [...set];
    const step = this.#enter();
    this.#writer.tag(tags.set);
    this.#writer.array(values.length);
    for (let i = 0; i < values.length; i++) {
      this.#path[step] = { method: "values", argument: i };
      this.#value(values[i]);
    }
    this.#level--;
  }

  #date(date: Date): void {
    const writer = this.#writer;
    const time = date.getTime();
    if (Number.isNaN(time) || Math.round((time / 1000) * 1000) === time) {
      writer.tag(tags.date);
      return writer.number(time / 1000);
    }
    // Beyond the year 73,000 seconds as a float are not exact to the millisecond.
    const milliseconds = ((time % 1000) + 1000) % 1000;
    writer.tag(tags.extendedDate);
    writer.map(2);
    writer.number(1);
    writer.number((time - milliseconds) / 1000);
    writer.number(-3);
    writer.number(milliseconds);
  }

  #error(error: Error): void {
    const { type, fields } = describeError(error);
    this.#constructHead(type, 1);
    this.#writer.map(fields.length);
    const step = this.#enter();
    for (const [key, value] of fields) {
      this.#path[step] = key;
      this.#writer.text(key);
      this.#value(value);
    }
    this.#level--;
  }

  #boxed(object: object): void {
    const primitive: unknown = object.valueOf();
    if (typeof primitive === "symbol") this.#fail("is a Symbol");
    this.#construct(Object.prototype.toString.call(primitive).slice(8, -1), primitive);
  }

  #registered(object: object, { name, encode, decode }: RegisteredClass): void {
    this.#constructHead(name, 1);
    if (decode) this.#open.push(object);
    if (encode) this.#value(this.#checked(object, encode(object), decode));
    else this.#properties(object);
    if (decode) this.#open.pop();
  }

  /** What a class's `encode` gave: the receiver can only make an instance of it with `decode`, or from an object's properties. */
  #checked(object: object, data: unknown, decode: unknown): unknown {
    if (decode || (typeof data === "object" && data !== null && !Array.isArray(data))) return data;
    return this.#fail(
      `is a ${show(object)} for which encode() gave ${show(data)}, expected an object because there is no decode()`,
    );
  }

  /** Tag 27: the name of a class, and what its constructor needs. */
  #construct(name: string, ...values: unknown[]): void {
    this.#constructHead(name, values.length);
    for (const value of values) this.#value(value);
  }

  #constructHead(name: string, count: number): void {
    this.#writer.tag(tags.object);
    this.#writer.array(1 + count);
    this.#writer.text(name);
  }

  #fail(state: string): never {
    throw new Exception("ERR_TYPE", `Cannot send value: ${pathText(this.#path.slice(0, this.#level))} ${state}`);
  }
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
/** A longer path shows its beginning and its end. */
const SHOWN_STEPS = 12;

function pathText(path: readonly Step[]): string {
  let text = "data";
  const left = Math.max(0, path.length - SHOWN_STEPS);
  for (const [i, step] of path.entries()) {
    if (left > 0 && i >= SHOWN_STEPS / 2 && i < SHOWN_STEPS / 2 + left) {
      if (i === SHOWN_STEPS / 2) text += "…";
    } else if (typeof step === "number") text += `[${step}]`;
    else if (typeof step === "string") text += IDENTIFIER.test(step) ? `.${step}` : `[${show(step)}]`;
    else if (step.method === "get") text += `.get(${show(step.argument)})`;
    else text += `.${step.method}()[${step.argument}]`;
  }
  return text;
}
