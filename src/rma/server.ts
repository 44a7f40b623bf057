// rma/server: layer 8. The target's side of a window: does what origins ask for, as their messages come, without the
// program: a put lands in the window, a get is answered from it, accumulates are made one after the other. Used by window.ts.
import { Exception } from "../base/errors.ts";
import { ANSWERS, LONG_DATA } from "../comm/context.ts";
import type { Endpoint } from "../comm/endpoint.ts";
import { memory, parts } from "../comm/target.ts";
import type { Body } from "../data/body.ts";
import { BYTES } from "../data/element.ts";
import { operators } from "../data/op.ts";
import type { Arrival, Target } from "../engine/message.ts";
import { Signals } from "./exposure.ts";
import { Inbox } from "./inbox.ts";
import type { Locks } from "./locks.ts";
import { combine, dense, type Place, read, spanOf, swapIfEqual, write } from "./place.ts";
import type { Region, Regions } from "./regions.ts";
import {
  ACCUMULATE,
  COMPARE_AND_SWAP,
  COMPLETE,
  DONE,
  FLUSH,
  failure,
  GET,
  LOCK,
  POST,
  PUT,
  RELEASED,
  type Request,
  readRequest,
  readWhole,
  UNLOCK,
} from "./request.ts";

const ORDERED = [ACCUMULATE, COMPARE_AND_SWAP, UNLOCK, FLUSH, COMPLETE];

/** What the server knows of one origin, and where its requests go. */
class Origin implements Target<void> {
  readonly inbox = new Inbox();
  /** Why a request without an answer has failed: told with the next flush. */
  error: unknown;
  readonly #source: number;
  readonly #run: (source: number, request: Request) => void;
  /** The places of requests whose bytes are still to come. */
  readonly #coming = new Map<Arrival, ReturnType<Inbox["reserve"]>>();

  constructor(source: number, run: (source: number, request: Request) => void) {
    this.#source = source;
    this.#run = run;
  }

  land(arrival: Arrival): readonly Uint8Array[] {
    this.#coming.set(arrival, this.inbox.reserve());
    return parts.land(arrival);
  }

  finish(arrival: Arrival, received: readonly Uint8Array[], own: boolean): void {
    const ordered = isOrdered(arrival.tag >> 1);
    const ready = this.#coming.get(arrival);
    if (!ready && !this.inbox.busy(ordered)) return this.#run(this.#source, readRequest(arrival.tag, received, own));
    const request = readRequest(arrival.tag, own ? received : received.map((part) => part.slice()), true);
    if (!ready) return this.inbox.add(ordered, () => this.#run(this.#source, request));
    this.#coming.delete(arrival);
    ready(ordered, () => this.#run(this.#source, request));
  }

  whole(arrival: Arrival, bytes: Uint8Array, start: number, end: number): void {
    if (this.inbox.busy(isOrdered(arrival.tag >> 1))) return this.finish(arrival, [bytes.slice(start, end)], true);
    this.#run(this.#source, readWhole(arrival.tag, bytes, start, end));
  }
}

/** True of what is complete only behind all earlier requests of its origin. */
function isOrdered(kind: number): boolean {
  return ORDERED.includes(kind);
}

export class Server {
  readonly #endpoint: Endpoint;
  readonly #regions: Regions;
  readonly #locks: Locks;
  /** Makes sure that nobody else changes the window meanwhile. */
  readonly #alone: <T>(change: () => T) => T;
  readonly #origins = new Map<number, Origin>();
  /** Who has posted a window to this rank, and who has completed access to this rank's. */
  readonly posted = new Signals();
  readonly completed = new Signals();

  constructor(endpoint: Endpoint, regions: Regions, locks: Locks, alone: <T>(change: () => T) => T) {
    this.#endpoint = endpoint;
    this.#regions = regions;
    this.#locks = locks;
    this.#alone = alone;
  }

  start(): void {
    this.#endpoint.engine.serve(this.#endpoint.context, (source) => this.#origin(source));
  }

  #origin(source: number): Origin {
    let origin = this.#origins.get(source);
    if (!origin) {
      origin = new Origin(source, this.#run);
      this.#origins.set(source, origin);
    }
    return origin;
  }

  readonly #run = (source: number, request: Request): void => {
    const { kind, id, data } = request;
    switch (kind) {
      case PUT:
        if (data) this.#attempt(source, () => this.#put(request.place!, data));
        else this.#landPut(source, id, request.place!);
        return;
      case GET:
        return this.#answer(source, id, () => this.#get(request.place!));
      case ACCUMULATE:
        if (data || request.place!.bytes === 0) this.#accumulate(source, request, data ?? new Uint8Array(0));
        else this.#landLong(source, id, request.place!, (whole) => this.#accumulate(source, request, whole));
        return;
      case COMPARE_AND_SWAP:
        return this.#answer(source, id, () => this.#swap(request.place!, data!));
      case LOCK:
        return this.#locks.take(source, request.flag, () => this.#answer(source, id, () => DONE));
      case UNLOCK:
        this.#answer(source, id, () => this.#settle(source));
        return this.#locks.give(source);
      case RELEASED:
        return this.#locks.serve();
      case FLUSH:
        return this.#answer(source, id, () => this.#settle(source));
      case POST:
        return this.posted.add(source);
      case COMPLETE:
        this.#answer(source, id, () => this.#settle(source));
        return this.completed.add(source);
    }
  };

  #put(place: Place, data: Uint8Array): void {
    const { base, bytes } = this.#find(place);
    write(bytes, base, place, data);
  }

  /** Long data goes straight where it belongs. */
  #landPut(source: number, id: number, place: Place): void {
    let room: Uint8Array | undefined;
    try {
      const { base, bytes } = this.#find(place);
      room = dense(bytes, base, place);
    } catch (error) {
      return this.#refuse(source, id, error);
    }
    if (!room) return this.#landLong(source, id, place, (data) => this.#attempt(source, () => this.#put(place, data)));
    this.#land(
      source,
      id,
      memory(BYTES, room, nowhere, () => undefined),
    );
  }

  #landLong(source: number, id: number, { bytes }: Place, then: (data: Uint8Array) => void): void {
    this.#land(source, id, {
      land: (arrival) => parts.land(arrival),
      finish: (_, [data]) => then(data!.subarray(0, bytes)),
    });
  }

  #land(source: number, id: number, target: Target<void>): void {
    const { engine, context } = this.#endpoint;
    const landed = this.#origin(source).inbox.land();
    const { operation } = engine.receive(source, context + LONG_DATA, id, target);
    operation.onSettled(() => {
      if (operation.failed) this.#origin(source).error ??= operation.error;
      landed();
    });
  }

  /** Lets the origin get rid of long data that has no place. */
  #refuse(source: number, id: number, error: unknown): void {
    const refuse = () => {
      throw error;
    };
    this.#land(source, id, { land: refuse, finish: refuse });
  }

  #get(place: Place): Body {
    const { base, bytes } = this.#find(place);
    return { element: BYTES, parts: [dense(bytes, base, place) ?? read(bytes, base, place)] };
  }

  #accumulate(source: number, { id, place, op, flag }: Request, data: Uint8Array): void {
    const run = (): Body => {
      const { base, bytes } = this.#find(place!);
      return this.#alone(() => {
        const before = flag ? { element: BYTES, parts: [read(bytes, base, place!)] } : DONE;
        combine(bytes, base, place!, operators[op]!, data);
        return before;
      });
    };
    if (flag) this.#answer(source, id, run);
    else this.#attempt(source, run);
  }

  #swap(place: Place, data: Uint8Array): Body {
    const { base, bytes } = this.#find(place);
    const room = dense(bytes, base, place)!;
    return this.#alone(() => {
      const before = room.slice();
      swapIfEqual(room, data.subarray(0, place.bytes), data.subarray(place.bytes));
      return { element: BYTES, parts: [before] };
    });
  }

  #find(place: Place): Region {
    const { start, end } = spanOf(place);
    const found = this.#regions.find(start, end);
    if (found) return found;
    const { dynamic } = this.#regions;
    const state = dynamic
      ? "no attached memory has them"
      : `the window has ${this.#regions.whole.byteLength} bytes there`;
    const { group, name } = this.#endpoint;
    throw new Exception(
      "ERR_RMA_RANGE",
      `Cannot reach bytes ${start} to ${end} of rank ${group.rank} on ${name}: ${state}`,
    );
  }

  /** Runs what has no answer: why it fails is told with the next flush. */
  #attempt(source: number, run: () => unknown): void {
    try {
      run();
    } catch (error) {
      this.#origin(source).error ??= error;
    }
  }

  /** An empty answer, or what has failed since the last one. */
  #settle(source: number): Body {
    const origin = this.#origin(source);
    const { error } = origin;
    origin.error = undefined;
    if (error !== undefined) throw error;
    return DONE;
  }

  #answer(source: number, id: number, run: () => Body): void {
    const { engine, context } = this.#endpoint;
    let body: Body;
    try {
      body = run();
    } catch (error) {
      body = failure(error);
    }
    engine.send(source, context + ANSWERS, id, body);
  }
}

const nowhere = ({ source }: Arrival) => `from process ${source}`;
