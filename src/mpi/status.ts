// mpi/status: layer 9. What is known about a message that was received or probed.
import { ANY_SOURCE, ANY_TAG, UNDEFINED } from "../base/constants.ts";
import { Exception, show } from "../base/errors.ts";
import { elements } from "../data/element.ts";
// A circle, as datatypes check their arguments as all calls do: neither needs the other before all is loaded.
import { Datatype } from "./datatype.ts";
import { checkType } from "./type-arguments.ts";

/** A typed array class. */
interface ElementType {
  readonly BYTES_PER_ELEMENT: number;
  readonly name: string;
}

/**
 * Where a received message came from and how long it was. Make one and pass it as `status`; the call fills it in.
 *
 * @example
 * ```ts
 * const status = new MPI.Status();
 * await MPI.COMM_SELF.send(new Float64Array(3), { dest: 0, tag: 7 });
 * await MPI.COMM_SELF.recv({ status });
 * console.log(status.source, status.tag, status.count); // 0 7 24
 * ```
 * @see MPI-4.1 §3.2.5
 */
export class Status {
  /** Rank of the sender. */
  source: number = ANY_SOURCE;
  /** Tag of the message. */
  tag: number = ANY_TAG;
  /** Error class of the operation, for calls that complete several. */
  error = 0;
  /** Length of the message in bytes; for a value, of its encoding. */
  count = 0;
  #element = 0;
  #cancelled = false;

  /** A new status is empty, or a copy of another. */
  constructor(status?: Status) {
    if (status instanceof Status) this.copy(status);
    else if (status !== undefined)
      throw new TypeError(`Cannot make a Status: status is ${show(status)}, expected an MPI.Status`);
  }

  /** As `source`. @see MPI-4.1 §3.2.5 */
  getSource(): number {
    return this.source;
  }
  /** Sets `source`. @see MPI-4.1 §3.2.5 */
  setSource(source: number): void {
    this.source = checkWhole("setSource", "source", source);
  }
  /** As `tag`. @see MPI-4.1 §3.2.5 */
  getTag(): number {
    return this.tag;
  }
  /** Sets `tag`. @see MPI-4.1 §3.2.5 */
  setTag(tag: number): void {
    this.tag = checkWhole("setTag", "tag", tag);
  }
  /** As `error`. @see MPI-4.1 §3.2.5 */
  getError(): number {
    return this.error;
  }
  /** Sets `error`. @see MPI-4.1 §3.2.5 */
  setError(error: number): void {
    this.error = checkWhole("setError", "error", error);
  }

  /**
   * The length of the message, in bytes, in elements of a typed array class, or in items of a datatype.
   *
   * @param type Such as `Float64Array` or `MPI.DOUBLE`; bytes when left out. A derived datatype is committed.
   * @returns The number of elements or items; MPI.UNDEFINED when the length is no multiple of one.
   * @throws {MPI.Exception} ERR_TYPE when `type` is neither, or a datatype that cannot be used.
   * @see MPI-4.1 §3.2.5
   */
  getCount(type?: ElementType | Datatype): number {
    if (type === undefined) return this.count;
    const size = type instanceof Datatype ? checkType("getCount", type).size : sizeOf(type);
    if (size === 0) return this.count === 0 ? 0 : UNDEFINED;
    return this.count % size === 0 ? this.count / size : UNDEFINED;
  }

  /**
   * The length of the message in basic elements of a datatype: also where its last item has come in part.
   *
   * @param type As for getCount; elements of typed arrays have no smaller parts.
   * @returns The number of basic elements; MPI.UNDEFINED when the message ends inside of one.
   * @throws {MPI.Exception} As getCount.
   * @example
   * ```ts
   * const pairs = MPI.INT.createContiguous(2).commit();
   * const status = new MPI.Status();
   * await MPI.COMM_SELF.send(Int32Array.of(1, 2, 3), { dest: 0 });
   * await MPI.COMM_SELF.recv({ type: pairs, status });
   * console.log(status.getElements(pairs), status.getCount(pairs) === MPI.UNDEFINED); // 3 true
   * ```
   * @see MPI-4.1 §5.1.11
   */
  getElements(type: ElementType | Datatype): number {
    if (!(type instanceof Datatype)) return this.getCount(type);
    return checkType("getElements", type).elementsIn(this.count) ?? UNDEFINED;
  }

  /** Sets the length to `count` basic elements, as getElements counts them, for Grequests. @see MPI-4.1 §13.3 */
  setElements(type: ElementType | Datatype, count: number): void {
    if (!Number.isInteger(count) || count < 0) {
      throw new Exception("ERR_COUNT", `Cannot set ${show(count)} elements: expected a whole number from 0 on`);
    }
    this.count = type instanceof Datatype ? checkType("setElements", type).bytesOf(count) : count * sizeOf(type);
  }

  /** The name of the element kind that was sent: `"Float64Array"`, `"bytes"`, or `"value"`. @see MPI-4.1 §3.2.5 */
  get kind(): string {
    return elements[this.#element]!.name;
  }

  /** True when the operation was cancelled before it had a message. @see MPI-4.1 §3.8.4 */
  isCancelled(): boolean {
    return this.#cancelled;
  }
  /** Sets what isCancelled tells, for Grequests. @see MPI-4.1 §13.3 */
  setCancelled(cancelled: boolean): void {
    if (typeof cancelled !== "boolean") {
      throw new TypeError(`Cannot call setCancelled: cancelled is ${show(cancelled)}, expected true or false`);
    }
    this.#cancelled = cancelled;
  }

  /** As `isCancelled()` and `setCancelled()`. @see MPI-4.1 §3.8.4 */
  get cancelled(): boolean {
    return this.#cancelled;
  }
  set cancelled(cancelled: boolean) {
    this.setCancelled(cancelled);
  }

  /** Makes the status a copy of another; for the library. */
  copy(status: Status): void {
    this.fill(status.source, status.tag, status.count, status.#element);
    this.error = status.error;
    this.#cancelled = status.#cancelled;
  }

  /** Fills the status in; for the library. */
  fill(source: number, tag: number, bytes: number, element: number): void {
    this.source = source;
    this.tag = tag;
    this.count = bytes;
    this.error = 0;
    this.#element = element;
    this.#cancelled = false;
  }
}

function checkWhole(call: string, argument: string, value: unknown): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw new TypeError(`Cannot call ${call}: ${argument} is ${show(value)}, expected a whole number`);
}

function sizeOf(type: ElementType): number {
  const size = type?.BYTES_PER_ELEMENT;
  if (typeof size === "number") return size;
  throw new Exception(
    "ERR_TYPE",
    `Cannot count elements of ${show(type)}: expected a typed array class or an MPI.Datatype`,
  );
}
