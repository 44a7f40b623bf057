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

// How a datatype was made.

/** A datatype's combiner: predefined, with a name. @see MPI-4.1 §5.1.13 */
export const COMBINER_NAMED = 101;
/** A datatype's combiner: dup. @see MPI-4.1 §5.1.13 */
export const COMBINER_DUP = 102;
/** A datatype's combiner: createContiguous. @see MPI-4.1 §5.1.13 */
export const COMBINER_CONTIGUOUS = 103;
/** A datatype's combiner: createVector. @see MPI-4.1 §5.1.13 */
export const COMBINER_VECTOR = 104;
/** A datatype's combiner: createHvector. @see MPI-4.1 §5.1.13 */
export const COMBINER_HVECTOR = 105;
/** A datatype's combiner: createIndexed. @see MPI-4.1 §5.1.13 */
export const COMBINER_INDEXED = 106;
/** A datatype's combiner: createHindexed. @see MPI-4.1 §5.1.13 */
export const COMBINER_HINDEXED = 107;
/** A datatype's combiner: createIndexedBlock. @see MPI-4.1 §5.1.13 */
export const COMBINER_INDEXED_BLOCK = 108;
/** A datatype's combiner: createHindexedBlock. @see MPI-4.1 §5.1.13 */
export const COMBINER_HINDEXED_BLOCK = 109;
/** A datatype's combiner: createStruct. @see MPI-4.1 §5.1.13 */
export const COMBINER_STRUCT = 110;
/** A datatype's combiner: createSubarray. @see MPI-4.1 §5.1.13 */
export const COMBINER_SUBARRAY = 111;
/** A datatype's combiner: createDarray. @see MPI-4.1 §5.1.13 */
export const COMBINER_DARRAY = 112;
/** A datatype's combiner: createF90Integer. @see MPI-4.1 §5.1.13 */
export const COMBINER_F90_INTEGER = 113;
/** A datatype's combiner: createF90Real. @see MPI-4.1 §5.1.13 */
export const COMBINER_F90_REAL = 114;
/** A datatype's combiner: createF90Complex. @see MPI-4.1 §5.1.13 */
export const COMBINER_F90_COMPLEX = 115;
/** A datatype's combiner: createResized. @see MPI-4.1 §5.1.13 */
export const COMBINER_RESIZED = 116;
/** A datatype's combiner: getValueIndex. @see MPI-4.1 §5.1.13 */
export const COMBINER_VALUE_INDEX = 117;

/** matchSize: a Fortran type for truth values. @see MPI-4.1 §19.1.5 */
export const TYPECLASS_LOGICAL = 191;
/** matchSize: a Fortran type for integers. @see MPI-4.1 §19.1.5 */
export const TYPECLASS_INTEGER = 192;
/** matchSize: a Fortran type for floating-point numbers. @see MPI-4.1 §19.1.5 */
export const TYPECLASS_REAL = 193;
/** matchSize: a Fortran type for complex numbers. @see MPI-4.1 §19.1.5 */
export const TYPECLASS_COMPLEX = 194;
