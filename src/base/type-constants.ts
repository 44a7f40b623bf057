// base/type-constants: layer 0. The integers of the chapter on datatypes, most with the values of MPI's standard ABI.

/** Arrays as C has them: the last index is the fastest. @see MPI-4.1 §5.1.3 */
export const ORDER_C = 12;
/** Arrays as Fortran has them: the first index is the fastest. @see MPI-4.1 §5.1.3 */
export const ORDER_FORTRAN = 15;
/** The same as ORDER_FORTRAN. @see MPI-4.1 §5.1.3 */
export const ORDER_F: typeof ORDER_FORTRAN = ORDER_FORTRAN;

/** createDarray: the dimension is not distributed. @see MPI-4.1 §5.1.4 */
export const DISTRIBUTE_NONE = 16;
/** createDarray: one block for each process. @see MPI-4.1 §5.1.4 */
export const DISTRIBUTE_BLOCK = 17;
/** createDarray: blocks are dealt out in turn. @see MPI-4.1 §5.1.4 */
export const DISTRIBUTE_CYCLIC = 18;
/** createDarray: the length of blocks that goes with the distribution; a number that no block can have. @see MPI-4.1 §5.1.4 */
export const DISTRIBUTE_DFLT_DARG = -1;

/** How a datatype was made. @see MPI-4.1 §5.1.13 */
export const COMBINER_NAMED = 101;
export const COMBINER_DUP = 102;
export const COMBINER_CONTIGUOUS = 103;
export const COMBINER_VECTOR = 104;
export const COMBINER_HVECTOR = 105;
export const COMBINER_INDEXED = 106;
export const COMBINER_HINDEXED = 107;
export const COMBINER_INDEXED_BLOCK = 108;
export const COMBINER_HINDEXED_BLOCK = 109;
export const COMBINER_STRUCT = 110;
export const COMBINER_SUBARRAY = 111;
export const COMBINER_DARRAY = 112;
export const COMBINER_F90_INTEGER = 113;
export const COMBINER_F90_REAL = 114;
export const COMBINER_F90_COMPLEX = 115;
export const COMBINER_RESIZED = 116;
export const COMBINER_VALUE_INDEX = 117;

/** Kinds of numbers for matchSize. @see MPI-4.1 §19.1.6 */
export const TYPECLASS_LOGICAL = 191;
export const TYPECLASS_INTEGER = 192;
export const TYPECLASS_REAL = 193;
export const TYPECLASS_COMPLEX = 194;
