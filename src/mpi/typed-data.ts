// mpi/typed-data: layer 9. The options `type` and `count`: which items of a datatype in a buffer a call means. Checked once;
// then what a message carries (bodyOf) and where one lands (targetOf). Called by point-to-point and, through
// typed-collective.ts, by collectives.
import { Exception, show } from "../base/errors.ts";
import { anything, into, intoItems, newItems } from "../comm/target.ts";
import type { Body } from "../data/body.ts";
import { type BufferLike, bytesOf, elementOfBuffer, isBuffer } from "../data/buffer.ts";
import { BYTES, elementNamed, elements } from "../data/element.ts";
import { Items, overlapping } from "../data/items.ts";
import { boundsOf, itemsIn, type TypeMap } from "../data/type-map.ts";
import type { Arrival, Target } from "../engine/message.ts";
import { encodeValue } from "../wire/value.ts";
import { checkBuffer, checkInto } from "./arguments.ts";
import type { Datatype } from "./datatype.ts";
import { checkType } from "./type-arguments.ts";

/** Which items of a buffer are meant, where they are not all elements one behind the other. */
export interface TypeOptions {
  /** How an item lies in the buffer, from the buffer's first byte; committed. @default the buffer's own elements */
  type?: Datatype;
  /** Number of items of `type`. @default as many as fit into the buffer */
  count?: number;
}

/** As TypeOptions, where what is sent and what is received lie differently. */
export interface SideOptions extends TypeOptions {
  /** Of what is sent. @default `type` */
  sendtype?: Datatype;
  /** Of what is sent. @default `count` */
  sendcount?: number;
  /** Of what is received. @default `type` */
  recvtype?: Datatype;
  /** Of what is received. @default `count` */
  recvcount?: number;
}
/** Names of the options that SideOptions adds. */
export const SIDES = ["sendtype", "sendcount", "recvtype", "recvcount"];

/** `type` and `count` of one side, and what they are called, for messages. */
export interface Side {
  readonly type?: unknown;
  readonly count?: unknown;
  readonly typeName?: string;
  readonly countName?: string;
}

/** What options say of the two sides. A `count` is for the sides that have a type. */
export function sidesOf(call: string, options: SideOptions | undefined): readonly [send: Side, receive: Side] {
  if (options === undefined) return [NOTHING, NOTHING];
  const { type, count, sendtype = type, recvtype = type } = options;
  if (count !== undefined && sendtype === undefined && recvtype === undefined) throw untyped(call, "type", "count");
  const { sendcount = sendtype && count, recvcount = recvtype && count } = options;
  return [
    { type: sendtype, count: sendcount, typeName: "sendtype", countName: "sendcount" },
    { type: recvtype, count: recvcount, typeName: "recvtype", countName: "recvcount" },
  ];
}

function untyped(call: string, type: string, count: string): TypeError {
  return new TypeError(`Cannot call ${call}: option ${type} is missing, expected with ${count}`);
}

const NOTHING: Side = {};
const UNTYPED = { map: undefined, count: undefined };
/** Kinds of buffers whose elements may be bytes of anything. */
const RAW = [BYTES, elementNamed("Uint8Array"), elementNamed("Uint8ClampedArray")];

/** The map of an option `type`, if given, and the option `count`. */
export function checkSide(
  call: string,
  { type, count, typeName = "type", countName = "count" }: Side = NOTHING,
): { map: TypeMap | undefined; count: number | undefined } {
  if (type === undefined) {
    if (count === undefined) return UNTYPED;
    throw untyped(call, typeName, countName);
  }
  const map = checkType(call, type);
  if (count !== undefined && typeof count !== "number") {
    throw new TypeError(`Cannot call ${call}: option ${countName} is ${show(count)}, expected a number of items`);
  }
  if (count === undefined || (Number.isInteger(count) && count >= 0)) return { map, count };
  throw new Exception("ERR_COUNT", `Cannot ${call} with ${countName} ${count}: expected a whole number from 0 on`);
}

/** Throws where the elements of a buffer are of another kind than those of the type. */
export function checkKind(call: string, buffer: BufferLike, { element }: TypeMap): void {
  const kind = elementOfBuffer(buffer);
  if (kind === element || element === BYTES || RAW.includes(kind)) return;
  throw new Exception(
    "ERR_TYPE",
    `Cannot ${call} ${show(buffer)} with a type of ${elements[element]!.name} elements: expected ${elements[element]!.name} or untyped bytes`,
  );
}

/**
 * `count` items in a buffer, or as many as fit.
 * @param receives true where something is received into them: then no two may have a byte in common
 * @param origin byte of the buffer that is the first item's origin
 */
export function itemsOf(
  call: string,
  buffer: BufferLike,
  map: TypeMap,
  count: number | undefined,
  { receives, origin = 0 }: { receives: boolean; origin?: number },
): Items {
  checkKind(call, buffer, map);
  const number = count ?? itemsIn(map, buffer.byteLength - origin);
  // Where not one fits, the caller has mistaken the buffer.
  const { start, end } = boundsOf(map, count ?? Math.max(number, Math.sign(buffer.byteLength)));
  if (start + origin < 0 || end + origin > buffer.byteLength) {
    const items = count === undefined ? "an item" : `${count} item${count === 1 ? "" : "s"}`;
    throw new Exception(
      "ERR_BUFFER",
      `Cannot ${call} ${items} of ${map.size} bytes: bytes ${start + origin} to ${end + origin}, the buffer has ${buffer.byteLength}`,
    );
  }
  if (receives && overlapping(map, number)) {
    throw new Exception(
      "ERR_TYPE",
      `Cannot ${call} into ${number} items of ${map.size} bytes: they overlap, expected a type whose items do not`,
    );
  }
  return new Items(map, number, bytesOf(buffer), origin);
}

/** What a call sends: the items of a buffer; undefined without `type`, where it may be anything. */
export function checkSent(call: string, data: unknown, side?: Side): Items | undefined {
  const { map, count } = checkSide(call, side);
  return map && itemsOf(call, checkBuffer(call, data), map, count, { receives: false });
}

/** The content of a message, which may be used until the data changes or another value is encoded. */
export function bodyOf(data: unknown, items: Items | undefined): Body {
  if (items) return { element: items.map.element, parts: [items.packed()] };
  return isBuffer(data) ? { element: elementOfBuffer(data), parts: [bytesOf(data)] } : encodeValue(data);
}

/** Where a message is to land. */
export interface Landing {
  /** The memory of the caller, if any, which is what the receive returns. */
  readonly buffer: BufferLike | undefined;
  readonly target: (from: (arrival: Arrival) => string) => Target<any>;
}

const anywhere: Landing = { buffer: undefined, target: () => anything };

/** The options `into`, `type` and `count` of a receive. */
export function checkLanding(call: string, memory: unknown, side?: Side): Landing {
  const buffer = checkInto(call, memory);
  const { map, count } = checkSide(call, side);
  if (!map) return buffer ? { buffer, target: (from) => into(buffer, from) } : anywhere;
  if (!buffer) {
    const room = count === undefined ? Number.POSITIVE_INFINITY : count * map.size;
    return { buffer, target: (from) => newItems(map, room, from) };
  }
  const items = itemsOf(call, buffer, map, count, { receives: true });
  return { buffer, target: (from) => intoItems(items, buffer, from) };
}
