// mpi/mpi: layer 9. The public names, by chapter of the standard; no code. index.ts gives them out one by one and as MPI.

// Environment
export {
  ANY_SOURCE,
  ANY_TAG,
  APPNUM,
  BSEND_OVERHEAD,
  BUFFER_AUTOMATIC,
  COMM_TYPE_HW_GUIDED,
  COMM_TYPE_HW_UNGUIDED,
  COMM_TYPE_RESOURCE_GUIDED,
  COMM_TYPE_SHARED,
  CONGRUENT,
  IDENT,
  IN_PLACE,
  IO,
  KEYVAL_INVALID,
  LASTUSEDCODE,
  MAX_INFO_KEY,
  MAX_INFO_VAL,
  PROC_NULL,
  ROOT,
  SIMILAR,
  SUBVERSION,
  TAG_UB,
  THREAD_FUNNELED,
  THREAD_MULTIPLE,
  THREAD_SERIALIZED,
  THREAD_SINGLE,
  UNDEFINED,
  UNEQUAL,
  UNIVERSE_SIZE,
  VERSION,
  WTIME_IS_GLOBAL,
} from "../base/constants.ts";
export {
  ERR_ABI,
  ERR_ACCESS,
  ERR_AMODE,
  ERR_ARG,
  ERR_ASSERT,
  ERR_BAD_FILE,
  ERR_BASE,
  ERR_BUFFER,
  ERR_COMM,
  ERR_CONVERSION,
  ERR_COUNT,
  ERR_DIMS,
  ERR_DISP,
  ERR_DUP_DATAREP,
  ERR_ERRHANDLER,
  ERR_FILE,
  ERR_FILE_EXISTS,
  ERR_FILE_IN_USE,
  ERR_GROUP,
  ERR_IN_STATUS,
  ERR_INFO,
  ERR_INFO_KEY,
  ERR_INFO_NOKEY,
  ERR_INFO_VALUE,
  ERR_INTERN,
  ERR_IO,
  ERR_KEYVAL,
  ERR_LASTCODE,
  ERR_LOCKTYPE,
  ERR_NAME,
  ERR_NO_MEM,
  ERR_NO_SPACE,
  ERR_NO_SUCH_FILE,
  ERR_NOT_SAME,
  ERR_OP,
  ERR_OTHER,
  ERR_PENDING,
  ERR_PORT,
  ERR_PROC_ABORTED,
  ERR_PROC_FAILED,
  ERR_PROC_FAILED_PENDING,
  ERR_QUOTA,
  ERR_RANK,
  ERR_READ_ONLY,
  ERR_REQUEST,
  ERR_REVOKED,
  ERR_RMA_ATTACH,
  ERR_RMA_CONFLICT,
  ERR_RMA_FLAVOR,
  ERR_RMA_RANGE,
  ERR_RMA_SHARED,
  ERR_RMA_SYNC,
  ERR_ROOT,
  ERR_SERVICE,
  ERR_SESSION,
  ERR_SIZE,
  ERR_SPAWN,
  ERR_TAG,
  ERR_TOPOLOGY,
  ERR_TRUNCATE,
  ERR_TYPE,
  ERR_UNKNOWN,
  ERR_UNSUPPORTED_DATAREP,
  ERR_UNSUPPORTED_OPERATION,
  ERR_VALUE_TOO_LARGE,
  ERR_WIN,
  SUCCESS,
} from "../base/error-codes.ts";
export { Exception } from "../base/errors.ts";
export type { BufferLike } from "../data/buffer.ts";
export type { TypedArray } from "../data/element.ts";
// Reductions
export {
  BAND,
  BOR,
  BXOR,
  LAND,
  LOR,
  LXOR,
  MAX,
  MAXLOC,
  MIN,
  MINLOC,
  NO_OP,
  OP_NULL,
  Op,
  PROD,
  REPLACE,
  type ReduceFunction,
  SUM,
} from "../data/op.ts";
export { registerClass } from "../wire/value.ts";
export type { KeyvalOptions } from "./attributes.ts";
// Point-to-point
export { attachBuffer, detachBuffer, flushBuffer, iflushBuffer, type SendBuffer } from "./buffered.ts";
// Collectives
export type { RootOptions } from "./collective.ts";
export type { InPlace, PerRank } from "./collective-arguments.ts";
export type { AlltoallvOptions, CountsOptions } from "./collective-v.ts";
// Communicators
export { Comm } from "./comm.ts";
export {
  COMM_SELF,
  COMM_WORLD,
  finalize,
  getErrorClass,
  getErrorString,
  getLibraryVersion,
  getProcessorName,
  getVersion,
  init,
  initThread,
  isFinalized,
  isInitialized,
  isThreadMain,
  pcontrol,
  queryThread,
  wtick,
  wtime,
} from "./environment.ts";
export type { SendrecvOptions } from "./exchange.ts";
export { Grequest } from "./grequest.ts";
// Groups and hints
export { GROUP_EMPTY, GROUP_NULL, Group, type RankRange } from "./group.ts";
export { INFO_ENV, INFO_NULL, Info, type InfoItems } from "./info.ts";
export { Intercomm } from "./intercomm.ts";
export { COMM_NULL, Intracomm } from "./intracomm.ts";
export { Message } from "./message.ts";
export type { PartitionedRecvOptions, PartitionedSendOptions } from "./partitioned.ts";
export type { Abortable, Into, RecvOptions, SendOptions } from "./point-to-point.ts";
export { Prequest } from "./prequest.ts";
export type { OpOptions } from "./reduction.ts";
export { REQUEST_NULL, Request } from "./request.ts";
export { Status } from "./status.ts";
