// mpi/win-place: layer 9. The options of one-sided calls: which target, which items of the origin's buffers, and where in the
// target's window. Checked once, before anything is sent. Called by win-access.ts.
import { Exception, show } from "../base/errors.ts";
import { memory } from "../comm/target.ts";
import { type BufferLike, bytesOf, elementOfBuffer } from "../data/buffer.ts";
import { BYTES, elements } from "../data/element.ts";
import type { Items } from "../data/items.ts";
import { NO_OP, OP_NULL, Op, opFrom, REPLACE } from "../data/op.ts";
import type { TypeTree } from "../data/type-tree.ts";
import type { Target } from "../engine/message.ts";
import { isDefined, type Place, spanOf } from "../rma/place.ts";
import type { Window } from "../rma/window.ts";
import { checkBuffer, checkDest } from "./arguments.ts";
import type { Datatype } from "./datatype.ts";
import { checkSide, itemsOf, type TypeOptions } from "./typed-data.ts";

/** Whose memory, and where in it. */
export interface TargetOptions {
  /** A rank of the window, or MPI.PROC_NULL: then nothing is done. */
  target: number;
  /** Where in the target's memory, in its displacement units. @default {0} */
  disp?: number;
}

/** Which items of the buffers, and of the target's memory. */
export interface PlaceOptions extends TargetOptions, TypeOptions {
  /** How an item lies in the origin's buffer. @default `type` */
  origintype?: Datatype;
  /** Items in the origin's buffer. @default `count` */
  origincount?: number;
  /** How an item lies in the target's memory. @default `type` */
  targettype?: Datatype;
  /** Items in the target's memory. @default as many as the data has */
  targetcount?: number;
}

/** As PlaceOptions, and how what was there before lies in the buffer that it goes to. */
export interface ResultOptions extends PlaceOptions {
  /** How an item lies in the buffer for the result. @default `type` */
  resulttype?: Datatype;
  /** Items in the buffer for the result. @default `count` */
  resultcount?: number;
}

export const TARGET = ["target", "disp"];
export const PLACE = [...TARGET, "type", "count", "origintype", "origincount", "targettype", "targetcount"];
export const RESULT = [...PLACE, "resulttype", "resultcount"];

/** A buffer of the origin, or the items of it that are meant. */
export interface Local {
  readonly buffer: BufferLike;
  readonly element: number;
  readonly items: Items | undefined;
  /** Bytes of data. */
  readonly size: number;
}

/** The options that say which items of a buffer are meant. */
const NAMES = {
  origin: ["type", "count", "origintype", "origincount"],
  result: ["type", "count", "resulttype", "resultcount"],
} as const;

/** A buffer of the origin. @param receives true where something is received into it @param what the options are called */
export function checkLocal(
  call: string,
  buffer: unknown,
  options: ResultOptions | undefined,
  { receives, what = "origin" }: { receives: boolean; what?: "origin" | "result" },
): Local {
  const given = checkBuffer(call, buffer);
  if (options === undefined || NAMES[what].every((name) => options[name] === undefined)) return whole(given);
  const own = { type: options?.[`${what}type`], count: options?.[`${what}count`] };
  const { type = options?.type, count = options?.count } = own;
  const names = {
    typeName: own.type === undefined ? "type" : `${what}type`,
    countName: own.count === undefined ? "count" : `${what}count`,
  };
  const side = checkSide(call, { type, count, ...names });
  if (!side.map) return whole(given);
  const items = itemsOf(call, given, side.map, side.count, { receives });
  return { buffer: given, element: side.map.element, items, size: items.size };
}

function whole(buffer: BufferLike): Local {
  return { buffer, element: elementOfBuffer(buffer), items: undefined, size: buffer.byteLength };
}

/** The bytes to send, packed. */
export function packed({ buffer, items }: Local): Uint8Array {
  return items ? items.packed() : bytesOf(buffer);
}

const fromWindow = () => "from a window";

/** Where the bytes that come are to go: all of a buffer, which is the result. */
export function filling<B extends BufferLike>(buffer: B, bytes = bytesOf(buffer)): Target<B> {
  return memory(BYTES, bytes, fromWindow, () => buffer);
}

/** The same for the items of a buffer that are meant. */
export function landing<B extends BufferLike>({ buffer, items, size }: Local): Target<B> {
  if (!items) return filling(buffer as B);
  if (items.dense) return filling(buffer as B, items.dense);
  const packed = new Uint8Array(size);
  return memory(BYTES, packed, fromWindow, () => {
    items.unpack(packed);
    return buffer as B;
  });
}

/** The option `target`: a rank, or PROC_NULL. */
export function checkTarget(call: string, { endpoint }: Window, options: TargetOptions | undefined): number {
  return checkDest(call, { size: endpoint.group.size, name: endpoint.name }, options?.target, "target");
}

/** The place in the target's window for data of a buffer. @throws ERR_DISP, ERR_COUNT, ERR_RMA_RANGE, … */
export function checkPlace(
  call: string,
  window: Window,
  rank: number,
  options: PlaceOptions | undefined,
  { size, element }: Pick<Local, "size" | "element">,
): Place {
  const { disp = 0, type, targettype = type, targetcount } = options ?? {};
  if (typeof disp !== "number") {
    throw new TypeError(`Cannot call ${call}: option disp is ${show(disp)}, expected a number of displacement units`);
  }
  if (!Number.isSafeInteger(disp) || disp < 0) {
    throw new Exception("ERR_DISP", `Cannot ${call} at displacement ${disp}: expected a whole number from 0`);
  }
  const names = { typeName: "targettype", countName: "targetcount" };
  const { map, count } = checkSide(call, { type: targettype, count: targetcount, ...names });
  const items = map && (count ?? (map.size === 0 ? 0 : size / map.size));
  if (map && items! * map.size !== size) throw unlike(call, size, count, map.size);
  if (map && !Number.isInteger(items)) throw unlike(call, size, count, map.size);
  if (map && element !== map.element && element !== BYTES && map.element !== BYTES)
    checkAlike(call, element, map.element);
  const shown = window.shown[rank]!;
  const at = disp * shown.dispUnit;
  const kind = map && map.element !== BYTES ? map.element : element;
  const place = { at, bytes: size, element: kind, tree: map as TypeTree | undefined, count: items ?? 0 };
  checkRange(call, window, rank, place);
  return place;
}

function unlike(call: string, size: number, count: number | undefined, item: number): Exception {
  const there = count === undefined ? `items of ${item} bytes` : `${count} items of ${item} bytes`;
  return new Exception("ERR_COUNT", `Cannot ${call} ${size} bytes with ${there} at the target: expected as many bytes`);
}

/** Bytes of any integer kind are what a type of bytes takes. */
function checkAlike(call: string, element: number, there: number): void {
  const [ours, theirs] = [elements[element]!.name, elements[there]!.name];
  if (ours.startsWith("Uint8") && theirs.startsWith("Uint8")) return;
  throw new Exception("ERR_TYPE", `Cannot ${call} ${ours} elements: the target's type has ${theirs} elements`);
}

function checkRange(call: string, { shown, near, regions, endpoint }: Window, rank: number, place: Place): void {
  if (regions.dynamic) return;
  const { start, end } = spanOf(place);
  // This rank's own may have become shorter, where the script has resized or transferred it.
  const size = near[rank]?.bytes.byteLength ?? shown[rank]!.size;
  if (start >= 0 && end <= size) return;
  const what = `Cannot ${call} bytes ${start} to ${end} of rank ${rank} on ${endpoint.name}`;
  throw new Exception("ERR_RMA_RANGE", `${what}: the window has ${size} bytes there`);
}

/** The option `op` of an accumulate. @throws ERR_OP unless it is predefined, and defined for the elements */
export function checkOp(call: string, op: unknown, place: Pick<Place, "element" | "tree">): Op {
  const given = op === undefined || (op instanceof Op && op !== OP_NULL) ? opFrom(op) : undefined;
  if (!given?.predefined) {
    const what = op instanceof Op ? op.name : show(op);
    throw new Exception("ERR_OP", `Cannot ${call} with ${what} as op: expected a predefined operator, such as MPI.SUM`);
  }
  if (given === REPLACE || given === NO_OP) return given;
  if (place.element === BYTES && !place.tree) {
    const expected = "expected a typed array, or the option type";
    throw new Exception("ERR_TYPE", `Cannot ${call} untyped bytes with ${given.name}: ${expected}`);
  }
  if (isDefined(given, place)) return given;
  const what = place.element === BYTES ? "items of this type" : `${elements[place.element]!.name} elements`;
  throw new Exception("ERR_OP", `Cannot ${call} ${what} with ${given.name}: the operator is not defined for them`);
}
