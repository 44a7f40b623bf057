// comm/context: layer 5. Context numbers: which communicator a message belongs to. Called by endpoint.ts and by what
// makes communicators, windows and files.
//
// A communicator has eight numbers in a row: context (the user's messages), +1 (collectives), +2 (createGroup, where only a
// part of the ranks takes part), +3 (createIntercomm, where two of them do), +4 (announcements of partitioned sends); the
// others are spare. A window has eight as well: context (requests to targets), +1 (collectives), +5 (answers), +6 (long data);
// and so has a file: context (what ranks ask its rank 0), +1 (collectives), +5 (answers). Those of COMM_WORLD and COMM_SELF
// are fixed; every other communicator has the numbers that one of its processes drew from its own, endless supply. So two
// communicators never have the same ones, whoever creates whatever at the same time, and none is ever used again.

/** Contexts of one communicator. */
const STRIDE = 8;
/** Processes of a job, at most: a number drawn is `draw · PROCESSES + process`. */
const PROCESSES = 2 ** 16;

export const WORLD_CONTEXT = 0;
export const SELF_CONTEXT = STRIDE;
/** No communicator's own: groups agree here on a communicator that has no parent. */
export const GROUPS_CONTEXT = 2 * STRIDE;

/** From a communicator's context to those of its collectives, createGroup, leaders in createIntercomm, and announcements. */
export const COLLECTIVE = 1;
export const BY_GROUP = 2;
export const LEADERS = 3;
export const PARTITIONED = 4;
/** From a window's or a file's context to those of what is answered, and of data that follows a request. */
export const ANSWERS = 5;
export const LONG_DATA = 6;

/** True for communicators that exist from the start. */
export function isPredefined(context: number): boolean {
  return context < PROCESSES * STRIDE;
}

/** Up to 2³⁴, so that contexts stay below 2⁵³ as all numbers on the wire: five thousand a second for a month. */
let draws = 0;

/** A context that no communicator of the job has, or will have: for a new one, or for the partitions of one send. */
export function drawContext(process: number): number {
  return (++draws * PROCESSES + process) * STRIDE;
}
