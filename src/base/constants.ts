// base/constants: layer 0. The integers that the standard gives a name, with the values of MPI's standard ABI.

/** Receives match a message from any rank of the communicator. @see MPI-4.1 §3.2.4 */
export const ANY_SOURCE = -1;
/** Receives match a message with any tag. @see MPI-4.1 §3.2.4 */
export const ANY_TAG = -2;
/** The rank that is nobody: communication with it has no effect and completes at once. @see MPI-4.1 §3.10 */
export const PROC_NULL = -3;
/** Marks the root in its own group of a rooted collective on an intercommunicator. @see MPI-4.1 §6.2.3 */
export const ROOT = -4;
/** "No such value": a color that is in no group, a rank that is not in a group. */
export const UNDEFINED = -32766;
/** The largest tag. Tags are integers from 0 to this number. @see MPI-4.1 §9.1.2 */
export const TAG_UB_VALUE = 2 ** 31 - 1;

/** The version of the standard whose semantics hold here: MPI 4.1. */
export const VERSION = 4;
export const SUBVERSION = 1;

export const THREAD_SINGLE = 0;
export const THREAD_FUNNELED = 1024;
export const THREAD_SERIALIZED = 2048;
export const THREAD_MULTIPLE = 4096;

/** The library's own version, as `tsmpi --version` prints it. */
export const LIBRARY_VERSION = "0.1.0";

/** Give `IN_PLACE` as the data of a collective to take the input from where the result goes. @see MPI-4.1 §6.2.2 */
export const IN_PLACE: unique symbol = Symbol("MPI.IN_PLACE");
