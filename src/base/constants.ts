// base/constants: layer 0. The integers that the standard gives a name, with the values of MPI's standard ABI.

/** Receives match a message from any rank of the communicator. @see MPI-4.1 §3.2.4 */
export const ANY_SOURCE = -1;
/** Receives match a message with any tag. @see MPI-4.1 §3.2.4 */
export const ANY_TAG = -2;
/** The rank that is nobody: communication with it has no effect and completes at once. @see MPI-4.1 §3.10 */
export const PROC_NULL = -3;
/** Marks the root in its own group of a rooted collective on an intercommunicator. @see MPI-4.1 §6.2.3 */
export const ROOT = -4;
/** "No such value": a color that is in no group, a rank that is not in a group. @see MPI-4.1 §3.2.5 */
export const UNDEFINED = -32766;
/** The largest tag. Tags are integers from 0 to this number. @see MPI-4.1 §9.1.2 */
export const TAG_UB_VALUE = 2 ** 31 - 1;

/** The version of the standard whose semantics hold here: MPI 4.1. @see MPI-4.1 §9.1.1 */
export const VERSION = 4;
/** See VERSION. @see MPI-4.1 §9.1.1 */
export const SUBVERSION = 1;

/** The version of the standard's binary interface whose values the constants have: that of MPI-5.0. */
export const ABI_VERSION = 1;
export const ABI_SUBVERSION = 0;

/** Level of thread support: a process has one thread. @see MPI-4.1 §11.6.2 */
export const THREAD_SINGLE = 0;
/** Level of thread support, which is the one here: only the main thread calls MPI. @see MPI-4.1 §11.6.2 */
export const THREAD_FUNNELED = 1024;
/** Level of thread support: any thread calls MPI, one at a time. @see MPI-4.1 §11.6.2 */
export const THREAD_SERIALIZED = 2048;
/** Level of thread support: any thread calls MPI, at any time. @see MPI-4.1 §11.6.2 */
export const THREAD_MULTIPLE = 4096;

/** The library's own version, as `tsmpi --version` prints it. */
export const LIBRARY_VERSION = "0.1.0";

/** Give `IN_PLACE` as the data of a collective to take the input from where the result goes. @see MPI-4.1 §6.2.2 */
export const IN_PLACE: unique symbol = Symbol("MPI.IN_PLACE");

/** What a message costs in the buffer of attachBuffer beside its bytes. @see MPI-4.1 §3.6 */
export const BSEND_OVERHEAD = 512;
/** Give `BUFFER_AUTOMATIC` to attachBuffer for a buffer that is as large as need be. @see MPI-4.1 §3.6 */
export const BUFFER_AUTOMATIC: unique symbol = Symbol("MPI.BUFFER_AUTOMATIC");

/** Groups: the same members with the same ranks. Communicators: the same communicator. @see MPI-4.1 §7.3.1 */
export const IDENT = 201;
/** Communicators with the same members and ranks that are not the same communicator. @see MPI-4.1 §7.4.1 */
export const CONGRUENT = 202;
/** The same members, with other ranks. @see MPI-4.1 §7.3.1 */
export const SIMILAR = 203;
/** Other members. @see MPI-4.1 §7.3.1 */
export const UNEQUAL = 204;

/** comm.topology: a cartesian grid. @see MPI-4.1 §8.5.5 */
export const CART = 211;
/** comm.topology: a graph that every rank knows whole. @see MPI-4.1 §8.5.5 */
export const GRAPH = 212;
/** comm.topology: a graph of which each rank knows the edges at its own node. @see MPI-4.1 §8.5.5 */
export const DIST_GRAPH = 213;

/** Edges of a distributed graph that have no weights. @see MPI-4.1 §8.5.4 */
export const UNWEIGHTED: unique symbol = Symbol("MPI.UNWEIGHTED");
/** The weights of no edges, in a distributed graph whose edges have weights. @see MPI-4.1 §8.5.4 */
export const WEIGHTS_EMPTY: unique symbol = Symbol("MPI.WEIGHTS_EMPTY");

/** splitType: ranks that can share memory, which are those of one host. @see MPI-4.1 §7.4.2 */
export const COMM_TYPE_SHARED = 221;
/** splitType: by the largest part of the hardware that does not hold all ranks, the host. @see MPI-4.1 §7.4.2 */
export const COMM_TYPE_HW_UNGUIDED = 222;
/** splitType: by the part of the hardware that the info key `mpi_hw_resource_type` names. @see MPI-4.1 §7.4.2 */
export const COMM_TYPE_HW_GUIDED = 223;
/** splitType: by the resource that the info key `mpi_hw_resource_type` names. @see MPI-4.1 §7.4.2 */
export const COMM_TYPE_RESOURCE_GUIDED = 224;

/** The key of an attribute that is none. @see MPI-4.1 §7.7 */
export const KEYVAL_INVALID = 0;
/** Attribute: the largest tag. @see MPI-4.1 §9.1.2 */
export const TAG_UB = 501;
/** Attribute: a rank that can read and write files; ANY_SOURCE, since all can. @see MPI-4.1 §9.1.2 */
export const IO = 502;
/** Attribute: 1 when wtime's clock is the same on all ranks; 0. @see MPI-4.1 §9.1.2 */
export const WTIME_IS_GLOBAL = 504;
/** Attribute: how many ranks the job may have. @see MPI-4.1 §11.10.1 */
export const UNIVERSE_SIZE = 505;
/** Attribute: the number of this rank's program in the job. @see MPI-4.1 §11.10.3 */
export const APPNUM = 506;
/** Attribute: the largest error code in use. @see MPI-4.1 §9.5 */
export const LASTUSEDCODE = 507;

/** Longest key of an Info, in characters, plus one. @see MPI-4.1 §10 */
export const MAX_INFO_KEY = 256;
/** Longest value of an Info, in characters, plus one. @see MPI-4.1 §10 */
export const MAX_INFO_VAL = 1024;
