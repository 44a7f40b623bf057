// rma/request: layer 8. What an origin asks of a target, as messages: a value, [id, op, flag, place …]; the tag is the kind,
// doubled, and one more where the last part of the message is the request's data. Long data follows in a message of its
// own. Answers, and that message, carry the id as tag. Used by window.ts and server.ts.
import { Exception } from "../base/errors.ts";
import { parts } from "../comm/target.ts";
import type { Body } from "../data/body.ts";
import { BYTES, VALUE } from "../data/element.ts";
import { readType, type WrittenType, writeType } from "../data/type-wire.ts";
import type { Arrival, Target } from "../engine/message.ts";
import { decodeValue, encodeValue } from "../wire/value.ts";
import type { Place } from "./place.ts";

/** Kinds of requests, by number. */
export const PUT = 0;
export const GET = 1;
/** Accumulate; also getAccumulate and fetchAndOp, which want to know what was there. */
export const ACCUMULATE = 2;
export const COMPARE_AND_SWAP = 3;
export const LOCK = 4;
export const UNLOCK = 5;
export const FLUSH = 6;
export const POST = 7;
export const COMPLETE = 8;
/** A rank that reaches the target's memory directly has given its lock back, and others wait for it. */
export const RELEASED = 9;

/** Data of more bytes goes in a message of its own, straight into the window. */
const INLINE = 16384;

export interface Request {
  readonly kind: number;
  /** The answer's tag; 0 where none is wanted. */
  readonly id: number;
  readonly place?: Place | undefined;
  /** Number of the operator. */
  readonly op?: number;
  /** LOCK: true for an exclusive one. ACCUMULATE: true where an answer is wanted. */
  readonly flag?: boolean;
}

/** A request that has come, and its data, unless that follows. */
export interface Received {
  readonly request: Request;
  readonly data: Uint8Array | undefined;
}

/** True where data is a message of its own. */
export function isLong(data: Uint8Array): boolean {
  return data.byteLength > INLINE;
}

/** The message for a request, and its tag. @param data left out where there is none, or it follows */
export function writeRequest(
  { kind, id, place, op = 0, flag = false }: Request,
  data: Uint8Array | undefined,
): { readonly tag: number; readonly body: Body } {
  const header: unknown[] = [id, op, flag];
  if (place) {
    const { at, bytes, element, tree, count } = place;
    header.push(at, bytes, element, count);
    if (tree) header.push(writeType(tree));
  }
  const { parts } = encodeValue(header);
  return {
    tag: kind * 2 + Number(data !== undefined),
    body: { element: VALUE, parts: data ? [...parts, data] : parts },
  };
}

/** @param own the parts may be kept */
export function readRequest(tag: number, parts: readonly Uint8Array[], own: boolean): Received {
  const inline = tag % 2 === 1;
  const header = inline ? parts.slice(0, -1) : parts;
  const [id, op, flag, at, bytes, element, count, type] = decodeValue(
    own || header.length === 1 ? header : [header[0]!, ...header.slice(1).map((part) => part.slice())],
  ) as [number, number, boolean, number?, number?, number?, number?, WrittenType?];
  const tree = type && readType(type);
  const place = at === undefined ? undefined : { at, bytes: bytes!, element: element!, tree, count: count! };
  return { request: { kind: tag >> 1, id, op, flag, place }, data: inline ? parts.at(-1) : undefined };
}

/** An answer without content. */
export const DONE: Body = { element: BYTES, parts: [new Uint8Array(0)] };

/** An answer that a request has failed. */
export function failure(error: unknown): Body {
  const known = error instanceof Exception ? error : new Exception("ERR_OTHER", String(error));
  return encodeValue([known.errorClass, known.message]);
}

/** Where an answer goes: data into `target`, a failure is thrown. */
export function answer<T>(target: Target<T>): Target<T> {
  return {
    land: (arrival: Arrival) => (arrival.element === VALUE ? parts : target).land(arrival),
    finish(arrival, received, own) {
      if (arrival.element !== VALUE) return target.finish(arrival, received, own);
      const [errorClass, message] = decodeValue(received) as [number, string];
      throw new Exception(errorClass, message);
    },
  };
}

/** For answers without content. */
export const nothing: Target<void> = answer({ land: (arrival) => parts.land(arrival), finish: () => undefined });
