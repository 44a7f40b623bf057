// rma/regions: layer 8. The memory that one rank shows in a window: one piece from byte 0 on, or, in a dynamic window,
// pieces at the addresses that they got when they were attached. Used by server.ts and window.ts.
export interface Region {
  readonly base: number;
  readonly bytes: Uint8Array;
}

/** Attached pieces begin at multiples of this, and are that far apart at least: none is reached from another by mistake. */
const GAP = 4096;

export class Regions {
  readonly dynamic: boolean;
  #regions: Region[] = [];
  #next = GAP;

  /** @param memory of a window that is not dynamic */
  constructor(memory: Uint8Array | undefined) {
    this.dynamic = memory === undefined;
    if (memory) this.#regions.push({ base: 0, bytes: memory });
  }

  /** The memory of a window that is not dynamic. */
  get whole(): Uint8Array {
    return this.#regions[0]!.bytes;
  }

  /** Adds memory. @returns its address; undefined where some of it is attached already */
  attach(bytes: Uint8Array): number | undefined {
    const [begin, end] = [bytes.byteOffset, bytes.byteOffset + bytes.byteLength];
    const overlaps = this.#regions.some(
      ({ bytes: { buffer, byteOffset, byteLength } }) =>
        buffer === bytes.buffer && byteOffset < end && begin < byteOffset + byteLength,
    );
    if (overlaps) return undefined;
    const base = this.#next;
    this.#next = (Math.ceil((base + bytes.byteLength) / GAP) + 1) * GAP;
    this.#regions.push({ base, bytes });
    return base;
  }

  /** Removes memory that was attached. False when it was not. */
  detach(bytes: Uint8Array): boolean {
    const same = ({ bytes: other }: Region) =>
      other.buffer === bytes.buffer && other.byteOffset === bytes.byteOffset && other.byteLength === bytes.byteLength;
    const left = this.#regions.filter((region) => !same(region));
    const found = left.length < this.#regions.length;
    this.#regions = left;
    return found;
  }

  /** The memory that bytes `start` to `end` lie in; undefined where they do not lie in one. */
  find(start: number, end: number): Region | undefined {
    for (const region of this.#regions) {
      if (start >= region.base && end <= region.base + region.bytes.byteLength) return region;
    }
    return start === end ? { base: start, bytes: new Uint8Array(0) } : undefined;
  }
}
