// mpi/status: layer 9. What is known about a message that was received or probed.
import { ANY_SOURCE, ANY_TAG } from "../base/constants.ts";
import { Exception, show } from "../base/errors.ts";
import { elements } from "../data/element.ts";

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
  tag: number = ANY_TAG;
  /** Error class of the operation, for calls that complete several. */
  error = 0;
  /** Length of the message in bytes; for a value, of its encoding. */
  count = 0;
  #element = 0;
  #cancelled = false;

  getSource(): number {
    return this.source;
  }
  setSource(source: number): void {
    this.source = source;
  }
  getTag(): number {
    return this.tag;
  }
  setTag(tag: number): void {
    this.tag = tag;
  }
  getError(): number {
    return this.error;
  }
  setError(error: number): void {
    this.error = error;
  }

  /**
   * The length of the message, in bytes, or in elements of a typed array class.
   *
   * @param type Such as `Float64Array`; bytes when left out.
   * @returns The number of whole elements; UNDEFINED's place is taken by an error.
   * @throws {MPI.Exception} ERR_TYPE when `type` is no typed array class, ERR_COUNT when the length is no multiple of its elements.
   * @see MPI-4.1 §3.2.5
   */
  getCount(type?: { readonly BYTES_PER_ELEMENT: number; readonly name: string }): number {
    if (type === undefined) return this.count;
    const size = type.BYTES_PER_ELEMENT;
    if (typeof size !== "number")
      throw new Exception("ERR_TYPE", `Cannot count elements of ${show(type)}: expected a typed array class`);
    if (this.count % size === 0) return this.count / size;
    throw new Exception(
      "ERR_COUNT",
      `Cannot count elements of ${type.name}: the message has ${this.count} bytes, no multiple of ${size}`,
    );
  }

  /** The name of the element kind that was sent: `"Float64Array"`, `"bytes"`, or `"value"`. */
  get kind(): string {
    return elements[this.#element]!.name;
  }

  /** True when the operation was cancelled before it had a message. @see MPI-4.1 §3.8.4 */
  isCancelled(): boolean {
    return this.#cancelled;
  }
  setCancelled(cancelled: boolean): void {
    this.#cancelled = cancelled;
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
