// base/constants-io: layer 0. The integers of files, with the values of MPI's standard ABI.

/** Access mode: writes go to the end of the file. @see MPI-4.1 §14.2.1 */
export const MODE_APPEND = 1;
/** Access mode: makes the file where there is none. @see MPI-4.1 §14.2.1 */
export const MODE_CREATE = 2;
/** Access mode: the file is deleted when it is closed. @see MPI-4.1 §14.2.1 */
export const MODE_DELETE_ON_CLOSE = 4;
/** Access mode: an error where the file exists already. @see MPI-4.1 §14.2.1 */
export const MODE_EXCL = 8;
/** Access mode: reading only. @see MPI-4.1 §14.2.1 */
export const MODE_RDONLY = 16;
/** Access mode: reading and writing. @see MPI-4.1 §14.2.1 */
export const MODE_RDWR = 32;
/** Access mode: the file is only accessed in order. @see MPI-4.1 §14.2.1 */
export const MODE_SEQUENTIAL = 64;
/** Access mode: nobody else opens the file meanwhile. @see MPI-4.1 §14.2.1 */
export const MODE_UNIQUE_OPEN = 128;
/** Access mode: writing only. @see MPI-4.1 §14.2.1 */
export const MODE_WRONLY = 256;

/** Offsets count from the start of the view. @see MPI-4.1 §14.4.3 */
export const SEEK_SET = 401;
/** Offsets count from where the file pointer is. @see MPI-4.1 §14.4.3 */
export const SEEK_CUR = 402;
/** Offsets count from the end of the file. @see MPI-4.1 §14.4.3 */
export const SEEK_END = 403;

/** As the displacement of a view: where the shared file pointer is. @see MPI-4.1 §14.3 */
export const DISPLACEMENT_CURRENT = -1;
/** The same as DISPLACEMENT_CURRENT. @see MPI-4.1 §14.3 */
export const DISP_CUR = DISPLACEMENT_CURRENT;
