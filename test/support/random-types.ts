// test/support/random-types: derived datatypes with what they mean beside them, counted out by hand: the byte of each basic
// element from the item's origin. From a seeded source of numbers, so that a test can name the seed.
import { type Datatype, DOUBLE, INT16_T, INT32_T, Datatype as Types, UINT8_T } from "../../src/mpi/mpi.ts";

export interface Known {
  readonly type: Datatype;
  /** Bytes of an item's data, in the order in which they are packed, from its origin. */
  readonly bytes: readonly number[];
  readonly extent: number;
  /** More items than so many overlap. */
  readonly most?: number | undefined;
  readonly name: string;
}

/** Whole numbers from 0 to below `limit`, the same for the same seed. */
export function numbersFrom(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

const basics = [
  { type: DOUBLE, size: 8, name: "DOUBLE" },
  { type: INT32_T, size: 4, name: "INT32_T" },
  { type: INT16_T, size: 2, name: "INT16_T" },
  { type: UINT8_T, size: 1, name: "UINT8_T" },
];

const block = (begin: number, length: number) => Array.from({ length }, (_, i) => begin + i);

/** A committed type whose items do not overlap, and lie behind their origin. */
export function randomType(random: (limit: number) => number): Known {
  const { type: of, size, name } = basics[random(basics.length)]!;
  const count = 1 + random(4);
  switch (random(4)) {
    case 0: {
      const length = 1 + random(3);
      const stride = length + random(4);
      const bytes = Array.from({ length: count }, (_, i) => block(i * stride * size, length * size)).flat();
      const type = of.createVector(count, length, stride).commit();
      return { type, bytes, extent: bytes.at(-1)! + 1, name: `${name}.createVector(${count}, ${length}, ${stride})` };
    }
    case 1: {
      // The blocks in any order.
      const lengths = Array.from({ length: count }, () => 1 + random(3));
      const order = [...lengths.keys()].sort(() => random(3) - 1);
      const displacements = new Array<number>(count);
      let next = random(3);
      for (const i of order) {
        displacements[i] = next;
        next += lengths[i]! + random(3);
      }
      const bytes = lengths.flatMap((length, i) => block(displacements[i]! * size, length * size));
      const extent = Math.max(...bytes) + 1 - Math.min(...bytes);
      const type = of.createIndexed(lengths, displacements).commit();
      return { type, bytes, extent, name: `${name}.createIndexed([${lengths}], [${displacements}])` };
    }
    case 2: {
      const parts = Array.from({ length: count }, () => basics[random(basics.length)]!);
      const lengths = parts.map(() => 1 + random(2));
      let next = 0;
      const displacements = parts.map((part, i) => {
        const begin = Math.ceil(next / part.size) * part.size;
        next = begin + lengths[i]! * part.size;
        return begin;
      });
      const bytes = parts.flatMap((part, i) => block(displacements[i]!, lengths[i]! * part.size));
      const types = parts.map((part) => part.type);
      const extent = Math.ceil(next / 8) * 8;
      const type = Types.createStruct(lengths, displacements, types).createResized(0, extent).commit();
      const names = parts.map((part) => part.name);
      return { type, bytes, extent, name: `createStruct([${lengths}], [${displacements}], [${names}])` };
    }
    default: {
      // Items that interleave with each other: a column of a matrix that is followed by the next column.
      const columns = 2 + random(4);
      const bytes = Array.from({ length: count }, (_, i) => block(i * columns * size, size)).flat();
      const type = of.createVector(count, 1, columns).createResized(0, size).commit();
      return {
        type,
        bytes,
        extent: size,
        most: count > 1 ? columns : undefined,
        name: `${name}.createVector(${count}, 1, ${columns}), resized to one`,
      };
    }
  }
}

/** Bytes of a buffer that holds `count` items. */
export function roomFor({ bytes, extent }: Known, count: number): number {
  return count === 0 ? 0 : (count - 1) * extent + Math.max(...bytes) + 1;
}

/** The items' bytes, one behind the other. */
export function packedBy({ bytes, extent }: Known, from: Uint8Array, count: number, origin = 0): Uint8Array {
  return Uint8Array.from(
    Array.from({ length: count }, (_, k) => bytes.map((b) => from[origin + k * extent + b]!)).flat(),
  );
}

/** Puts packed bytes where the items lie. */
export function unpackedBy({ bytes, extent }: Known, packed: Uint8Array, into: Uint8Array, origin = 0): Uint8Array {
  for (const [i, byte] of packed.entries()) {
    into[origin + Math.floor(i / bytes.length) * extent + bytes[i % bytes.length]!] = byte;
  }
  return into;
}

/** So many bytes that differ from their neighbours. */
export function bytesLike(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => 1 + ((i * 37 + seed * 101) % 250));
}
