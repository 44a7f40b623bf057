/**
 * MPI for TypeScript.
 *
 * `tsmpi run -np 5 script.ts` starts five ranks of a script, connected before its first line runs. Everything is a named
 * export and on `MPI`, which is the default export too. `MPI.COMM_WORLD` is all ranks; a communicator has the chapters
 * point-to-point (`send`, `recv`, …), probe and collective (`bcast`, `reduce`, …); `MPI.Request` completes what the `i…`
 * methods start; `MPI.Exception` is what goes wrong.
 *
 * @example
 * ```ts
 * import { MPI } from "tsmpi";
 *
 * const comm = MPI.COMM_WORLD;
 * const sum = await comm.allreduce(comm.rank);
 * console.log(`rank ${comm.rank} of ${comm.size}: the ranks add up to ${sum}`);
 * ```
 * @see MPI-4.1
 * @module
 */
import "./start-alone.ts";

export * from "./mpi/mpi.ts";
export * as MPI from "./mpi/mpi.ts";
export * as default from "./mpi/mpi.ts";
