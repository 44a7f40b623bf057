// Meetings: what ranks that share memory show each other in a collective call is taken only from a rank that makes the same call,
// whichever of them comes first.
import { test } from "uvu";
import { Meetings } from "../../src/comm/meetings.ts";
import { VALUE } from "../../src/data/element.ts";
import { Operation } from "../../src/engine/operation.ts";
import { boardSize, SharedBoard } from "../../src/transport/shared-board.ts";
import { equal, is, ok } from "../support/assert.ts";

const SAME = 7;
const OTHER = 8;
const body = (number: number) => ({ element: VALUE, parts: [Uint8Array.of(number)] });

/** The meetings of `size` ranks over one memory; `come` is run once, when a rank that waits has looked in vain. */
function meetings(size: number, come: () => void = () => {}) {
  const bytes = new Uint8Array(boardSize(size).bytes);
  const shared = { bytes, words: new Int32Array(bytes.buffer) };
  let late: (() => void) | undefined = come;
  const chair = {
    disagrees: (_tag: number, rank: number) => new Error(`rank ${rank} disagrees`),
    goneBecause: () => undefined,
    briefly(call: { readonly done: boolean }) {
      if (call.done) return true;
      late?.();
      late = undefined;
      return call.done;
    },
  };
  return Array.from({ length: size }, (_, rank) => {
    const board = new SharedBoard(shared, 0, rank, size, () => {});
    return new Meetings(board, chair);
  });
}

for (const waits of [true, false]) {
  const how = waits ? "waited for" : "not waited for";

  test(`data of a rank that makes another call is not taken, though a lower rank has not come yet; a call ${how}`, () => {
    const [, one, two] = meetings(3);
    two!.begin(0, OTHER, false).show(body(2));
    const call = one!.begin(0, SAME, waits);
    const started = call.from(2);
    ok(started instanceof Operation);
    is((started as Operation<void>).failed, true);
    equal(String((started as Operation<void>).error), "Error: rank 2 disagrees");
  });

  test(`data of a rank that makes the same call is taken, though a lower rank has not come yet; a call ${how}`, () => {
    const [, one, two] = meetings(3);
    two!.begin(0, SAME, false).show(body(2));
    const call = one!.begin(0, SAME, waits);
    is(call.from(2), undefined);
    equal([...call.shown(2)!.parts[0]!], [2]);
  });
}

test("a rank that comes between two looks is seen to make another call, before what it shows is taken", () => {
  const all = meetings(2, () => {
    all[1]!.begin(0, OTHER, false).show(body(1));
  });
  const call = all[0]!.begin(0, SAME, true);
  call.show(body(0));
  const started = call.all();
  ok(started instanceof Operation);
  is((started as Operation<void>).failed, true);
});

test("a rank that comes between two looks with the same call is waited for no longer", () => {
  const all = meetings(2, () => {
    all[1]!.begin(0, SAME, false).show(body(1));
  });
  const call = all[0]!.begin(0, SAME, true);
  call.show(body(0));
  is(call.all(), undefined);
});

test.run();
