// mpi/typed-collective: layer 9. Datatypes in collectives: what the user gave is packed before the call, the same collective
// runs on the contiguous data, and what it brought is unpacked where the caller's items lie. Called by the collectives' plans.
import { IN_PLACE } from "../base/constants.ts";
import { Exception, show } from "../base/errors.ts";
import { checkDisjoint, type Layout } from "../collectives/runs.ts";
import { allocate, type BufferLike, bytesOf, isBuffer } from "../data/buffer.ts";
import { BYTES, elementNamed, elements } from "../data/element.ts";
import { type Items, packedView } from "../data/items.ts";
import type { Op } from "../data/op.ts";
import { type ItemLoop, itemLoopOf } from "../data/op-items.ts";
import type { TypeMap } from "../data/type-map.ts";
import { promised, type Started } from "../engine/operation.ts";
import { checkBuffer } from "./arguments.ts";
import { checkType } from "./type-arguments.ts";
import { checkSide, itemsOf, SIDES, type Side, type TypeOptions } from "./typed-data.ts";

/** Names of the options of a side that moves data. */
export const TYPED = ["type", "count", ...SIDES];

/** A buffer of the caller's, as the contiguous data that a collective works on. */
export class Packed {
  readonly #buffer: BufferLike;
  readonly #pieces: readonly Items[];
  #element: number;
  /** True where less than all may be received: then the rest has to keep what it has. */
  readonly keeps: boolean;

  /** @param pieces the items, in the order in which they are packed; at least one piece */
  constructor(buffer: BufferLike, pieces: readonly Items[], keeps = false) {
    this.keeps = keeps;
    this.#buffer = buffer;
    this.#pieces = pieces;
    this.#element = pieces[0]!.map.element;
  }

  /** For a reduction, which works on typed arrays: untyped bytes become a Uint8Array. */
  operand(): this {
    if (this.#element === BYTES) this.#element = elementNamed("Uint8Array");
    return this;
  }

  /** Element kind of the packed data. */
  get element(): number {
    return this.#element;
  }

  /** Elements of the packed data. */
  get length(): number {
    return this.#size / elements[this.#element]!.size;
  }

  get #size(): number {
    return this.#pieces.reduce((bytes, { size }) => bytes + size, 0);
  }

  /** The packed data: the caller's own memory where that is contiguous. @param read false where it is only written to */
  open(read: boolean): BufferLike {
    const [first] = this.#pieces;
    const dense = this.#pieces.length === 1 ? first!.dense : undefined;
    const own = dense && packedView(this.#element, dense);
    if (own) return own;
    const packed = allocate(this.#size);
    let at = 0;
    for (const piece of read ? this.#pieces : []) {
      piece.packInto(packed, at);
      at += piece.size;
    }
    return packedView(this.#element, packed)!;
  }

  /** Puts what the collective has left in `packed`, which is from `open`, where the items lie. @returns the buffer */
  close(packed: BufferLike): BufferLike {
    const bytes = bytesOf(packed);
    const dense = this.#pieces.length === 1 ? this.#pieces[0]!.dense : undefined;
    if (dense && dense.buffer === bytes.buffer && dense.byteOffset === bytes.byteOffset) return this.#buffer;
    let at = 0;
    for (const piece of this.#pieces) {
      piece.unpack(bytes.subarray(at, at + piece.size));
      at += piece.size;
    }
    return this.#buffer;
  }
}

/** Runs a collective with what the caller gave, or what stands for it. */
type Run = (start: (data: any, into: any) => Started<unknown>) => Started<unknown>;

/**
 * What runs a collective on packed data; it may be called again and again.
 * @param send what `data` is packed as, @param receive what `into` is; undefined where they go as they are
 */
export function converter({ data, into, apart }: Buffers, send: Packed | undefined, receive: Packed | undefined): Run {
  if (apart && !send && !receive) checkApart(apart, data, into);
  if (!send && !receive) return (start) => start(data, into);
  return async (start) => {
    const given = send ? send.open(true) : data;
    if (!receive) return promised(start(given, into));
    const room = receive.open(receive.keeps || data === IN_PLACE);
    const result = await promised(start(given, room));
    return result === room ? receive.close(room) : result;
  };
}

interface Buffers {
  readonly data: unknown;
  readonly into: unknown;
  /** The call, where all of both buffers is used on this rank: then they must not have memory in common. */
  readonly apart?: string | false;
}

/** Throws ERR_BUFFER where what is sent would be overwritten by what is received. */
function checkApart(call: string, data: unknown, into: unknown): void {
  if (!isBuffer(data) || !isBuffer(into) || memoryOf(data) !== memoryOf(into)) return;
  const [from, to] = [bytesOf(data), bytesOf(into)];
  const begin = Math.max(from.byteOffset, to.byteOffset);
  const end = Math.min(from.byteOffset + from.byteLength, to.byteOffset + to.byteLength);
  if (begin >= end) return;
  const what = `Cannot ${call} ${show(data)} into ${show(into)}: they have ${end - begin} bytes in common`;
  throw new Exception("ERR_BUFFER", `${what}, expected memory apart or MPI.IN_PLACE as data`);
}

function memoryOf(buffer: BufferLike): ArrayBufferLike {
  return ArrayBuffer.isView(buffer) ? buffer.buffer : buffer;
}

/** Elements of a packed item. */
function unitOf({ size, element }: TypeMap): number {
  return size / elements[element]!.size;
}

/** The items of one rank, without `type` or without a buffer undefined: then only the options are checked. */
export function packedItems(
  call: string,
  buffer: unknown,
  side: Side | undefined,
  receives: boolean,
): Packed | undefined {
  const { map, count } = checkSide(call, side);
  if (!map || absent(buffer, receives)) return undefined;
  const given = checkBuffer(call, buffer);
  return new Packed(given, [itemsOf(call, given, map, count, { receives })], true);
}

/** Equal blocks for `size` ranks, of `count` items each. @param keeps see Packed */
export function packedBlocks(
  call: string,
  buffer: unknown,
  side: Side | undefined,
  receives: boolean,
  size: number,
  keeps = false,
): Packed | undefined {
  const { map, count } = checkSide(call, side);
  if (!map || absent(buffer, receives)) return undefined;
  const given = checkBuffer(call, buffer);
  const items = itemsOf(call, given, map, count === undefined ? undefined : count * size, { receives });
  if (size === 0 || items.count % size === 0) return new Packed(given, [items], keeps);
  throw new Exception(
    "ERR_COUNT",
    `Cannot ${call} ${items.count} items, which is what fits into ${show(given)}: expected a multiple of ${size}, or a count`,
  );
}

/** Runs of `counts` items for each rank, which begin at `displs`, in extents of the type. @param keeps see Packed */
export function packedRuns(
  call: string,
  buffer: unknown,
  side: Side | undefined,
  receives: boolean,
  size: number,
  { counts, displs, each }: Layout,
  keeps = false,
): { packed: Packed | undefined; layout: Layout } {
  const { map } = checkSide(call, side);
  if (!map) return { packed: undefined, layout: { counts, displs, each } };
  const unit = unitOf(map);
  const layout = { counts: counts?.map((count) => count * unit), each };
  if (absent(buffer, receives) || counts?.length === 0) return { packed: undefined, layout };
  if (!counts) return { packed: packedBlocks(call, buffer, side, receives, size, keeps), layout };
  const given = checkBuffer(call, buffer);
  if (!displs) {
    const total = counts.reduce((a, b) => a + b, 0);
    return { packed: new Packed(given, [itemsOf(call, given, map, total, { receives })], keeps), layout };
  }
  if (receives) {
    const runs = counts.map((count, i) => ({ begin: displs[i]!, end: displs[i]! + count }));
    checkDisjoint(runs, `${call} into`, each);
  }
  const pieces = counts.map((count, i) => {
    return itemsOf(call, given, map, count, { receives, origin: displs[i]! * map.extent });
  });
  return { packed: new Packed(given, pieces, keeps), layout };
}

/** True where there is nothing to pack. */
function absent(buffer: unknown, receives: boolean): boolean {
  return buffer === IN_PLACE || (receives && buffer === undefined);
}

/** How `op` combines items of the type that options name, where not element by element. @throws ERR_OP */
export function itemLoop(call: string, op: Op, options: TypeOptions | undefined): ItemLoop | undefined {
  return options?.type === undefined ? undefined : itemLoopOf(op, checkType(call, options.type));
}
