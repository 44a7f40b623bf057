// Envelopes and contents: what getEnvelope(), getContents() and decode() tell makes the type again.
import { test } from "uvu";
import * as MPI from "../../src/mpi/mpi.ts";
import { equal, is, not, ok, refuses } from "../support/assert.ts";

const { Datatype, INT, DOUBLE, CHAR } = MPI;
const { DISTRIBUTE_BLOCK, DISTRIBUTE_CYCLIC, DISTRIBUTE_NONE, DISTRIBUTE_DFLT_DARG, ORDER_C, ORDER_FORTRAN } = MPI;

type Contents = [integers: number[], addresses: number[], datatypes: MPI.Datatype[]];
const vector = INT.createVector(2, 1, 3);
const distribs = [DISTRIBUTE_BLOCK, DISTRIBUTE_CYCLIC, DISTRIBUTE_NONE];
const dargs = [DISTRIBUTE_DFLT_DARG, 2, DISTRIBUTE_DFLT_DARG];

const made: [name: string, type: MPI.Datatype, contents: Contents][] = [
  ["DUP", INT.dup(), [[], [], [INT]]],
  ["CONTIGUOUS", INT.createContiguous(3), [[3], [], [INT]]],
  ["VECTOR", INT.createVector(2, 3, -4), [[2, 3, -4], [], [INT]]],
  ["HVECTOR", INT.createHvector(2, 3, 40), [[2, 3], [40], [INT]]],
  ["INDEXED", INT.createIndexed([1, 2], [5, 3]), [[2, 1, 2, 5, 3], [], [INT]]],
  ["HINDEXED", INT.createHindexed([1, 2], [50, 30]), [[2, 1, 2], [50, 30], [INT]]],
  ["INDEXED_BLOCK", INT.createIndexedBlock(2, [5, 3, 0]), [[3, 2, 5, 3, 0], [], [INT]]],
  ["HINDEXED_BLOCK", INT.createHindexedBlock(2, [50, 30]), [[2, 2], [50, 30], [INT]]],
  [
    "STRUCT",
    Datatype.createStruct([1, 2], [0, 8], [DOUBLE, CHAR]),
    [
      [2, 1, 2],
      [0, 8],
      [DOUBLE, CHAR],
    ],
  ],
  ["SUBARRAY", INT.createSubarray([5, 6], [2, 3], [1, 2]), [[2, 5, 6, 2, 3, 1, 2, ORDER_C], [], [INT]]],
  [
    "DARRAY",
    INT.createDarray(4, 3, [8, 9, 2], distribs, dargs, [2, 2, 1], ORDER_FORTRAN),
    [[4, 3, 3, 8, 9, 2, ...distribs, ...dargs, 2, 2, 1, ORDER_FORTRAN], [], [INT]],
  ],
  ["RESIZED", INT.createResized(-8, 24), [[], [-8, 24], [INT]]],
  ["F90_INTEGER", Datatype.createF90Integer(9), [[9], [], []]],
  ["F90_REAL", Datatype.createF90Real(15, MPI.UNDEFINED), [[15, MPI.UNDEFINED], [], []]],
  ["F90_COMPLEX", Datatype.createF90Complex(6, 30), [[6, 30], [], []]],
  ["VALUE_INDEX", Datatype.getValueIndex(DOUBLE, MPI.LONG), [[], [], [DOUBLE, MPI.LONG]]],
];

/** `createVector` for VECTOR, `createF90Real` for F90_REAL, `getValueIndex` for VALUE_INDEX. */
function methodOf(combiner: string): string {
  const camel = combiner.toLowerCase().replace(/(^|_)([a-z])/g, (_, _line, letter) => letter.toUpperCase());
  if (combiner === "DUP") return "dup";
  return combiner === "VALUE_INDEX"
    ? "getValueIndex"
    : `create${camel.replace(/^F90(\w)/, (_, letter) => `F90${letter}`)}`;
}

const shape = (type: MPI.Datatype) => [type.size, ...type.getExtent(), ...type.getTrueExtent(), type.combiner];

test("getEnvelope() and getContents() give the arguments of every constructor, in the standard's order", () => {
  for (const [name, type, [integers, addresses, datatypes]] of made) {
    const combiner = (MPI as unknown as Record<string, number>)[`COMBINER_${name}`]!;
    equal(type.getEnvelope(), [integers.length, addresses.length, 0, datatypes.length, combiner], name);
    equal(type.envelope, type.getEnvelope());
    const contents = type.getContents();
    equal(contents.slice(0, 3), [integers, addresses, []], name);
    equal(
      contents[3].map((part) => part.name),
      datatypes.map((part) => part.name),
      name,
    );
    is(type.isNamed, false);
    is(type.isPredefined, name.startsWith("F90") || name === "VALUE_INDEX", name);
  }
});

test("decode() gives what makes the type again", () => {
  for (const [name, type] of made) {
    const [base, combiner, params] = type.decode();
    is(combiner, name);
    const make = (base as unknown as Record<string, (...all: unknown[]) => MPI.Datatype>)[methodOf(combiner)]!;
    const again = make.apply(base, Object.values(params));
    equal(shape(again), shape(type), name);
    equal(again.getContents().slice(0, 3), type.getContents().slice(0, 3), name);
  }
  equal(vector.decode().slice(1), ["VECTOR", { count: 2, blocklength: 1, stride: 3 }]);
});

test("predefined types are named and made of nothing", () => {
  equal(INT.getEnvelope(), [0, 0, 0, 0, MPI.COMBINER_NAMED]);
  ok(INT.isNamed && INT.isPredefined);
  refuses(() => INT.getContents(), "Cannot call getContents on MPI_INT: it is predefined");
  equal(INT.decode(), [INT, "NAMED", {}]);
});

test("contents have handles of their own, which outlive the types that were used", () => {
  const inner = INT.createVector(2, 1, 3);
  const outer = inner.createContiguous(2);
  inner.free();
  const part = outer.contents[3][0]!;
  not(part === outer.contents[3][0]);
  equal(part.getContents()[0], [2, 1, 3]);
  part.free();
  equal(outer.getContents()[3][0]!.getContents()[0], [2, 1, 3]);
  is(outer.size, 16);
});

test("arrays that were passed may be changed afterwards, as may those that come back", () => {
  const lengths = [1, 2];
  const type = INT.createIndexed(lengths, Int32Array.of(0, 5));
  lengths[0] = 9;
  type.getContents()[0][1] = 9;
  (type.decode()[2].blocklengths as number[])[0] = 9;
  equal(type.getContents()[0], [2, 1, 2, 0, 5]);
});

test.run();
