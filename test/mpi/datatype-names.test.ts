// The predefined datatypes by their names: sizes in bytes, which are those of C on 64-bit Linux.
import { test } from "uvu";
import * as MPI from "../../src/mpi/mpi.ts";
import { equal, is, ok } from "../support/assert.ts";

const sizes: Record<number, string> = {
  1: "BYTE PACKED CHAR SIGNED_CHAR UNSIGNED_CHAR C_BOOL BOOL INT8_T UINT8_T SINT8_T",
  2: "SHORT SIGNED_SHORT UNSIGNED_SHORT INT16_T UINT16_T SINT16_T FLOAT16_T BFLOAT16_T",
  4: "WCHAR INT SIGNED_INT UNSIGNED UNSIGNED_INT INT32_T UINT32_T SINT32_T FLOAT FLOAT32_T",
  6: "SHORT_INT",
  8: "AINT OFFSET COUNT LONG SIGNED_LONG UNSIGNED_LONG LONG_LONG SIGNED_LONG_LONG UNSIGNED_LONG_LONG INT64_T UINT64_T SINT64_T DOUBLE FLOAT64_T C_COMPLEX C_FLOAT_COMPLEX COMPLEX INT_INT FLOAT_INT",
  12: "LONG_INT DOUBLE_INT",
  16: "LONG_DOUBLE C_DOUBLE_COMPLEX DOUBLE_COMPLEX",
  20: "LONG_DOUBLE_INT",
  32: "C_LONG_DOUBLE_COMPLEX",
};

test("every predefined datatype of mpi4py's has the size that C gives it, and can be used as it is", () => {
  const all = Object.entries(sizes).flatMap(([size, names]) =>
    names.split(" ").map((name) => [name, Number(size)] as const),
  );
  for (const [name, size] of all) {
    const type = (MPI as unknown as Record<string, unknown>)[name];
    ok(type instanceof MPI.Datatype, name);
    is(type.getSize(), size, name);
    ok(type.getExtent()[1] >= size, name);
  }
});

test("names for the same C type are the same datatype", () => {
  const same = [
    [MPI.BOOL, MPI.C_BOOL],
    [MPI.UNSIGNED_INT, MPI.UNSIGNED],
    [MPI.SIGNED_INT, MPI.INT],
    [MPI.SIGNED_LONG, MPI.LONG],
    [MPI.SINT64_T, MPI.INT64_T],
  ] as const;
  equal(
    same.map(([one, other]) => one.getName() === other.getName()),
    same.map(() => true),
  );
});

test.run();
