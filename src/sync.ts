/**
 * What mpi4py has in `mpi4py.util.sync`: ranks in turn, counters, mutexes, conditions and semaphores, made of windows.
 *
 * @module
 */
import "./start-alone.ts";

export type { SyncOptions } from "./sync/cells.ts";
export { Condition, type ConditionOptions } from "./sync/condition.ts";
export { Counter, type CounterOptions } from "./sync/counter.ts";
export { Mutex, type MutexOptions } from "./sync/mutex.ts";
export { Semaphore, type SemaphoreOptions } from "./sync/semaphore.ts";
export { Sequential } from "./sync/sequential.ts";
