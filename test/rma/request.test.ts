// Requests as messages: what is written is what is read, however long the data is and however many parts that makes.
import { test } from "uvu";
import { basics } from "../../src/data/type-basic.ts";
import { indexed, vector } from "../../src/data/type-construct.ts";
import { TypeTree } from "../../src/data/type-tree.ts";
import { writeType } from "../../src/data/type-wire.ts";
import type { Place } from "../../src/rma/place.ts";
import { type Request, readRequest, readWhole, requestTag, writeRequest } from "../../src/rma/request.ts";
import { encodeValue } from "../../src/wire/value.ts";
import { equal } from "../support/assert.ts";

const double = new TypeTree({ kind: "basic", basic: basics.double });
/** Its table of offsets is so long that it is a part of its own. */
const scattered = indexed(
  Array.from({ length: 3000 }, () => 1),
  Array.from({ length: 3000 }, (_, i) => i * i),
  double,
);
const trees: [string, TypeTree | undefined][] = [
  ["no type", undefined],
  ["a short type", vector(3, 1, 4, double)],
  ["a type of several parts", scattered],
];
const lengths = [undefined, 0, 1, 8, 255, 256, 257, 5000, 16384];

function place(tree: TypeTree | undefined, bytes: number): Place {
  return { at: 2 ** 40 + 1, bytes, element: 9, tree, count: tree ? 2 : 0 };
}

function same(request: Request, expected: Request): void {
  const plain = ({ place, ...rest }: Request) => ({
    ...rest,
    place: place && { ...place, tree: place.tree && writeType(place.tree) },
  });
  equal(plain(request), plain(expected));
}

for (const [name, tree] of trees) {
  for (const length of lengths) {
    test(`a request with ${name} and ${length === undefined ? "no" : length} bytes of data`, () => {
      const data = length === undefined ? undefined : Uint8Array.from({ length }, (_, i) => i * 7);
      const expected: Request = { kind: 3, id: 2 ** 31 - 1, place: place(tree, length ?? 8), op: 12, flag: true, data };
      const { parts } = writeRequest(expected.id, expected.place, expected.op, expected.flag, data);
      // Sent: the memory that it was written into is for the next one.
      const sent = parts.map((part) => part.slice());
      writeRequest(1, place(undefined, 1), 1, false, new Uint8Array(200).fill(255));
      encodeValue([1, 2, 3]);
      const tag = requestTag(expected.kind, data);
      const [first] = sent;
      if (sent.length === 1) {
        const frame = new Uint8Array(first!.byteLength + 20);
        frame.set(first!, 7);
        same(readWhole(tag, frame, 7, 7 + first!.byteLength), expected);
      }
      same(readRequest(tag, sent, false), expected);
      same(readRequest(tag, sent, true), expected);
    });
  }
}

test("a request about no place", () => {
  const { parts } = writeRequest(7, undefined, 0, false, undefined);
  const read = readRequest(requestTag(6, undefined), parts, true);
  equal(read, { kind: 6, id: 7, place: undefined, op: 0, flag: false, data: undefined });
});

test.run();
