// The life of datatypes: names, dup, attributes, free, and what wrong arguments are told.
import { test } from "uvu";
import * as MPI from "../../src/mpi/mpi.ts";
import { equal, is, refuses, throws } from "../support/assert.ts";

const { Datatype, INT, DOUBLE, DATATYPE_NULL } = MPI;

test("a type has the name that it is given; predefined ones have theirs", () => {
  const type = INT.createContiguous(2);
  is(type.name, "");
  type.name = "pair";
  is(type.getName(), "pair");
  is(`${type}`, "pair");
  is(MPI.LONG_LONG.name, "MPI_LONG_LONG_INT");
  throws(() => type.setName(7 as never), /name is 7, expected a string/);
});

test("dup() is committed where its type is, and copies attributes as their keyvals say", () => {
  const gone: unknown[] = [];
  const kept = Datatype.createKeyval({ copy: true, delete: (type, _, value) => gone.push([type.size, value]) });
  const counted = Datatype.createKeyval({ copy: (_type, _keyval, count) => count + 1 });
  const own = Datatype.createKeyval();
  const type = INT.createContiguous(2);
  type.setAttr(kept, "kept");
  type.setAttr(counted, 1);
  type.setAttr(own, "own");
  refuses(() => type.dup().packSize(1), "it is not committed");
  type.commit();
  const copy = type.dup();
  is(copy.packSize(1), 8);
  equal(
    [kept, counted, own].map((keyval) => copy.getAttr(keyval)),
    ["kept", 2, undefined],
  );
  copy.free();
  equal(gone, [[8, "kept"]]);
  is(type.getAttr(kept), "kept");
  type.deleteAttr(kept);
  is(gone.length, 2);
  is(Datatype.freeKeyval(own), MPI.KEYVAL_INVALID);
  refuses(() => type.setAttr(own, 1), "expected one of MPI.Datatype.createKeyval");
  refuses(() => type.setAttr(MPI.Comm.createKeyval(), 1), "(ERR_KEYVAL)");
  refuses(() => MPI.Comm.freeKeyval(kept), "(ERR_KEYVAL)");
  throws(() => Datatype.createKeyval({ destroy() {} } as never), /option destroy is unknown/);
});

test("predefined types take attributes too", () => {
  const keyval = Datatype.createKeyval();
  INT.setAttr(keyval, 1);
  is(INT.getAttr(keyval), 1);
  INT.deleteAttr(keyval);
  is(INT.getAttr(keyval), undefined);
});

test("a delete callback that throws keeps the type; types made of a freed one stay", () => {
  let stubborn = true;
  const keyval = Datatype.createKeyval({
    delete() {
      if (stubborn) throw new Error("not yet");
    },
  });
  const type = INT.createVector(2, 1, 2).commit();
  const outer = type.createContiguous(2).commit();
  type.setAttr(keyval, 1);
  throws(() => type.free(), /not yet/);
  is(type.size, 8);
  stubborn = false;
  type.free();
  const packed = new Int32Array(4);
  outer.pack(Int32Array.of(1, 2, 3, 4, 5, 6), packed);
  equal([...packed], [1, 3, 4, 6]);
});

test("every call on a freed type and on DATATYPE_NULL is ERR_TYPE", () => {
  const type = INT.createContiguous(2).commit();
  type.free();
  const [buffer, keyval] = [new Int32Array(2), Datatype.createKeyval()];
  const calls: ((type: MPI.Datatype) => unknown)[] = [
    ...(["size", "extent", "lb", "ub", "trueExtent", "trueLb", "trueUb", "envelope", "contents"] as const).map(
      (name) => (type: MPI.Datatype) => type[name],
    ),
    ...(["combiner", "isNamed", "isPredefined"] as const).map((name) => (type: MPI.Datatype) => type[name]),
    (type) => type.getSize(),
    (type) => type.getExtent(),
    (type) => type.getTrueExtent(),
    (type) => type.getEnvelope(),
    (type) => type.getContents(),
    (type) => type.decode(),
    (type) => type.dup(),
    (type) => type.commit(),
    (type) => type.free(),
    (type) => type.setName("x"),
    (type) => type.setAttr(keyval, 1),
    (type) => type.getAttr(keyval),
    (type) => type.deleteAttr(keyval),
    (type) => type.createContiguous(1),
    (type) => type.createVector(1, 1, 1),
    (type) => type.createHvector(1, 1, 1),
    (type) => type.createIndexed([1], [0]),
    (type) => type.createHindexed([1], [0]),
    (type) => type.createIndexedBlock(1, [0]),
    (type) => type.createHindexedBlock(1, [0]),
    (type) => Datatype.createStruct([1], [0], [type]),
    (type) => type.createSubarray([1], [1], [0]),
    (type) => type.createDarray(1, 0, [1], [MPI.DISTRIBUTE_NONE], [1], [1]),
    (type) => type.createResized(0, 1),
    (type) => Datatype.getValueIndex(type, INT),
    (type) => type.pack(buffer, buffer),
    (type) => type.unpack(buffer, 0, buffer),
    (type) => type.packSize(1),
    (type) => type.packExternal("external32", buffer, buffer, 0),
    (type) => type.unpackExternal("external32", buffer, 0, buffer),
    (type) => type.packExternalSize("external32", 1),
    (type) => new MPI.Status().getCount(type),
    (type) => new MPI.Status().getElements(type),
    (type) => new MPI.Status().setElements(type, 1),
  ];
  for (const call of calls) {
    refuses(() => call(type), "it has been freed (ERR_TYPE)");
    refuses(() => call(DATATYPE_NULL), "MPI.DATATYPE_NULL: it is no datatype (ERR_TYPE)");
  }
  refuses(() => INT.free(), "Cannot free MPI_INT: it is predefined (ERR_TYPE)");
  refuses(() => Datatype.createF90Integer(9).free(), "(ERR_TYPE)");
});

test("a type that is not committed moves no data", () => {
  const type = INT.createContiguous(2);
  const buffer = new Int32Array(2);
  for (const call of [
    () => type.pack(buffer, buffer),
    () => type.unpack(buffer, 0, buffer),
    () => type.packExternal("external32", buffer, buffer, 0),
    () => type.unpackExternal("external32", buffer, 0, buffer),
  ]) {
    refuses(call, "with a derived datatype: it is not committed, expected type.commit() (ERR_TYPE)");
  }
});

test("counts, lengths, places and orders are checked, and the message names them", () => {
  const none = MPI.DISTRIBUTE_NONE;
  const block = MPI.DISTRIBUTE_BLOCK;
  const refused: [call: () => unknown, text: string][] = [
    [
      () => INT.createContiguous(-1),
      "createContiguous with count -1: expected a whole number of at least 0 (ERR_COUNT)",
    ],
    [() => INT.createContiguous(1.5), "count 1.5: expected a whole number of at least 0 (ERR_COUNT)"],
    [() => INT.createVector(-1, 1, 1), "(ERR_COUNT)"],
    [
      () => INT.createVector(1, -1, 1),
      "createVector with blocklength -1: expected a whole number of at least 0 (ERR_ARG)",
    ],
    [() => INT.createHvector(1, 1, 0.5), "createHvector with stride 0.5: expected a whole number (ERR_ARG)"],
    [() => INT.createIndexed([1, -2], [0, 1]), "createIndexed with blocklengths[1] -2: expected"],
    [() => INT.createIndexed([1], [0, 1]), "displacements has 2 numbers, blocklengths 1, expected the same of both"],
    [() => INT.createIndexedBlock(-1, [0]), "blocklength -1"],
    [() => Datatype.createStruct([1], [0], []), "datatypes has 0 numbers, blocklengths 1"],
    [
      () => INT.createSubarray([4], [5], [0]),
      "createSubarray with subsizes[0] 5: expected at most sizes[0], 4 (ERR_ARG)",
    ],
    [() => INT.createSubarray([4], [2], [3]), "starts[0] 3: expected at most 2, as sizes[0] is 4 (ERR_ARG)"],
    [() => INT.createSubarray([4], [0], [0]), "subsizes[0] 0: expected a whole number of at least 1 (ERR_ARG)"],
    [() => INT.createSubarray([], [], []), "expected at least one dimension (ERR_ARG)"],
    [() => INT.createSubarray([4], [2, 2], [0]), "subsizes has 2 numbers, sizes 1"],
    [
      () => INT.createSubarray([4], [2], [0], 3),
      "createSubarray with order 3: expected MPI.ORDER_C or MPI.ORDER_FORTRAN",
    ],
    [() => INT.createDarray(2, 2, [4], [block], [2], [2]), "rank 2: expected less than size, 2 (ERR_RANK)"],
    [() => INT.createDarray(2, 0, [4], [block], [2], [3]), "a grid of 3 processes, size is 2"],
    [() => INT.createDarray(2, 0, [4], [block], [1], [2]), "dargs[0] 1: expected at least 2, so that all elements"],
    [() => INT.createDarray(2, 0, [4], [block], [0], [2]), "dargs[0] 0: expected 1 or more"],
    [
      () => INT.createDarray(2, 0, [4], [none], [1], [2]),
      "psizes[0] 2: expected 1, as the dimension is not distributed",
    ],
    [() => INT.createDarray(2, 0, [4], [7], [1], [2]), "distribs[0] 7: expected MPI.DISTRIBUTE_NONE"],
    [() => DOUBLE.createContiguous(2 ** 51), "the type has more bytes than 2^53 (ERR_VALUE_TOO_LARGE)"],
    [() => INT.packSize(-1), "packSize with count -1"],
    [() => INT.pack(new Int32Array(1), new Int32Array(1), -1), "pack with position -1"],
    [() => INT.unpack(new Int32Array(1), 1, new Int32Array(1)), "inbuf has 4 bytes, expected 4 from position 1 on"],
    [() => INT.packExternal("native", new Int32Array(1), new Int32Array(1)), 'datarep "native": expected "external32"'],
    [() => Datatype.matchSize(5, 4), "matchSize with typeclass 5: expected MPI.TYPECLASS_INTEGER"],
    [() => Datatype.matchSize(MPI.TYPECLASS_REAL, 3), "size 3: there is no REAL of so many bytes (ERR_ARG)"],
    [() => Datatype.createF90Integer(39), "no integer has so many digits"],
    [() => Datatype.createF90Real(MPI.UNDEFINED, MPI.UNDEFINED), "p and r are both MPI.UNDEFINED"],
    [() => Datatype.createF90Complex(40, 1), "no number has so many digits or exponents"],
  ];
  for (const [call, text] of refused) refuses(call, text);
  throws(() => INT.createContiguous("3" as never), /count is "3", expected a whole number/);
  throws(() => INT.createIndexed(3 as never, [1]), /blocklengths are 3, expected an array of whole numbers/);
  throws(() => Datatype.createStruct([1], [0], INT as never), /datatypes are Datatype, expected an array/);
  throws(() => Datatype.createStruct([1], [0], [Int32Array as never]), /datatypes\[0\] is function Int32Array/);
  throws(() => INT.pack([1] as never, new Int32Array(1)), /inbuf is an array of 1, expected a typed array/);
  throws(() => Datatype.getValueIndex(INT, Int32Array as never), /index is function Int32Array/);
});

test("matchSize(), createF90… and getValueIndex() give predefined types, the same one for the same question", () => {
  const { matchSize, createF90Integer, createF90Real, createF90Complex, getValueIndex } = Datatype;
  is(matchSize(MPI.TYPECLASS_INTEGER, 4), MPI.INTEGER4);
  is(matchSize(MPI.TYPECLASS_REAL, 8), MPI.REAL8);
  is(matchSize(MPI.TYPECLASS_COMPLEX, 16), MPI.COMPLEX16);
  is(matchSize(MPI.TYPECLASS_LOGICAL, 1), MPI.LOGICAL1);
  equal(
    [2, 3, 9, 10, 18, 19].map((r) => createF90Integer(r).size),
    [1, 2, 4, 8, 8, 16],
  );
  equal(
    [6, 7, 15, 16].map((p) => createF90Real(p, MPI.UNDEFINED).size),
    [4, 8, 8, 16],
  );
  equal(
    [37, 38, 308].map((r) => createF90Real(MPI.UNDEFINED, r).size),
    [4, 8, 16],
  );
  equal(
    [6, 15].map((p) => createF90Complex(p, 30).size),
    [8, 16],
  );
  is(createF90Real(6, 30), createF90Real(6, 30));
  is(createF90Real(6, 30).packSize(2), 8);
  is(getValueIndex(MPI.FLOAT, INT), MPI.FLOAT_INT);
  is(getValueIndex(INT, INT), MPI.TWOINT);
  is(getValueIndex(MPI.LONG, INT), MPI.LONG_INT);
  const unnamed = getValueIndex(MPI.UINT16_T, MPI.INT64_T);
  equal([unnamed.size, unnamed.extent, unnamed.name], [10, 16, ""]);
  is(getValueIndex(MPI.UINT16_T, MPI.INT64_T), unnamed);
  is(getValueIndex(MPI.C_DOUBLE_COMPLEX, INT), DATATYPE_NULL);
  is(getValueIndex(INT, DOUBLE), DATATYPE_NULL);
  is(getValueIndex(INT.createContiguous(2), INT), DATATYPE_NULL);
});

test.run();
