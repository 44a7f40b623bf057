// The numbers of the constants: those of MPI's standard binary interface (MPI-5.0 appendix A), so that a number in a log
// means the same here as elsewhere.
import { test } from "uvu";
import { MPI } from "../../src/index.ts";
import { equal, ok } from "../support/assert.ts";

/** A name on each line or a run of names that are numbered through. */
const runs: [first: number, names: string][] = [
  [0, "SUCCESS ERR_BUFFER ERR_COUNT ERR_TYPE ERR_TAG ERR_COMM ERR_RANK ERR_REQUEST ERR_ROOT ERR_GROUP ERR_OP"],
  [11, "ERR_TOPOLOGY ERR_DIMS ERR_ARG ERR_UNKNOWN ERR_TRUNCATE ERR_OTHER ERR_INTERN ERR_PENDING ERR_IN_STATUS"],
  [20, "ERR_ACCESS ERR_AMODE ERR_ASSERT ERR_BAD_FILE ERR_BASE ERR_CONVERSION ERR_DISP ERR_DUP_DATAREP"],
  [28, "ERR_FILE_EXISTS ERR_FILE_IN_USE ERR_FILE ERR_INFO_KEY ERR_INFO_NOKEY ERR_INFO_VALUE ERR_INFO ERR_IO"],
  [36, "ERR_KEYVAL ERR_LOCKTYPE ERR_NAME ERR_NO_MEM ERR_NOT_SAME ERR_NO_SPACE ERR_NO_SUCH_FILE ERR_PORT ERR_QUOTA"],
  [45, "ERR_READ_ONLY ERR_RMA_ATTACH ERR_RMA_CONFLICT ERR_RMA_RANGE ERR_RMA_SHARED ERR_RMA_SYNC ERR_SERVICE ERR_SIZE"],
  [53, "ERR_SPAWN ERR_UNSUPPORTED_DATAREP ERR_UNSUPPORTED_OPERATION ERR_WIN ERR_RMA_FLAVOR ERR_PROC_ABORTED"],
  [59, "ERR_VALUE_TOO_LARGE ERR_SESSION ERR_ERRHANDLER ERR_ABI"],
  // Fault tolerance is not in the standard yet: as Open MPI numbers it.
  [75, "ERR_PROC_FAILED ERR_PROC_FAILED_PENDING ERR_REVOKED"],
  [0x3fff, "ERR_LASTCODE"],
  [-4, "ROOT PROC_NULL ANY_TAG ANY_SOURCE"],
  [-32766, "UNDEFINED"],
  [12, "ORDER_C"],
  [15, "ORDER_FORTRAN"],
  [15, "ORDER_F"],
  [16, "DISTRIBUTE_NONE DISTRIBUTE_BLOCK DISTRIBUTE_CYCLIC"],
  // 19 in the interface's header; but that is a size of blocks too, which a script may mean.
  [-1, "DISTRIBUTE_DFLT_DARG"],
  [101, "COMBINER_NAMED COMBINER_DUP COMBINER_CONTIGUOUS COMBINER_VECTOR COMBINER_HVECTOR COMBINER_INDEXED"],
  [107, "COMBINER_HINDEXED COMBINER_INDEXED_BLOCK COMBINER_HINDEXED_BLOCK COMBINER_STRUCT COMBINER_SUBARRAY"],
  [
    112,
    "COMBINER_DARRAY COMBINER_F90_INTEGER COMBINER_F90_REAL COMBINER_F90_COMPLEX COMBINER_RESIZED COMBINER_VALUE_INDEX",
  ],
  [191, "TYPECLASS_LOGICAL TYPECLASS_INTEGER TYPECLASS_REAL TYPECLASS_COMPLEX"],
  [201, "IDENT CONGRUENT SIMILAR UNEQUAL"],
  [211, "CART GRAPH DIST_GRAPH"],
  [221, "COMM_TYPE_SHARED COMM_TYPE_HW_UNGUIDED COMM_TYPE_HW_GUIDED COMM_TYPE_RESOURCE_GUIDED"],
  [301, "LOCK_EXCLUSIVE LOCK_SHARED"],
  [311, "WIN_FLAVOR_CREATE WIN_FLAVOR_ALLOCATE WIN_FLAVOR_DYNAMIC WIN_FLAVOR_SHARED"],
  [321, "WIN_UNIFIED WIN_SEPARATE"],
  [401, "SEEK_SET SEEK_CUR SEEK_END"],
  [-1, "DISPLACEMENT_CURRENT"],
  [-1, "DISP_CUR"],
  [0, "KEYVAL_INVALID"],
  [501, "TAG_UB IO"],
  [504, "WTIME_IS_GLOBAL UNIVERSE_SIZE APPNUM LASTUSEDCODE"],
  [601, "WIN_BASE WIN_DISP_UNIT WIN_SIZE WIN_CREATE_FLAVOR WIN_MODEL"],
  [604, "WIN_FLAVOR"],
  [256, "MAX_INFO_KEY"],
  [1024, "MAX_INFO_VAL"],
  [512, "BSEND_OVERHEAD"],
  // The version of the standard whose semantics hold, not of the interface.
  [4, "VERSION"],
  [1, "SUBVERSION"],
];

/** Names whose numbers double from one to the next. */
const doubling: [first: number, names: string][] = [
  [1, "MODE_APPEND MODE_CREATE MODE_DELETE_ON_CLOSE MODE_EXCL MODE_RDONLY MODE_RDWR MODE_SEQUENTIAL MODE_UNIQUE_OPEN"],
  [256, "MODE_WRONLY"],
  [1024, "MODE_NOCHECK MODE_NOPRECEDE MODE_NOPUT MODE_NOSTORE MODE_NOSUCCEED"],
  [1024, "THREAD_FUNNELED THREAD_SERIALIZED THREAD_MULTIPLE"],
];

const expected = new Map<string, number>([["THREAD_SINGLE", 0]]);
for (const [first, names] of runs) for (const [i, name] of names.split(" ").entries()) expected.set(name, first + i);
for (const [first, names] of doubling) {
  for (const [i, name] of names.split(" ").entries()) expected.set(name, first * 2 ** i);
}

test("every constant that is a number has that of the standard's binary interface", () => {
  const numbers = Object.entries(MPI).filter(([name, value]) => typeof value === "number" && /^[A-Z]/.test(name));
  ok(numbers.length >= 128, `${numbers.length} constants`);
  equal(
    numbers.filter(([name, value]) => expected.get(name) !== value),
    [],
  );
});

test("levels of thread support, and modes that are combined, can be told apart", () => {
  ok(MPI.THREAD_SINGLE < MPI.THREAD_FUNNELED && MPI.THREAD_FUNNELED < MPI.THREAD_SERIALIZED);
  ok(MPI.THREAD_SERIALIZED < MPI.THREAD_MULTIPLE);
  const modes = Object.entries(MPI).flatMap(([name, value]) => (name.startsWith("MODE_") ? [value as number] : []));
  equal(
    modes.reduce((all, mode) => all | mode, 0),
    modes.reduce((sum, mode) => sum + mode, 0),
  );
});

test.run();
