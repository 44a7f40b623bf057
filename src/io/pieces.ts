// io/pieces: layer 8. Which pieces of the file a rank has in a window, in few numbers: pieces of one length at equal
// distances are one group of four. What two-phase.ts sends before the data.
import type { Extent } from "./view.ts";

/** Numbers of a group: offset of the first piece, bytes of a piece, bytes from one to the next, number of pieces. */
const GROUP = 4;

export function encodePieces(pieces: readonly Extent[]): Uint8Array {
  const numbers: number[] = [];
  for (let i = 0; i < pieces.length; ) {
    const { offset, bytes } = pieces[i]!;
    const stride = i + 1 < pieces.length ? pieces[i + 1]!.offset - offset : bytes;
    let count = 1;
    for (; i + count < pieces.length; count++) {
      const next = pieces[i + count]!;
      if (next.bytes !== bytes || next.offset !== offset + count * stride) break;
    }
    numbers.push(offset, bytes, stride, count);
    i += count;
  }
  return new Uint8Array(Float64Array.from(numbers).buffer);
}

/** The reverse; the pieces' data lie one behind the other from byte `at` on. */
export function decodePieces(encoded: Uint8Array, at: number): Extent[] {
  const numbers = new Float64Array(encoded.slice().buffer);
  const pieces: Extent[] = [];
  let place = at;
  for (let i = 0; i < numbers.length; i += GROUP) {
    const [offset, bytes, stride, count] = numbers.subarray(i, i + GROUP) as unknown as [
      number,
      number,
      number,
      number,
    ];
    for (let k = 0; k < count; k++) {
      pieces.push({ offset: offset + k * stride, at: place, bytes });
      place += bytes;
    }
  }
  return pieces;
}
