// io/memory: layer 8. The data of one access in a rank's memory, as bytes of the file and back. Called by open-file.ts.
import { allocate } from "../data/buffer.ts";
import type { Items } from "../data/items.ts";
import type { TypeTree } from "../data/type-tree.ts";
import type { Representation } from "./representation.ts";

export class Memory {
  readonly #tree: TypeTree;
  readonly #items: Items;
  readonly #representation: Representation;
  readonly #layout: TypeTree;
  /** Bytes in the file. */
  readonly bytes: number;

  constructor(call: string, tree: TypeTree, items: Items, representation: Representation) {
    this.#tree = tree;
    this.#items = items;
    this.#representation = representation;
    this.#layout = representation.layout(call, tree);
    this.bytes = this.#layout.size * items.count;
  }

  /** Bytes in memory. */
  get size(): number {
    return this.#items.size;
  }
  /** Element kind, for a Status. */
  get element(): number {
    return this.#tree.element;
  }

  /** What is written: the caller's memory itself where it stands in the file as it is. */
  encoded(): Uint8Array {
    return this.#representation.encode(this.#tree, this.#items.count, this.#items.packed());
  }

  /** Where to read to: the caller's memory itself, if it may be. */
  room(): Uint8Array {
    return (this.#representation.plain && this.#items.dense) || allocate(this.bytes);
  }

  /** Puts the first `got` bytes of `room`, which is from `room()`, where they belong. @returns bytes in memory */
  decoded(room: Uint8Array, got: number): number {
    const { plain } = this.#representation;
    const dense = plain ? this.#items.dense : undefined;
    if (dense && dense.buffer === room.buffer && dense.byteOffset === room.byteOffset) return got;
    if (plain) {
      this.#items.unpack(room.subarray(0, got));
      return got;
    }
    // Of what the file ends inside of, there is nothing.
    let whole = got;
    let elements = this.#layout.elementsIn(whole);
    while (elements === undefined) elements = this.#layout.elementsIn(--whole);
    const bytes = this.#tree.bytesOf(elements);
    const packed = this.#representation.decode(this.#tree, this.#items.count, room);
    this.#items.unpack(packed.subarray(0, bytes));
    return bytes;
  }
}
