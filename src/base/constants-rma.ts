// base/constants-rma: layer 0. The integers of one-sided communication, with the values of MPI's standard ABI.

/** Attribute of a window: its memory. @see MPI-4.1 §12.2.6 */
export const WIN_BASE = 601;
/** Attribute of a window: the unit of its displacements, in bytes. @see MPI-4.1 §12.2.6 */
export const WIN_DISP_UNIT = 602;
/** Attribute of a window: its length in bytes. @see MPI-4.1 §12.2.6 */
export const WIN_SIZE = 603;
/** Attribute of a window: how it was made, one of WIN_FLAVOR_…. @see MPI-4.1 §12.2.6 */
export const WIN_CREATE_FLAVOR = 604;
/** The same as WIN_CREATE_FLAVOR. @see MPI-4.1 §12.2.6 */
export const WIN_FLAVOR = WIN_CREATE_FLAVOR;
/** Attribute of a window: its memory model, WIN_UNIFIED or WIN_SEPARATE. @see MPI-4.1 §12.2.6 */
export const WIN_MODEL = 605;

/** A window over memory that the script gave. @see MPI-4.1 §12.2.1 */
export const WIN_FLAVOR_CREATE = 311;
/** A window over memory that came with it. @see MPI-4.1 §12.2.2 */
export const WIN_FLAVOR_ALLOCATE = 312;
/** A window that memory is attached to. @see MPI-4.1 §12.2.4 */
export const WIN_FLAVOR_DYNAMIC = 313;
/** A window over memory that ranks of one host share. @see MPI-4.1 §12.2.3 */
export const WIN_FLAVOR_SHARED = 314;

/** Memory model: what a window shows to others is the memory itself. @see MPI-4.1 §12.4 */
export const WIN_UNIFIED = 321;
/** Memory model: what a window shows to others is a copy until it is synchronized. @see MPI-4.1 §12.4 */
export const WIN_SEPARATE = 322;

/** Others may lock the window too. @see MPI-4.1 §12.5.3 */
export const LOCK_SHARED = 302;
/** Nobody else may lock the window meanwhile. @see MPI-4.1 §12.5.3 */
export const LOCK_EXCLUSIVE = 301;

/** Assertion: nobody holds or wants a lock that is in conflict; the matching post has been called. @see MPI-4.1 §12.5.5 */
export const MODE_NOCHECK = 1024;
/** Assertion: the fence ends no calls of this rank. @see MPI-4.1 §12.5.5 */
export const MODE_NOPRECEDE = 2048;
/** Assertion: nobody writes to this rank's window until the next synchronization. @see MPI-4.1 §12.5.5 */
export const MODE_NOPUT = 4096;
/** Assertion: this rank has not written to its window since the last synchronization. @see MPI-4.1 §12.5.5 */
export const MODE_NOSTORE = 8192;
/** Assertion: no calls of this rank follow the fence. @see MPI-4.1 §12.5.5 */
export const MODE_NOSUCCEED = 16384;
