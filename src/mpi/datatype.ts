// mpi/datatype: layer 9. Datatypes as users hold them: the constructors. The other chapters stand in a row of classes,
// each in its file: datatype-handle.ts, datatype-decoding.ts, datatype-packing.ts.
import { Exception, show } from "../base/errors.ts";
import {
  COMBINER_CONTIGUOUS,
  COMBINER_DARRAY,
  COMBINER_DUP,
  COMBINER_F90_COMPLEX,
  COMBINER_F90_INTEGER,
  COMBINER_F90_REAL,
  COMBINER_HINDEXED,
  COMBINER_HINDEXED_BLOCK,
  COMBINER_HVECTOR,
  COMBINER_INDEXED,
  COMBINER_INDEXED_BLOCK,
  COMBINER_RESIZED,
  COMBINER_STRUCT,
  COMBINER_SUBARRAY,
  COMBINER_VALUE_INDEX,
  COMBINER_VECTOR,
  ORDER_C,
} from "../base/type-constants.ts";
import { contiguous, hindexed, hvector, indexed, resized, struct, vector } from "../data/type-construct.ts";
import { darray, subarray } from "../data/type-subarray.ts";
import { TypeTree } from "../data/type-tree.ts";
import type { Definition } from "./datatype-handle.ts";
import { DatatypePacking } from "./datatype-packing.ts";
import { checkDarray, checkSubarray } from "./type-arrays.ts";
import { checkCount, checkInteger, checkIntegers, checkLengths } from "./type-numbers.ts";
import { integerOfRange, namedPair, pairOf, predefined, realOfRange, sizedType } from "./type-registry.ts";

type Params = Definition["params"];

/**
 * Where the items of a message lie in a buffer: how many basic elements of which kind, and at which bytes.
 *
 * Predefined types (`MPI.INT`, `MPI.DOUBLE`, …) are single elements. The `create…` methods make derived types of a type:
 * several items of it, with gaps where wanted. A derived type is committed before data is moved with it, as the option
 * `type` of a call; the library then takes each item apart and puts it together, and nobody has to copy anything.
 *
 * @example
 * ```ts
 * // The second column of a matrix with three rows and four columns goes into a row.
 * const matrix = Float64Array.from({ length: 12 }, (_, i) => i);
 * const column = MPI.DOUBLE.createVector(3, 1, 4).commit();
 * const row = new Float64Array(3);
 * column.pack(matrix.subarray(1), row);
 * console.log(row); // Float64Array(3) [ 1, 5, 9 ]
 * ```
 * @see MPI-4.1 §5
 */
export class Datatype extends DatatypePacking {
  protected override handle(definition: Definition): Datatype {
    return new Datatype(definition, "", false);
  }

  /** A type made of this one. */
  #derive(call: string, combiner: number, params: Params, map: (of: TypeTree) => TypeTree): Datatype {
    const part = this.part(call);
    return new Datatype({ map: checkSize(call, map(part.definition.map)), combiner, params, of: [part] }, "", false);
  }

  /**
   * A new handle for the same type, committed where this one is. Attributes are copied as their keyvals say.
   *
   * @see MPI-4.1 §5.1.10
   */
  dup(): Datatype {
    const type = this.#derive("dup", COMBINER_DUP, {}, (of) => of);
    type.inherit(this);
    return type;
  }

  /** `count` items one behind the other. @throws {MPI.Exception} ERR_COUNT for a negative count @see MPI-4.1 §5.1.2 */
  createContiguous(count: number): Datatype {
    const call = "createContiguous";
    checkCount(call, count);
    return this.#derive(call, COMBINER_CONTIGUOUS, { count }, (of) => contiguous(count, of));
  }

  /**
   * Blocks at equal distances.
   *
   * @param count Number of blocks.
   * @param blocklength Items in each block.
   * @param stride Extents of an item from one block to the next; may be negative.
   * @throws {MPI.Exception} ERR_COUNT for a negative count, ERR_ARG for a negative length.
   * @example
   * ```ts
   * const column = MPI.INT.createVector(3, 1, 4).commit();
   * console.log(column.size, column.extent); // 12 36
   * ```
   * @see MPI-4.1 §5.1.2
   */
  createVector(count: number, blocklength: number, stride: number): Datatype {
    const call = "createVector";
    checkBlocks(call, count, blocklength, stride);
    const params = { count, blocklength, stride };
    return this.#derive(call, COMBINER_VECTOR, params, (of) => vector(count, blocklength, stride, of));
  }

  /** As createVector, with `stride` in bytes. @see MPI-4.1 §5.1.2 */
  createHvector(count: number, blocklength: number, stride: number): Datatype {
    const call = "createHvector";
    checkBlocks(call, count, blocklength, stride);
    const params = { count, blocklength, stride };
    return this.#derive(call, COMBINER_HVECTOR, params, (of) => hvector(count, blocklength, stride, of));
  }

  /**
   * Blocks of different lengths at any places.
   *
   * @param blocklengths Items in each block.
   * @param displacements Where each block begins, in extents of an item from the origin.
   * @throws {MPI.Exception} ERR_ARG when the arrays differ in length or a block has a negative one.
   * @example
   * ```ts
   * const triangle = MPI.INT.createIndexed([3, 2, 1], [0, 4, 8]).commit();
   * console.log(triangle.size, triangle.extent); // 24 36
   * ```
   * @see MPI-4.1 §5.1.2
   */
  createIndexed(blocklengths: ArrayLike<number>, displacements: ArrayLike<number>): Datatype {
    const call = "createIndexed";
    const params = checkPlaces(call, blocklengths, displacements);
    const make = (of: TypeTree) => indexed(params.blocklengths, params.displacements, of);
    return this.#derive(call, COMBINER_INDEXED, params, make);
  }

  /** As createIndexed, with displacements in bytes. @see MPI-4.1 §5.1.2 */
  createHindexed(blocklengths: ArrayLike<number>, displacements: ArrayLike<number>): Datatype {
    const call = "createHindexed";
    const params = checkPlaces(call, blocklengths, displacements);
    const make = (of: TypeTree) => hindexed(params.blocklengths, params.displacements, of);
    return this.#derive(call, COMBINER_HINDEXED, params, make);
  }

  /** As createIndexed, with blocks of one length. @see MPI-4.1 §5.1.2 */
  createIndexedBlock(blocklength: number, displacements: ArrayLike<number>): Datatype {
    const call = "createIndexedBlock";
    const params = checkPlacesOf(call, blocklength, displacements);
    const make = (of: TypeTree) => indexed(blocklength, params.displacements, of);
    return this.#derive(call, COMBINER_INDEXED_BLOCK, params, make);
  }

  /** As createIndexedBlock, with displacements in bytes. @see MPI-4.1 §5.1.2 */
  createHindexedBlock(blocklength: number, displacements: ArrayLike<number>): Datatype {
    const call = "createHindexedBlock";
    const params = checkPlacesOf(call, blocklength, displacements);
    const make = (of: TypeTree) => hindexed(blocklength, params.displacements, of);
    return this.#derive(call, COMBINER_HINDEXED_BLOCK, params, make);
  }

  /**
   * Items of several types, as in a struct.
   *
   * @param blocklengths How many items of each type.
   * @param displacements Where they begin, in bytes from the origin.
   * @param datatypes The types.
   * @throws {MPI.Exception} ERR_ARG when the arrays differ in length or a block has a negative one, ERR_TYPE for a type
   *   that is null or freed.
   * @example
   * ```ts
   * // struct { double x; int n; }: its end is rounded up to the alignment of double.
   * const pair = MPI.Datatype.createStruct([1, 1], [0, 8], [MPI.DOUBLE, MPI.INT]).commit();
   * console.log(pair.size, pair.extent); // 12 16
   * ```
   * @see MPI-4.1 §5.1.2
   */
  static createStruct(
    blocklengths: ArrayLike<number>,
    displacements: ArrayLike<number>,
    datatypes: readonly Datatype[],
  ): Datatype {
    const call = "createStruct";
    const params = checkPlaces(call, blocklengths, displacements);
    if (!Array.isArray(datatypes)) {
      throw new TypeError(`Cannot call ${call}: datatypes are ${show(datatypes)}, expected an array of MPI.Datatype`);
    }
    checkLengths(call, { blocklengths: params.blocklengths, datatypes });
    const of = Array.from(datatypes, (type: unknown, i) => {
      if (type instanceof Datatype) return type.part(call);
      throw new TypeError(`Cannot call ${call}: datatypes[${i}] is ${show(type)}, expected an MPI.Datatype`);
    });
    const maps = of.map(({ definition }) => definition.map);
    const map = checkSize(call, struct(params.blocklengths, params.displacements, maps));
    return new Datatype({ map, combiner: COMBINER_STRUCT, params, of }, "", false);
  }

  /**
   * A part of a multidimensional array. Its extent is that of the whole array.
   *
   * @param sizes Elements of the whole array in each dimension.
   * @param subsizes Elements of the part.
   * @param starts The part's first element in each dimension, from 0.
   * @param order MPI.ORDER_C, or MPI.ORDER_FORTRAN where the first index is the fastest.
   * @throws {MPI.Exception} ERR_ARG when the part is not inside the array.
   * @example
   * ```ts
   * const inner = MPI.INT.createSubarray([4, 4], [2, 2], [1, 1]).commit();
   * const four = new Int32Array(4);
   * inner.pack(Int32Array.from({ length: 16 }, (_, i) => i), four);
   * console.log(four); // Int32Array(4) [ 5, 6, 9, 10 ]
   * ```
   * @see MPI-4.1 §5.1.3
   */
  createSubarray(
    sizes: ArrayLike<number>,
    subsizes: ArrayLike<number>,
    starts: ArrayLike<number>,
    order: number = ORDER_C,
  ): Datatype {
    const checked = checkSubarray(sizes, subsizes, starts, order);
    const make = (of: TypeTree) => subarray(checked.sizes, checked.subsizes, checked.starts, of);
    return this.#derive("createSubarray", COMBINER_SUBARRAY, checked.params, make);
  }

  /**
   * The elements that one process has of an array that is distributed over a grid of processes. Its extent is that of the
   * whole array.
   *
   * @param size Number of processes.
   * @param rank The process, whose place in the grid is that of its rank in C's order.
   * @param gsizes Elements of the whole array in each dimension.
   * @param distribs MPI.DISTRIBUTE_BLOCK, MPI.DISTRIBUTE_CYCLIC or MPI.DISTRIBUTE_NONE for each dimension.
   * @param dargs Elements of a block for each dimension, or MPI.DISTRIBUTE_DFLT_DARG.
   * @param psizes Processes in each dimension; their product is `size`.
   * @param order MPI.ORDER_C, or MPI.ORDER_FORTRAN where the first index is the fastest.
   * @throws {MPI.Exception} ERR_ARG, ERR_RANK for arguments that do not fit together.
   * @example
   * ```ts
   * const { DISTRIBUTE_CYCLIC, DISTRIBUTE_DFLT_DARG } = MPI;
   * const odd = MPI.INT.createDarray(2, 1, [5], [DISTRIBUTE_CYCLIC], [DISTRIBUTE_DFLT_DARG], [2]).commit();
   * const mine = new Int32Array(2);
   * odd.pack(Int32Array.of(0, 1, 2, 3, 4), mine);
   * console.log(mine); // Int32Array(2) [ 1, 3 ]
   * ```
   * @see MPI-4.1 §5.1.4
   */
  createDarray(
    size: number,
    rank: number,
    gsizes: ArrayLike<number>,
    distribs: ArrayLike<number>,
    dargs: ArrayLike<number>,
    psizes: ArrayLike<number>,
    order: number = ORDER_C,
  ): Datatype {
    const { params, shares } = checkDarray(size, rank, gsizes, distribs, dargs, psizes, order);
    return this.#derive("createDarray", COMBINER_DARRAY, params, (of) => darray(shares, of));
  }

  /**
   * The same data with other bounds, as for the columns of a matrix, which begin an element apart.
   *
   * @param lb Lower bound, in bytes.
   * @param extent Bytes from one item to the next.
   * @example
   * ```ts
   * const column = MPI.INT.createVector(2, 1, 3).createResized(0, 4).commit();
   * const columns = new Int32Array(6);
   * column.pack(Int32Array.of(1, 2, 3, 4, 5, 6), columns);
   * console.log(columns); // Int32Array(6) [ 1, 4, 2, 5, 3, 6 ]
   * ```
   * @see MPI-4.1 §5.1.7
   */
  createResized(lb: number, extent: number): Datatype {
    const call = "createResized";
    checkInteger(call, "lb", lb);
    checkInteger(call, "extent", extent);
    return this.#derive(call, COMBINER_RESIZED, { lb, extent }, (of) => resized(of, lb, extent));
  }

  // --- predefined types by what they can hold ---

  /**
   * The Fortran type of a kind that has so many bytes.
   *
   * @param typeclass MPI.TYPECLASS_INTEGER, TYPECLASS_REAL, TYPECLASS_COMPLEX or TYPECLASS_LOGICAL.
   * @param size Bytes.
   * @throws {MPI.Exception} ERR_ARG when there is none.
   * @example
   * ```ts
   * console.log(MPI.Datatype.matchSize(MPI.TYPECLASS_REAL, 8).name); // MPI_REAL8
   * ```
   * @see MPI-4.1 §19.1.5
   */
  static matchSize(typeclass: number, size: number): Datatype {
    return sizedType("matchSize", typeclass, size);
  }

  /** The type of Fortran's integers of `r` decimal digits. @throws {MPI.Exception} ERR_ARG when there is none @see MPI-4.1 §19.1.5 */
  static createF90Integer(r: number): Datatype {
    return Datatype.#asked(COMBINER_F90_INTEGER, { r }, integerOfRange("createF90Integer", r));
  }

  /**
   * The type of Fortran's floating-point numbers of `p` decimal digits with exponents up to `r`.
   *
   * @param p Digits, or MPI.UNDEFINED.
   * @param r Exponents, or MPI.UNDEFINED.
   * @returns A predefined type, which needs no commit and cannot be freed.
   * @throws {MPI.Exception} ERR_ARG when there is none.
   * @see MPI-4.1 §19.1.5
   */
  static createF90Real(p: number, r: number): Datatype {
    return Datatype.#asked(COMBINER_F90_REAL, { p, r }, realOfRange("createF90Real", "REAL", p, r));
  }

  /** As createF90Real, of complex numbers. @see MPI-4.1 §19.1.5 */
  static createF90Complex(p: number, r: number): Datatype {
    return Datatype.#asked(COMBINER_F90_COMPLEX, { p, r }, realOfRange("createF90Complex", "COMPLEX", p, r));
  }

  /**
   * The type of pairs of a value and a location, for MPI.MAXLOC and MPI.MINLOC.
   *
   * @param value A type of integers or floating-point numbers.
   * @param index A type of integers.
   * @returns A predefined type: the one with a name where there is one; MPI.DATATYPE_NULL where these make no pair.
   * @example
   * ```ts
   * console.log(MPI.Datatype.getValueIndex(MPI.DOUBLE, MPI.INT) === MPI.DOUBLE_INT); // true
   * ```
   * @see MPI-4.1 §6.9.4
   */
  static getValueIndex(value: Datatype, index: Datatype): Datatype {
    const call = "getValueIndex";
    const of = Object.entries({ value, index }).map(([name, type]: [string, unknown]) => {
      if (type instanceof Datatype) return type.part(call);
      throw new TypeError(`Cannot call ${call}: ${name} is ${show(type)}, expected an MPI.Datatype`);
    });
    const pair = pairOf(of[0]!.definition.map, of[1]!.definition.map);
    if (!pair) return predefined.get("DATATYPE_NULL")!;
    const map = new TypeTree({ kind: "basic", basic: pair });
    const question = `${value.name},${index.name}`;
    return namedPair(pair) ?? Datatype.#kept(question, { map, combiner: COMBINER_VALUE_INDEX, params: {}, of });
  }

  static #asked(combiner: number, params: Record<string, number>, type: Datatype): Datatype {
    const { map } = type.part("").definition;
    return Datatype.#kept(`${combiner},${Object.values(params)}`, { map, combiner, params, of: [] });
  }

  /** The one type for a question: predefined types are never made twice. */
  static #kept(question: string, definition: Definition): Datatype {
    const type = answers.get(question) ?? new Datatype(definition, "", true);
    answers.set(question, type);
    return type;
  }
}

const answers = new Map<string, Datatype>();

function checkBlocks(call: string, count: unknown, blocklength: unknown, stride: unknown): void {
  checkCount(call, count);
  checkInteger(call, "blocklength", blocklength, 0);
  checkInteger(call, "stride", stride);
}

function checkPlaces(call: string, blocklengths: unknown, displacements: unknown) {
  const params = {
    blocklengths: checkIntegers(call, "blocklengths", blocklengths, 0),
    displacements: checkIntegers(call, "displacements", displacements),
  };
  checkLengths(call, params);
  return params;
}

function checkPlacesOf(call: string, blocklength: number, displacements: unknown) {
  checkInteger(call, "blocklength", blocklength, 0);
  return { blocklength, displacements: checkIntegers(call, "displacements", displacements) };
}

/** Throws when bytes can no longer be counted exactly. */
function checkSize(call: string, map: TypeTree): TypeTree {
  const numbers = [map.size, map.lb, map.ub, map.extent, map.trueLb, map.trueUb];
  if (numbers.every(Number.isSafeInteger)) return map;
  throw new Exception("ERR_VALUE_TOO_LARGE", `Cannot call ${call}: the type has more bytes than 2^53`);
}
