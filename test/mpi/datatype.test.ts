// Datatypes: bounds as the standard defines them, a life from commit to free, names and attributes.
import { test } from "uvu";
import * as MPI from "../../src/mpi/mpi.ts";
import { checkType } from "../../src/mpi/type-arguments.ts";
import { equal, is, refuses, throws } from "../support/assert.ts";

const { Datatype, INT, DOUBLE, CHAR, BYTE, DATATYPE_NULL } = MPI;

test("predefined types have the sizes of C on x86-64 Linux", () => {
  const sizes = {
    ...{ BYTE: 1, CHAR: 1, SHORT: 2, INT: 4, LONG: 8, LONG_LONG: 8, WCHAR: 4, FLOAT16_T: 2, FLOAT: 4, DOUBLE: 8 },
    ...{ LONG_DOUBLE: 16, C_BOOL: 1, LOGICAL: 4, C_DOUBLE_COMPLEX: 16, AINT: 8, COUNT: 8, OFFSET: 8, PACKED: 1 },
    ...{ SHORT_INT: 6, TWOINT: 8, LONG_INT: 12, FLOAT_INT: 8, DOUBLE_INT: 12, LONG_DOUBLE_INT: 20 },
  };
  const types = MPI as unknown as Record<string, MPI.Datatype>;
  equal(Object.fromEntries(Object.keys(sizes).map((name) => [name, types[name]!.size])), sizes);
  equal(MPI.SHORT_INT.getExtent(), [0, 8]);
  equal(MPI.DOUBLE_INT.getExtent(), [0, 16]);
  equal(MPI.DOUBLE_INT.getTrueExtent(), [0, 12]);
  equal(MPI.LONG_DOUBLE_INT.getExtent(), [0, 32]);
  is(MPI.INT.getName(), "MPI_INT");
  is(MPI.SIGNED_INT, MPI.INT);
});

test("bounds: negative displacements and strides, gaps, alignment, and what resized says", () => {
  equal(INT.createVector(3, 2, -4).getExtent(), [-32, 40]);
  equal(INT.createHindexed([1, 1], [-8, 12]).getExtent(), [-8, 24]);
  equal(Datatype.createStruct([1, 1], [0, 8], [DOUBLE, CHAR]).getExtent(), [0, 16]);
  equal(Datatype.createStruct([1, 1], [0, 8], [DOUBLE, CHAR]).getTrueExtent(), [0, 9]);
  const resized = INT.createResized(-4, 16);
  equal([...resized.getExtent(), ...resized.getTrueExtent()], [-4, 16, 0, 4]);
  // A type that was given bounds hands them on, and they alone count.
  equal(Datatype.createStruct([1, 1], [0, 100], [resized, DOUBLE]).getExtent(), [-4, 16]);
  equal(resized.createContiguous(3).getExtent(), [-4, 48]);
  equal(INT.createContiguous(0).getExtent(), [0, 0]);
  equal([resized.lb, resized.ub, resized.trueLb, resized.trueUb, resized.trueExtent], [-4, 12, 0, 4, 4]);
});

test("checkType() takes committed types only, and says what is wrong with others", () => {
  const type = INT.createContiguous(2);
  refuses(() => checkType("send", type), "Cannot call send with a derived datatype: it is not committed");
  is(checkType("send", type.commit()).size, 8);
  type.setName("two");
  type.free();
  refuses(() => checkType("send", type), "Cannot call send with two: it has been freed (ERR_TYPE)");
  refuses(() => checkType("send", DATATYPE_NULL), "with MPI.DATATYPE_NULL: it is no datatype (ERR_TYPE)");
  throws(() => checkType("send", Int32Array), /type is function Int32Array, expected an MPI\.Datatype/);
  is(checkType("send", BYTE).dense, true);
});

test("pack() and unpack() take as many items as the buffer holds, from and to a position", () => {
  const matrix = Int32Array.from({ length: 12 }, (_, i) => i);
  const column = INT.createVector(3, 1, 4).createResized(0, 4).commit();
  const packed = new Int32Array(13);
  is(column.pack(matrix, packed, 4), 52);
  equal([...packed], [0, 0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]);
  const again = new Int32Array(12);
  is(column.unpack(packed, 4, again), 52);
  equal(again, matrix);
  refuses(() => column.pack(matrix, packed, 8), "outbuf has 52 bytes, expected 48 from position 8 on (ERR_TRUNCATE)");
});

test.run();
