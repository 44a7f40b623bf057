// mpi/datatype-packing: layer 9. Packing and unpacking by hand. Datatype extends it.
import { Exception, show } from "../base/errors.ts";
import { allocate } from "../data/buffer.ts";
import { externalSize, fromExternal, toExternal } from "../data/type-external.ts";
import { itemsIn } from "../data/type-map.ts";
import { DatatypeDecoding } from "./datatype-decoding.ts";
import { checkCount, checkInteger, checkMemory } from "./type-numbers.ts";

export abstract class DatatypePacking extends DatatypeDecoding {
  /**
   * Copies the items in a buffer into a contiguous piece of another one.
   *
   * @param inbuf As many items as it holds, the first one's origin at its beginning.
   * @param outbuf Where the packed bytes go.
   * @param position Byte of `outbuf` where they begin.
   * @param _comm As in mpi4py; ranks of all communicators pack alike.
   * @returns The byte behind the packed ones: the position for the next call.
   * @throws {MPI.Exception} ERR_TRUNCATE when `outbuf` is too short.
   * @example
   * ```ts
   * const matrix = Float64Array.of(1, 2, 3, 4, 5, 6);
   * const column = MPI.DOUBLE.createVector(2, 1, 3).commit();
   * const packed = new Float64Array(2);
   * column.pack(matrix, packed);
   * console.log(packed); // Float64Array(2) [ 1, 4 ]
   * ```
   * @see MPI-4.1 §5.2
   */
  pack(inbuf: unknown, outbuf: unknown, position = 0, _comm?: unknown): number {
    const map = this.committed("pack");
    const [from, to] = [checkMemory("pack", "inbuf", inbuf), checkMemory("pack", "outbuf", outbuf)];
    const count = itemsIn(map, from.length);
    const end = checkRoom("pack", "outbuf", to, position, count * map.size);
    map.pack(from, 0, count, to, position);
    return end;
  }

  /**
   * The reverse of pack: copies packed items to where they lie in a buffer.
   *
   * @param inbuf Has the packed bytes.
   * @param position Byte of `inbuf` where they begin.
   * @param outbuf Gets as many items as it holds, the first one's origin at its beginning.
   * @param _comm As in mpi4py.
   * @returns The byte behind those that were unpacked.
   * @throws {MPI.Exception} ERR_TRUNCATE when `inbuf` has too few bytes.
   * @example
   * ```ts
   * const matrix = new Float64Array(6);
   * const column = MPI.DOUBLE.createVector(2, 1, 3).commit();
   * column.unpack(Float64Array.of(8, 9), 0, matrix);
   * console.log(matrix); // Float64Array(6) [ 8, 0, 0, 9, 0, 0 ]
   * ```
   * @see MPI-4.1 §5.2
   */
  unpack(inbuf: unknown, position: number, outbuf: unknown, _comm?: unknown): number {
    const map = this.committed("unpack");
    const [from, to] = [checkMemory("unpack", "inbuf", inbuf), checkMemory("unpack", "outbuf", outbuf)];
    const count = itemsIn(map, to.length);
    const end = checkRoom("unpack", "inbuf", from, position, count * map.size);
    map.unpack(from, position, count, to, 0);
    return end;
  }

  /** Bytes that `count` packed items need. @see MPI-4.1 §5.2 */
  packSize(count: number, _comm?: unknown): number {
    return this.committed("packSize").size * checkCount("packSize", count);
  }

  /**
   * As pack, in a representation that is the same on every machine.
   *
   * @param datarep `"external32"`: big-endian, IEEE numbers; a C long has 4 bytes there.
   * @param inbuf As many items as it holds.
   * @param outbuf Where the bytes go.
   * @param position Byte of `outbuf` where they begin.
   * @returns The byte behind them.
   * @throws {MPI.Exception} ERR_ARG for another representation, ERR_TRUNCATE when `outbuf` is too short, ERR_CONVERSION for
   *   a number that has no place there.
   * @example
   * ```ts
   * const bytes = new Uint8Array(4);
   * MPI.INT.packExternal("external32", Int32Array.of(258), bytes, 0);
   * console.log(bytes); // Uint8Array(4) [ 0, 0, 1, 2 ]
   * ```
   * @see MPI-4.1 §5.3
   */
  packExternal(datarep: string, inbuf: unknown, outbuf: unknown, position = 0): number {
    const call = "packExternal";
    const map = this.committed(call);
    checkRepresentation(call, datarep);
    const [from, to] = [checkMemory(call, "inbuf", inbuf), checkMemory(call, "outbuf", outbuf)];
    const count = itemsIn(map, from.length);
    const end = checkRoom(call, "outbuf", to, position, count * externalSize(map));
    const packed = allocate(count * map.size);
    map.pack(from, 0, count, packed, 0);
    toExternal(map, count, packed, to, position);
    return end;
  }

  /**
   * The reverse of packExternal.
   *
   * @param datarep `"external32"`.
   * @param inbuf Has the bytes.
   * @param position Byte of `inbuf` where they begin.
   * @param outbuf Gets as many items as it holds.
   * @returns The byte behind those that were unpacked.
   * @throws {MPI.Exception} ERR_ARG for another representation, ERR_TRUNCATE when `inbuf` has too few bytes.
   * @see MPI-4.1 §5.3
   */
  unpackExternal(datarep: string, inbuf: unknown, position: number, outbuf: unknown): number {
    const call = "unpackExternal";
    const map = this.committed(call);
    checkRepresentation(call, datarep);
    const [from, to] = [checkMemory(call, "inbuf", inbuf), checkMemory(call, "outbuf", outbuf)];
    const count = itemsIn(map, to.length);
    const end = checkRoom(call, "inbuf", from, position, count * externalSize(map));
    const packed = allocate(count * map.size);
    fromExternal(map, count, from, position, packed);
    map.unpack(packed, 0, count, to, 0);
    return end;
  }

  /** Bytes that `count` items need in external32. @see MPI-4.1 §5.3 */
  packExternalSize(datarep: string, count: number): number {
    const map = this.committed("packExternalSize");
    checkRepresentation("packExternalSize", datarep);
    return externalSize(map) * checkCount("packExternalSize", count);
  }
}

function checkRepresentation(call: string, datarep: unknown): void {
  if (datarep === "external32") return;
  if (typeof datarep !== "string") {
    throw new TypeError(`Cannot call ${call}: datarep is ${show(datarep)}, expected "external32"`);
  }
  throw new Exception("ERR_ARG", `Cannot call ${call} with datarep ${show(datarep)}: expected "external32"`);
}

/** The byte behind `bytes` bytes from `position` on. @throws when the buffer ends before it */
function checkRoom(call: string, name: string, buffer: Uint8Array, position: unknown, bytes: number): number {
  const from = checkInteger(call, "position", position, 0);
  if (from + bytes <= buffer.length) return from + bytes;
  const has = `${name} has ${buffer.length} bytes`;
  throw new Exception("ERR_TRUNCATE", `Cannot call ${call}: ${has}, expected ${bytes} from position ${from} on`);
}
