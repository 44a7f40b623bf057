// Meetings: what ranks that share memory show each other in a collective call is taken only from a rank that makes the same call,
// whichever of them comes first.
import { test } from "uvu";
import { Meetings } from "../../src/comm/meetings.ts";
import { VALUE } from "../../src/data/element.ts";
import { Operation } from "../../src/engine/operation.ts";
import { boardSize, CELLS, SharedBoard } from "../../src/transport/shared-board.ts";
import { SharedStaging, stagingSize } from "../../src/transport/shared-staging.ts";
import { equal, is, ok } from "../support/assert.ts";

const SAME = 7;
const OTHER = 8;
const ROOM = 1024;
const body = (number: number) => ({ element: VALUE, parts: [Uint8Array.of(number)] });

/** The meetings of `size` ranks over one memory; `come` is run once, when a rank that waits has looked in vain. */
function meetings(size: number, come: () => void = () => {}) {
  const bytes = new Uint8Array(boardSize(size).bytes);
  const shared = { bytes, words: new Int32Array(bytes.buffer) };
  const stage = new Uint8Array(stagingSize(size, ROOM).bytes);
  const staged = { bytes: stage, words: new Int32Array(stage.buffer) };
  let late: (() => void) | undefined = come;
  const chair = {
    disagrees: (_tag: number, rank: number) => new Error(`rank ${rank} disagrees`),
    // As if all others had finished: only who waits for one of them asks.
    goneBecause: (rank: number) => new Error(`rank ${rank} has finished`),
    briefly(call: { readonly done: boolean }) {
      if (call.done) return true;
      late?.();
      late = undefined;
      return call.done;
    },
  };
  return Array.from({ length: size }, (_, rank) => {
    const board = new SharedBoard(shared, 0, rank, size, () => {});
    const staging = new SharedStaging(
      () => staged,
      ROOM,
      board,
      () => {},
    );
    return new Meetings(board, chair, staging);
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

test("a call begins to stage data though others have finished, who need nothing of it; also where an earlier one comes first", async () => {
  const [zero, one] = meetings(2);
  const data = { element: VALUE, bytes: 8 };
  const earlier = zero!.begin(0, SAME, false);
  await earlier.staging!.begin(data);
  ok(one!.board.hasBegun(0, earlier.call));
  const call = zero!.begin(1, SAME, false);
  const begun = call.staging!.begin(data);
  zero!.gone(1, () => new Error("rank 1 has finished"));
  equal([...call.awaited()], []);
  zero!.end(0);
  await begun;
  ok(one!.board.hasBegun(0, call.call));
});

test("the others hear of a call when it shows something, or when it has done what it does at once", () => {
  const [one, two] = meetings(2);
  const heard = () => [two!.board.hasBegun(0, 0), two!.board.hasShown(0, 0)];
  const call = one!.begin(0, SAME, false);
  equal(heard(), [false, false]);
  one!.tell();
  equal(heard(), [true, false]);
  call.show(body(1));
  equal(heard(), [true, true]);
  one!.begin(1, SAME, false).show(body(2));
  ok(two!.board.hasShown(0, 1));
});

test("the others hear of a call that does nothing, at the latest when the next one begins", () => {
  const [one, two] = meetings(2);
  one!.begin(0, SAME, false);
  one!.begin(1, SAME, false);
  equal([two!.board.hasBegun(0, 0), two!.board.hasBegun(0, 1)], [true, false]);
});

test("a call that has ended at once leaves its meeting to the next one, which knows nothing of it", () => {
  const [zero, one] = meetings(2);
  one!.begin(0, SAME, false).show(body(1));
  const first = zero!.begin(0, SAME, true);
  first.show(body(0));
  is(first.all(), undefined);
  zero!.end(0, true);
  one!.end(0);
  const second = zero!.begin(1, SAME, false);
  is(second, first);
  equal([second.call, second.told, second.used], [1, false, false]);
  const started = second.all() as Operation<void>;
  is(
    started.failed,
    true,
    "of rank 1, which has shown something in the first call only, it is said that it has finished",
  );
  one!.begin(1, OTHER, false).show(body(1));
  const third = zero!.begin(2, SAME, false);
  ok(third !== second, "the second has not ended");
  zero!.poll();
  is(second.look(), false, "what rank 1 does in the second call has been seen");
});

test("a call that has ended before the others could hear of it keeps its meeting", () => {
  const [zero, one] = meetings(2);
  for (let tag = 0; tag <= CELLS; tag++) {
    zero!.begin(tag, SAME, true);
    zero!.tell();
    zero!.end(tag, true);
  }
  zero!.begin(CELLS + 1, OTHER, true);
  one!.begin(0, SAME, true);
  one!.tell();
  one!.end(0);
  zero!.poll();
  ok(zero!.board.hasBegun(0, CELLS));
  is(zero!.board.check(0, CELLS), SAME);
});

test.run();
