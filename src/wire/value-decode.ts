// wire/value-decode: layer 2. ValueDecoder: makes the value from its parts, which come from a peer and are not to be trusted.
// Called by value.ts, which tells the format.
import { Exception } from "../base/errors.ts";
import { ARRAY, BYTE_STRING } from "./cbor-head.ts";
import { classOfName } from "./class-registry.ts";
import { bareError, errorTypeOf, fillError } from "./value-error.ts";
import { CborReader, malformed } from "./value-reader.ts";
import { MAP, MOST_LEVELS, TAG, TEXT, tags, viewByName, viewByTag } from "./value-tags.ts";

/** In #shared, what has a mark but is not there yet. */
const MISSING = Symbol("missing");
const NO_MARK = -1;
const NOTHING = new Uint8Array(0);
/** Of a value without long buffers: the CBOR is elsewhere. */
const NO_PARTS: readonly Uint8Array[] = [NOTHING];
/** A level of a value takes up to four CBOR items inside each other: mark, class, mark, container. */
const MOST_NESTED = 4 * MOST_LEVELS;

export class ValueDecoder {
  #reader = new CborReader();
  #parts = NO_PARTS;
  #adopted = new Set<number>();
  /** Things with a mark (tag 28), in the order of their marks. */
  #shared: unknown[] = [];
  /** The mark of the item that comes next. A container takes it before it reads its elements, which may refer to it. */
  #mark = NO_MARK;
  #nested = 0;

  /** @throws Exception ERR_OTHER, and nothing else */
  decode(parts: readonly Uint8Array[]): unknown {
    const [bytes = NOTHING] = parts;
    return this.decodeAt(bytes, 0, bytes.byteLength, parts);
  }

  /** As decode; part 0 is the bytes `start … end` of `bytes`. */
  decodeAt(bytes: Uint8Array, start: number, end: number, parts = NO_PARTS): unknown {
    try {
      this.#parts = parts;
      this.#reader.open(bytes, start, end);
      const value = this.#item();
      if (this.#reader.at < this.#reader.end) throw malformed(`${this.#reader.end - this.#reader.at} bytes too many`);
      if (this.#adopted.size < parts.length - 1) throw malformed("a part of it is not used");
      return value;
    } catch (error) {
      if (error instanceof Exception) throw error;
      const state = error instanceof Error ? error.message : String(error);
      throw new Exception("ERR_OTHER", `Cannot decode value: ${state}`, { cause: error });
    } finally {
      this.#reader.open(NOTHING, 0, 0);
      this.#parts = NO_PARTS;
      if (this.#adopted.size > 0) this.#adopted = new Set();
      if (this.#shared.length > 0) this.#shared = [];
      this.#mark = NO_MARK;
      this.#nested = 0;
    }
  }

  #item(): unknown {
    const reader = this.#reader;
    const first = reader.byte();
    const short = first & 31;
    switch (first >> 5) {
      case 0:
        return short < 27 ? reader.argument(short) : reader.wide(short, false);
      case 1:
        return short < 27 ? -1 - reader.argument(short) : reader.wide(short, true);
      case 2:
        return reader.blob(reader.length(short, 1));
      case 3:
        return reader.text(reader.length(short, 1));
      case 4:
        return this.#array(reader.length(short, 1));
      case 5:
        return this.#object(reader.length(short, 2));
      case 6:
        return this.#tagged(reader.argument(short));
      default:
        return reader.simple(short);
    }
  }

  /** Goes into a container or a tag: the nesting is limited so that no input can overflow the stack. */
  #enter(): void {
    if (++this.#nested > MOST_NESTED) throw malformed("it is nested too deep");
  }

  /** Tells what the pending mark stands for, as soon as it exists. */
  #claim(object: object): void {
    if (this.#mark === NO_MARK) return;
    this.#shared[this.#mark] = object;
    this.#mark = NO_MARK;
  }

  #array(length: number): unknown[] {
    this.#enter();
    // Grows with what is really there: a declared length reserves nothing.
    const array: unknown[] = [];
    this.#claim(array);
    for (let i = 0; i < length; i++) array.push(this.#item());
    this.#nested--;
    return array;
  }

  #object(size: number): object {
    this.#enter();
    const object: Record<string, unknown> = {};
    this.#claim(object);
    for (let i = 0; i < size; i++) {
      const key = this.#key();
      const value = this.#item();
      if (key === "__proto__") define(object, key, value);
      else object[key] = value;
    }
    this.#nested--;
    return object;
  }

  #key(): string {
    const reader = this.#reader;
    const first = reader.byte();
    if (first >> 5 === TEXT) return reader.text(reader.length(first & 31, 1));
    reader.at--;
    const key = this.#item();
    if (typeof key !== "string" && typeof key !== "number")
      throw malformed("an object's key is neither text nor number");
    return String(key);
  }

  #tagged(tag: number): unknown {
    this.#enter();
    const value = this.#content(tag);
    this.#nested--;
    return value;
  }

  #content(tag: number): unknown {
    const view = viewByTag.get(tag);
    if (view) {
      const bytes = this.#bytes();
      const size = view.BYTES_PER_ELEMENT!;
      if (bytes.byteLength % size !== 0) throw malformed(`${bytes.byteLength} bytes for a ${view.name}`);
      return new view(bytes.buffer, 0, bytes.byteLength / size);
    }
    switch (tag) {
      case tags.shared:
        return this.#marked();
      case tags.reference:
        return this.#reference();
      case tags.part:
        return this.#part();
      case tags.object:
        return this.#construct();
      case tags.map:
        return this.#map();
      case tags.set:
        return this.#set();
      case tags.date:
        return new Date(Math.round(this.#number() * 1000));
      case tags.extendedDate: {
        const { 1: seconds, [-3]: milliseconds } = this.#item() as Record<number, unknown>;
        return new Date(Number(seconds) * 1000 + Number(milliseconds ?? 0));
      }
      case tags.dateText:
        return new Date(this.#text());
      case tags.regexp:
        return new RegExp(this.#text());
      case tags.positiveBigint:
        return this.#bigint();
      case tags.negativeBigint:
        return -1n - this.#bigint();
      case tags.utf16:
        return Buffer.from(this.#bytes().buffer).toString("utf16le");
      case tags.selfDescribed:
        return this.#item();
      default:
        throw malformed(`unknown tag ${tag}`);
    }
  }

  #marked(): unknown {
    const number = this.#shared.push(MISSING) - 1;
    if (this.#mark !== NO_MARK) throw malformed("a mark on a mark");
    this.#mark = number;
    const value = this.#item();
    this.#mark = NO_MARK;
    // A container has claimed the mark itself.
    if (this.#shared[number] === MISSING) this.#shared[number] = value;
    return value;
  }

  #reference(): unknown {
    const number = this.#number();
    const value = number < this.#shared.length ? this.#shared[number] : MISSING;
    if (value === MISSING || value === undefined) throw malformed(`reference to ${number}, which is not there`);
    return value;
  }

  /** A part becomes memory of the result, so it can stand at one place only. */
  #part(): Uint8Array<ArrayBuffer> {
    const number = this.#number();
    const part = number > 0 ? this.#parts[number] : undefined;
    if (!part) throw malformed(`part ${number} of ${this.#parts.length - 1}`);
    if (this.#adopted.has(number)) throw malformed(`part ${number} stands at two places`);
    this.#adopted.add(number);
    const whole = part.byteOffset === 0 && part.byteLength === part.buffer.byteLength;
    return whole ? new Uint8Array(part.buffer as ArrayBuffer) : new Uint8Array(part);
  }

  #map(): Map<unknown, unknown> {
    const map = new Map();
    this.#claim(map);
    const size = this.#head(MAP, 2);
    for (let i = 0; i < size; i++) {
      const key = this.#item();
      map.set(key, this.#item());
    }
    return map;
  }

  #set(): Set<unknown> {
    const set = new Set();
    this.#claim(set);
    const size = this.#head(ARRAY, 1);
    for (let i = 0; i < size; i++) set.add(this.#item());
    return set;
  }

  /** Tag 27: the name of a class and what its constructor needs. Only the classes named here are ever made. */
  #construct(): unknown {
    const count = this.#head(ARRAY, 1) - 1;
    const name = this.#text();
    const type = errorTypeOf(name);
    if (type && count === 1) return this.#error(type);
    if (name === "ArrayBuffer" && count === 1) return this.#bytes().buffer;
    if (name === "DataView" && count === 1) return new DataView(this.#bytes().buffer);
    if (name === "RegExp" && count === 2) return new RegExp(this.#text(), this.#text());
    if (viewByName.has(name) && count === 3) return this.#view(name);
    if (["Number", "String", "Boolean", "BigInt"].includes(name) && count === 1) {
      const value = this.#item();
      if (typeof value !== name.toLowerCase()) throw malformed(`no ${name}`);
      return Object(value);
    }
    if (count === 1) return this.#registered(name);
    throw malformed(`class ${name} with ${count} values`);
  }

  /** A view on memory that other views share. */
  #view(name: string): unknown {
    // The mark is the view's, not that of the memory inside.
    this.#mark = NO_MARK;
    const buffer = this.#item();
    const offset = this.#number();
    const length = this.#number();
    if (!(buffer instanceof ArrayBuffer)) throw malformed(`a ${name} on no memory`);
    return new (viewByName.get(name)!)(buffer, offset, length);
  }

  #error(type: ErrorConstructor): Error {
    const error = bareError(type);
    this.#claim(error);
    fillError(error, this.#item());
    return error;
  }

  #registered(name: string): unknown {
    const known = classOfName(name);
    if (!known) throw malformed(`class ${name} is not registered on this rank, expected MPI.registerClass(${name})`);
    if (known.decode) {
      this.#mark = NO_MARK;
      return known.decode(this.#item());
    }
    const instance: object = Object.create(known.prototype);
    this.#claim(instance);
    const data = this.#item();
    if (typeof data !== "object" || data === null) throw malformed(`a ${name} without properties`);
    return Object.defineProperties(instance, Object.getOwnPropertyDescriptors(data));
  }

  /** The argument of the next head, which must be of this type. */
  #head(major: number, size: number): number {
    const first = this.#reader.byte();
    if (first >> 5 !== major) throw malformed(`an item of type ${first >> 5} where ${major} was expected`);
    return this.#reader.length(first & 31, size);
  }

  #text(): string {
    const text = this.#item();
    if (typeof text !== "string") throw malformed("no text where one was expected");
    return text;
  }

  #number(): number {
    const number = this.#item();
    if (typeof number !== "number") throw malformed("no number where one was expected");
    return number;
  }

  /** The bytes of a byte string or of a part: memory of their own. */
  #bytes(): Uint8Array<ArrayBuffer> {
    const first = this.#reader.byte();
    if (first >> 5 === BYTE_STRING) return this.#reader.blob(this.#reader.length(first & 31, 1));
    if (first >> 5 !== TAG || this.#reader.argument(first & 31) !== tags.part)
      throw malformed("no bytes where some were expected");
    return this.#part();
  }

  #bigint(): bigint {
    const bytes = this.#bytes();
    return bytes.byteLength === 0 ? 0n : BigInt(`0x${Buffer.from(bytes.buffer).toString("hex")}`);
  }
}

/** Makes an own property, whatever the prototype has under that name. */
function define(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}
