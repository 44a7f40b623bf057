// transport/shared-layout: layer 3. What lies where in the memory that the ranks of one host share: a word for each rank
// that says whether it sleeps, a ring for each ordered pair, a board for collectives, and slots for long messages, which
// belong to their sender. The front is what all look at; a ring, or the slots of a rank, is a part that is mapped by who uses
// it, when it does. Pure. Used by shared-memory.ts, and by who makes the memory.
import { boardSize } from "./shared-board.ts";
import { stagingSize } from "./shared-staging.ts";

/** What different processes write lies this far apart, so that no cache line goes to and fro for nothing. */
const LINE = 128;
const PAGE = 4096;

/** Bytes of the memory that are mapped together, whole pages. */
export interface Part {
  readonly at: number;
  readonly bytes: number;
}

export interface SharedLayout {
  /** Bytes in all. */
  readonly bytes: number;
  /** What every rank maps. */
  readonly front: Part;
  /** Offsets in the front, in bytes: the word that says that a rank sleeps, next to it that it has given up its core, and on which one it is; */
  sleep(rank: number): number;
  /** the line of a ring's tail, which its writer sets (ring.ts); its head, which its reader sets; */
  tail(from: number, to: number): number;
  head(from: number, to: number): number;
  /** how many ranks have finished, behind which word they are, each one more than its local rank; */
  readonly finished: number;
  /** a slot's flag, 0 when it is free; */
  flag(rank: number, slot: number): number;
  /** what the ranks show each other in collectives (shared-board.ts). */
  readonly board: number;
  /** Where they stage long data of collectives (shared-staging.ts), and bytes of a slot there. */
  readonly staging: Part;
  readonly stagingRoom: number;
  /** A ring's records: a power of two. */
  ring(from: number, to: number): Part;
  readonly slots: number;
  /** Bytes of a slot: SLOT_HEAD, and a piece of a long message. */
  readonly slotBytes: number;
  /** A rank's slots, one behind the other. */
  slotsOf(rank: number): Part;
}

/** Room in front of a slot's data for the head of a message, so that the data lies as copies like it. */
export const SLOT_HEAD = LINE;

/** Most ranks of a host that share memory: the rings grow with the square of their number. */
export const MOST_SHARING = 64;

const up = (bytes: number, to: number) => Math.ceil(bytes / to) * to;

/** The layout for `size` ranks: all of them come to the same one. */
export function sharedLayout(size: number): SharedLayout {
  const ring = size <= 16 ? 64 * 1024 : 16 * 1024;
  // Slots of 64 KiB were the best of 16 to 512 KiB for messages of 64 KiB, 1 MiB and 16 MiB. Used in turn, 2 MiB of them are
  // more than the cache of a core holds: what is written is not in the reader's any more. A message of 64 KiB takes half
  // the time that it takes through 512 KiB.
  const slots = size <= 16 ? 32 : 8;
  const slotBytes = SLOT_HEAD + 64 * 1024;
  const ends = size * LINE;
  const finished = ends + size * size * 2 * LINE;
  const flags = finished + up(4 + size * 4, LINE);
  const board = flags + size * slots * LINE;
  const staging = up(board + boardSize(size).bytes, PAGE);
  const stagingRoom = size <= 8 ? 1024 * 1024 : size <= 16 ? 256 * 1024 : 64 * 1024;
  const stagingBytes = up(stagingSize(size, stagingRoom).bytes, PAGE);
  const rings = staging + stagingBytes;
  const memory = rings + size * size * ring;
  const slotsBytes = up(slots * slotBytes, PAGE);
  // What a rank reads lies together: it looks at all of it when it starts, and when it sleeps.
  const tail = (from: number, to: number) => ends + (to * size + from) * 2 * LINE;
  return {
    bytes: memory + size * slotsBytes,
    front: { at: 0, bytes: staging },
    sleep: (rank) => rank * LINE,
    tail,
    head: (from, to) => tail(from, to) + LINE,
    finished,
    flag: (rank, slot) => flags + (rank * slots + slot) * LINE,
    board,
    staging: { at: staging, bytes: stagingBytes },
    stagingRoom,
    ring: (from, to) => ({ at: rings + (from * size + to) * ring, bytes: ring }),
    slots,
    slotBytes,
    slotsOf: (rank) => ({ at: memory + rank * slotsBytes, bytes: slotsBytes }),
  };
}
