// wire/value-links: layer 2. ValueLinks: finds what occurs several times in a value (objects, and memory that several views
// share) and writes the references to it. Called by value-encode.ts.
//
// Whether something is shared is known only when it comes a second time. So everything is first written as if it were not,
// repeated things leave one byte as a place-holder, and if there were any, the CBOR is copied once more with the changes
// (Edit) worked in. A value without shared things pays only for the look-up.
import { bytesOf } from "../data/buffer.ts";
import { LONG_BUFFER, MOST_LONG_BUFFERS, NULL, tagByView, tags } from "./value-tags.ts";
import type { CborWriter } from "./value-writer.ts";

/** `write` replaces the bytes `at … end` of the first writing. */
interface Edit {
  readonly at: number;
  readonly end: number;
  readonly write: (out: CborWriter) => void;
}

/** Something shared; the number is that of its mark (tag 28) in the order of the CBOR. */
interface Shared {
  number: number;
}

type MemoryView = ArrayBufferView | ArrayBufferLike;

/** One place in the value that an ArrayBuffer, or a view on it, stands at. */
interface Use {
  readonly at: number;
  readonly end: number;
  readonly view: MemoryView;
}

interface Memory {
  readonly uses: Use[];
  /** Which of the parts the first use has become; 0 when it is in the CBOR. */
  readonly part: number;
}

/** Up to here a look through a list is faster than a Set. */
const FEW = 8;

export class ValueLinks {
  #writer: CborWriter;
  readonly #whole: boolean;
  /** The value's objects so far, and where each begins: the first #count elements. */
  #objects: (object | undefined)[] = [];
  #starts: number[] = [];
  #count = 0;
  #set = new Set<object>();
  /** Positions in #objects, for its first #indexed elements: made when something is found to be shared. */
  #index = new Map<object, number>();
  #indexed = 0;
  #shared = new Map<object, Shared>();
  #memories = new Map<ArrayBufferLike, Memory>();
  #edits: Edit[] = [];
  /** Marks written so far. */
  #marks = 0;
  /** Long buffers of the value, from 1 on; 0 is where the CBOR belongs. */
  parts: Uint8Array[] = [];

  /** @param whole everything goes into the CBOR: there are no parts */
  constructor(writer: CborWriter, whole: boolean) {
    this.#writer = writer;
    this.#whole = whole;
  }

  /** True when the object has been here before: then a reference is written, and nothing is left to do. */
  repeats(object: object): boolean {
    if (!this.#isNew(object)) {
      this.#refer(object);
      return true;
    }
    this.#objects[this.#count] = object;
    this.#starts[this.#count++] = this.#writer.at;
    return false;
  }

  /** Writes an ArrayBuffer or a view. */
  memory(view: MemoryView): void {
    const writer = this.#writer;
    const buffer = ArrayBuffer.isView(view) ? view.buffer : view;
    const known = this.#memories.get(buffer);
    if (known) return this.#reuse(known, view);
    const at = writer.at;
    const before = this.parts.length;
    this.#viewHead(writer, view);
    this.#content(writer, bytesOf(view as ArrayBuffer));
    this.#memories.set(buffer, {
      uses: [{ at, end: writer.at, view }],
      part: this.parts.length > before ? this.parts.length - 1 : 0,
    });
  }

  /** True when something is shared, so that the value has to be written again with `rewrite`. Ask at the end of the value. */
  shares(): boolean {
    if (this.#memories.size > 0) for (const memory of this.#memories.values()) this.#shareMemory(memory);
    return this.#edits.length > 0;
  }

  /** Copies the value from the writer to another with the marks and references in their places. */
  rewrite(to: CborWriter): void {
    // A mark is empty and stands before what it marks.
    this.#edits.sort((a, b) => a.at - b.at || a.end - b.end);
    let from = 0;
    for (const edit of this.#edits) {
      to.raw(this.#writer.bytes, from, edit.at);
      edit.write(to);
      from = edit.end;
    }
    to.raw(this.#writer.bytes, from, this.#writer.at);
  }

  /** Forgets the value. */
  clear(): void {
    if (this.#edits.length > 0) {
      this.#edits = [];
      this.#index = new Map();
      this.#indexed = 0;
      this.#shared = new Map();
      this.#marks = 0;
    }
    if (this.#memories.size > 0) this.#memories = new Map();
    // To set a length leaves compiled code: that took 70 ns of an allreduce of a number.
    if (this.#count < FEW) for (let i = 0; i < this.#count; i++) this.#objects[i] = undefined;
    else {
      this.#set = new Set();
      this.#objects.length = 0;
      this.#starts.length = 0;
    }
    this.#count = 0;
    if (this.parts.length > 0) this.parts = [];
  }

  #isNew(object: object): boolean {
    const objects = this.#objects;
    const count = this.#count;
    if (count < FEW) {
      for (let i = 0; i < count; i++) if (objects[i] === object) return false;
      return true;
    }
    if (count === FEW) for (const early of objects) this.#set.add(early!);
    return this.#set.size !== this.#set.add(object).size;
  }

  #reuse(memory: Memory, view: MemoryView): void {
    const at = this.#writer.at;
    this.#writer.byte(NULL);
    memory.uses.push({ at, end: at + 1, view });
  }

  #refer(object: object): void {
    const memory = this.#memories.get(object as ArrayBuffer);
    if (memory) return this.#reuse(memory, object as ArrayBuffer);
    let shared = this.#shared.get(object);
    if (!shared) {
      while (this.#indexed < this.#count) this.#index.set(this.#objects[this.#indexed]!, this.#indexed++);
      const start = this.#starts[this.#index.get(object)!]!;
      shared = this.#mark(start);
      this.#shared.set(object, shared);
    }
    const at = this.#writer.at;
    this.#writer.byte(NULL);
    this.#edits.push({ at, end: at + 1, write: referTo(shared) });
  }

  #mark(at: number): Shared {
    const shared = { number: 0 };
    this.#edits.push({ at, end: at, write: (out) => this.#writeMark(out, shared) });
    return shared;
  }

  #writeMark(out: CborWriter, shared: Shared): void {
    shared.number = this.#marks++;
    out.tag(tags.shared);
  }

  /**
   * Memory with several uses is sent once, from the first byte that a use needs to the last: two short views on a long
   * buffer (every small Buffer of Bun is one) do not drag along what is around them.
   */
  #shareMemory(memory: Memory): void {
    const { uses, part } = memory;
    if (uses.length < 2) return;
    const buffer = bytesOfWhole(uses[0]!.view);
    let start = buffer.byteLength;
    let end = 0;
    for (const { view } of uses) {
      const at = ArrayBuffer.isView(view) ? view.byteOffset : 0;
      start = Math.min(start, at);
      end = Math.max(end, at + view.byteLength);
    }
    start -= start % 8; // every view stays aligned
    const window = buffer.subarray(start, Math.max(start, end));
    const shared: Shared = { number: 0 };
    for (const use of uses) {
      const write = (out: CborWriter) => {
        const { view } = use;
        if (ArrayBuffer.isView(view)) {
          out.tag(tags.object);
          out.array(4);
          out.text(nameOf(view));
        }
        if (use === uses[0]) {
          this.#writeMark(out, shared);
          out.tag(tags.object);
          out.array(2);
          out.text("ArrayBuffer");
          this.#content(out, window, part);
        } else referTo(shared)(out);
        if (ArrayBuffer.isView(view)) {
          out.number(view.byteOffset - start);
          out.number(view instanceof DataView ? view.byteLength : (view as Uint8Array).length);
        }
      };
      this.#edits.push({ at: use.at, end: use.end, write });
    }
  }

  /** What stands before the bytes of memory that has one use. */
  #viewHead(out: CborWriter, view: MemoryView): void {
    const name = nameOf(view);
    if (name === "Uint8Array") return;
    const tag = tagByView.get(name);
    if (tag !== undefined) return out.tag(tag);
    out.tag(tags.object);
    out.array(2);
    out.text(name);
  }

  /** Bytes: in the CBOR, or a part of their own. `part` has been given away already to a piece of them. */
  #content(out: CborWriter, bytes: Uint8Array, part = 0): void {
    const inside = this.#whole || bytes.byteLength < LONG_BUFFER || this.parts.length > MOST_LONG_BUFFERS;
    if (part === 0 && inside) return out.blob(bytes);
    const number = part || Math.max(1, this.parts.length);
    if (this.parts.length === 0) this.parts.push(new Uint8Array(0));
    this.parts[number] = bytes;
    out.tag(tags.part);
    out.number(number);
  }
}

function referTo(shared: Shared): (out: CborWriter) => void {
  return (out) => {
    out.tag(tags.reference);
    out.number(shared.number);
  };
}

/** The name of the class that the receiver makes: a Buffer arrives as Uint8Array, shared memory as an ArrayBuffer. */
function nameOf(view: MemoryView): string {
  if (!ArrayBuffer.isView(view)) return "ArrayBuffer";
  return view instanceof DataView ? "DataView" : (view as Uint8Array)[Symbol.toStringTag];
}

function bytesOfWhole(view: MemoryView): Uint8Array {
  return new Uint8Array((ArrayBuffer.isView(view) ? view.buffer : view) as ArrayBuffer);
}
