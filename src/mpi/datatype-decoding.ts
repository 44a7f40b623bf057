// mpi/datatype-decoding: layer 9. What a datatype was made with. Datatype extends it, by way of datatype-packing.ts.
import { Exception } from "../base/errors.ts";
import * as constants from "../base/type-constants.ts";
import type { Datatype } from "./datatype.ts";
import { DatatypeHandle, type Definition, type Part } from "./datatype-handle.ts";

/** How many integers, addresses, large counts and datatypes getContents gives, and MPI.COMBINER_…. */
export type Envelope = [integers: number, addresses: number, counts: number, datatypes: number, combiner: number];
/** What a constructor was called with, sorted by kind; there are no large counts, as all integers are large here. */
export type Contents = [integers: number[], addresses: number[], counts: number[], datatypes: Datatype[]];

/** VECTOR and its like. */
function nameOf(combiner: number): string {
  const names = Object.entries(constants).filter(([name]) => name.startsWith("COMBINER_"));
  return names.find(([, value]) => value === combiner)![0].slice("COMBINER_".length);
}

const { COMBINER_NAMED, COMBINER_F90_INTEGER, COMBINER_F90_REAL, COMBINER_F90_COMPLEX, COMBINER_VALUE_INDEX } =
  constants;
const given: readonly number[] = [
  COMBINER_NAMED,
  COMBINER_F90_INTEGER,
  COMBINER_F90_REAL,
  COMBINER_F90_COMPLEX,
  COMBINER_VALUE_INDEX,
];
/** Made from several types, or from none: calls of the class, not of a type. */
const ofNoType: readonly number[] = [...given.slice(1), constants.COMBINER_STRUCT];

/** Arguments that are arrays; all arrays of one call have one length. */
const counted = ["blocklengths", "displacements", "sizes", "gsizes"];

export abstract class DatatypeDecoding extends DatatypeHandle {
  /** How the type was made: MPI.COMBINER_NAMED, MPI.COMBINER_VECTOR, …. @see MPI-4.1 §5.1.13 */
  get combiner(): number {
    return this.use("combiner").combiner;
  }
  /** True for the types that have a name: INT, DOUBLE, …. @see MPI-4.1 §5.1.13 */
  get isNamed(): boolean {
    return this.use("isNamed").combiner === COMBINER_NAMED;
  }
  /** True for named types and for those that createF90Real and its like, and getValueIndex give. @see MPI-4.1 §5.1.13 */
  get isPredefined(): boolean {
    return given.includes(this.use("isPredefined").combiner);
  }

  /**
   * How the type was made, and how much getContents gives.
   *
   * @returns `[integers, addresses, counts, datatypes, combiner]`.
   * @example
   * ```ts
   * const [integers, , , datatypes, combiner] = MPI.INT.createVector(2, 3, 4).getEnvelope();
   * console.log(integers, datatypes, combiner === MPI.COMBINER_VECTOR); // 3 1 true
   * ```
   * @see MPI-4.1 §5.1.13
   */
  getEnvelope(): Envelope {
    const { combiner, of } = this.use("getEnvelope");
    const { integers, addresses } = numbersOf(this.use("getEnvelope"));
    return [integers.length, addresses.length, 0, of.length, combiner];
  }
  /** As getEnvelope. @see MPI-4.1 §5.1.13 */
  get envelope(): Envelope {
    return this.getEnvelope();
  }

  /**
   * What the type was made with: the arguments of its constructor.
   *
   * @returns `[integers, addresses, counts, datatypes]`, in the standard's order; derived datatypes are new handles.
   * @throws {MPI.Exception} ERR_TYPE for a type with a name, which was made of nothing.
   * @example
   * ```ts
   * const [integers] = MPI.INT.createVector(2, 3, 4).getContents();
   * console.log(integers); // [ 2, 3, 4 ]
   * ```
   * @see MPI-4.1 §5.1.13
   */
  getContents(): Contents {
    const definition = this.use("getContents");
    const { of, combiner } = definition;
    if (combiner === COMBINER_NAMED) {
      throw new Exception("ERR_TYPE", `Cannot call getContents on ${this}: it is predefined, expected a derived type`);
    }
    const { integers, addresses } = numbersOf(definition);
    return [integers, addresses, [], of.map((part) => this.#typeOf(part))];
  }
  /** As getContents. @see MPI-4.1 §5.1.13 */
  get contents(): Contents {
    return this.getContents();
  }

  /**
   * The type taken apart: the base's constructor makes it again from the parameters.
   *
   * @returns `[base, combiner, params]`: the type that it is made of, or the class Datatype where that is none or
   * several; the combiner's name without `COMBINER_`; the constructor's arguments by name, in its order. For a type with a
   * name: itself, `"NAMED"` and nothing.
   * @example
   * ```ts
   * const [base, combiner, params] = MPI.INT.createVector(2, 3, 4).decode();
   * console.log(base === MPI.INT, combiner, params.stride); // true VECTOR 4
   * ```
   * @see MPI-4.1 §5.1.13
   */
  decode(): [base: Datatype | typeof Datatype, combiner: string, params: Record<string, any>] {
    const { combiner, of, params } = this.use("decode");
    const name = nameOf(combiner);
    const self = this as unknown as Datatype;
    if (combiner === COMBINER_NAMED) return [self, name, {}];
    const types = of.map((part) => this.#typeOf(part));
    if (!ofNoType.includes(combiner)) return [types[0]!, name, copyOf(params)];
    const all = copyOf(params);
    if (combiner === constants.COMBINER_STRUCT) all.datatypes = types;
    if (combiner === COMBINER_VALUE_INDEX) [all.value, all.index] = types;
    return [self.constructor as typeof Datatype, name, all];
  }

  #typeOf({ definition, named }: Part): Datatype {
    if (named) return named;
    return this.handle(definition).commit();
  }
}

function copyOf(params: Definition["params"]): Record<string, unknown> {
  const copies = Object.entries(params).map(([name, value]) => [name, typeof value === "number" ? value : [...value]]);
  return Object.fromEntries(copies);
}

/** Byte displacements, strides and bounds are addresses; all else are integers, arrays after their length. */
function numbersOf({ combiner, params }: Definition): { integers: number[]; addresses: number[] } {
  const inBytes: readonly number[] = [
    constants.COMBINER_HVECTOR,
    constants.COMBINER_HINDEXED,
    constants.COMBINER_HINDEXED_BLOCK,
  ];
  const bytes = [...inBytes, constants.COMBINER_STRUCT].includes(combiner);
  const isAddress = (name: string) =>
    name === "lb" || name === "extent" || (bytes && (name === "stride" || name === "displacements"));
  const entries = Object.entries(params);
  const flat = (wanted: typeof entries) => wanted.flatMap(([, value]) => value);
  const addresses = flat(entries.filter(([name]) => isAddress(name)));
  const integers = entries.filter(([name]) => !isAddress(name));
  const array = entries.find(([name]) => counted.includes(name));
  // An array's length comes first; in darray, after the size and the rank.
  const place = combiner === constants.COMBINER_DARRAY ? 2 : 0;
  if (array) integers.splice(place, 0, ["count", (array[1] as readonly number[]).length]);
  return { integers: flat(integers), addresses };
}
