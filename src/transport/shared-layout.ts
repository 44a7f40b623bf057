// transport/shared-layout: layer 3. What lies where in the memory that the ranks of one host share: a word for each rank
// that says whether it sleeps, a ring for each ordered pair, a board for collectives, and slots for long messages, which
// belong to their sender. Pure. Used by shared-memory.ts, and by who makes the memory.
import { boardSize } from "./shared-board.ts";
import { stagingSize } from "./shared-staging.ts";

/** What different processes write lies this far apart, so that no cache line goes to and fro for nothing. */
const LINE = 128;
const PAGE = 4096;

export interface SharedLayout {
  /** Offset of what the ranks show each other in collectives (shared-board.ts). */
  readonly board: number;
  /** Offset of where they stage long data of collectives (shared-staging.ts), and bytes of a slot there. */
  readonly staging: number;
  readonly stagingRoom: number;
  /** Bytes in all. */
  readonly bytes: number;
  /** Bytes of a ring's records: a power of two. */
  readonly ring: number;
  readonly slots: number;
  /** Bytes of a slot: SLOT_HEAD, and a piece of a long message. */
  readonly slotBytes: number;
  /** Offsets, in bytes: the word that says that a rank sleeps; */
  sleep(rank: number): number;
  /** a ring's tail, which its writer sets; its head, which its reader sets; its records; */
  tail(from: number, to: number): number;
  head(from: number, to: number): number;
  records(from: number, to: number): number;
  /** a slot's flag, 0 when it is free; its memory. */
  flag(rank: number, slot: number): number;
  slot(rank: number, slot: number): number;
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
  const stride = 2 * LINE + ring;
  const rings = up(size * LINE, PAGE);
  const flags = up(rings + size * size * stride, PAGE);
  const board = up(flags + size * slots * LINE, PAGE);
  const staging = up(board + boardSize(size).bytes, PAGE);
  const stagingRoom = size <= 8 ? 1024 * 1024 : size <= 16 ? 256 * 1024 : 64 * 1024;
  const memory = up(staging + stagingSize(size, stagingRoom).bytes, PAGE);
  const ringAt = (from: number, to: number) => rings + (from * size + to) * stride;
  return {
    board,
    staging,
    stagingRoom,
    bytes: memory + size * slots * slotBytes,
    ring,
    slots,
    slotBytes,
    sleep: (rank) => rank * LINE,
    tail: ringAt,
    head: (from, to) => ringAt(from, to) + LINE,
    records: (from, to) => ringAt(from, to) + 2 * LINE,
    flag: (rank, slot) => flags + (rank * slots + slot) * LINE,
    slot: (rank, slot) => memory + (rank * slots + slot) * slotBytes,
  };
}
