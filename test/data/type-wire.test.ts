// Datatypes as values: what one rank writes down, another one reads.
import { test } from "uvu";
import { readType, writeType } from "../../src/data/type-wire.ts";
import {
  BYTE,
  C_DOUBLE_COMPLEX,
  type Datatype,
  DOUBLE,
  DOUBLE_INT,
  INT,
  LONG_DOUBLE,
  SHORT,
  Datatype as Types,
} from "../../src/mpi/mpi.ts";
import { decodeValue, encodeValue } from "../../src/wire/value.ts";
import { equal, is } from "../support/assert.ts";

const types: Record<string, Datatype> = {
  DOUBLE,
  DOUBLE_INT,
  LONG_DOUBLE,
  C_DOUBLE_COMPLEX,
  contiguous: INT.createContiguous(3),
  vector: SHORT.createVector(3, 2, 5),
  indexed: DOUBLE.createIndexed([2, 0, 1], [4, 1, 0]),
  resized: INT.createVector(2, 1, 3).createResized(-4, 40),
  struct: Types.createStruct([2, 1, 3], [0, 16, 40], [INT, DOUBLE, BYTE]),
  subarray: INT.createSubarray([4, 5], [2, 3], [1, 1]),
  nested: INT.createSubarray([4, 5], [2, 3], [1, 1]).createVector(2, 1, 2).createResized(0, 400),
  negative: INT.createHvector(3, 1, -12),
};

for (const [name, type] of Object.entries(types)) {
  test(`${name} is read as it was written, also inside other types`, () => {
    for (const given of [type, type.createContiguous(2), Types.createStruct([1, 1], [8, 600], [type, INT])]) {
      const tree = given.commit().committed("test");
      const copy = readType(decodeValue(encodeValue(writeType(tree)).parts.map((part) => part.slice())) as never);
      for (const key of ["size", "lb", "extent", "trueLb", "trueExtent", "element", "elements", "dense"] as const) {
        is(copy[key], tree[key], key);
      }
      is(copy.basic, tree.basic);
      const memory = Uint8Array.from({ length: 4000 }, (_, i) => i % 251);
      const [a, b] = [new Uint8Array(2 * tree.size), new Uint8Array(2 * tree.size)];
      tree.pack(memory, 1000, 2, a, 0);
      copy.pack(memory, 1000, 2, b, 0);
      equal(b, a);
    }
  });
}

test.run();
