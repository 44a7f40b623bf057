// Matching against a slow oracle that searches lists, and the order rules of MPI-4.1 §3.5.
import { test } from "uvu";
import { ANY_SOURCE, ANY_TAG } from "../../src/base/constants.ts";
import { Buckets, Entry } from "../../src/engine/buckets.ts";
import { Matcher } from "../../src/engine/match.ts";
import { equal, is, ok } from "../support/assert.ts";
import { random } from "../support/lanes.ts";

class Item extends Entry {
  readonly id: number;
  constructor(source: number, tag: number, id = 0) {
    super(source, tag);
    this.id = id;
  }
}

/** What a Matcher must do, by searching two lists from their beginnings. */
class Oracle {
  readonly posted: Item[] = [];
  readonly unexpected: Item[] = [];

  #takes(receive: { source: number; tag: number }, message: { source: number; tag: number }): boolean {
    return [ANY_SOURCE, message.source].includes(receive.source) && [ANY_TAG, message.tag].includes(receive.tag);
  }
  peek(source: number, tag: number): Item | undefined {
    return this.unexpected.find((message) => this.#takes({ source, tag }, message));
  }
  arrive(source: number, tag: number): Item | undefined {
    const receive = this.posted.find((receive) => this.#takes(receive, { source, tag }));
    if (receive) this.cancel(receive);
    return receive;
  }
  cancel(receive: Item): boolean {
    const at = this.posted.indexOf(receive);
    if (at >= 0) this.posted.splice(at, 1);
    return at >= 0;
  }
  take(message: Item): void {
    this.unexpected.splice(this.unexpected.indexOf(message), 1);
  }
}

for (const [sources, tags] of [
  [1, 1],
  [2, 2],
  [4, 3],
  [3, 40],
] as const) {
  test(`random posts, arrivals, probes and cancels match as the oracle says, ${sources} sources and ${tags} tags`, () => {
    for (let seed = 1; seed <= 60; seed++) {
      const draw = random(seed * 1000 + sources * 10 + tags);
      const matcher = new Matcher<Item, Item>();
      const oracle = new Oracle();
      const receives: Item[] = [];
      // How often messages come before their receives changes from seed to seed.
      const arrivals = 1 + (seed % 9);
      for (let step = 0; step < 400; step++) {
        const where = `seed ${seed}, step ${step}`;
        const what = draw(14);
        const source = draw(sources);
        const tag = draw(tags);
        const [anySource, anyTag] = [draw(4) === 0 ? ANY_SOURCE : source, draw(4) === 0 ? ANY_TAG : tag];
        if (what < arrivals) {
          const receive = matcher.arrive(source, tag);
          is(receive, oracle.arrive(source, tag), where);
          if (receive) continue;
          const message = new Item(source, tag, step);
          matcher.keep(message);
          oracle.unexpected.push(message);
        } else if (what < 12) {
          const message = matcher.peek(anySource, anyTag);
          is(message, oracle.peek(anySource, anyTag), where);
          if (message) {
            matcher.take(message);
            oracle.take(message);
          } else {
            const receive = new Item(anySource, anyTag, step);
            receives.push(receive);
            matcher.post(receive);
            oracle.posted.push(receive);
          }
        } else if (what === 12) {
          is(matcher.peek(anySource, anyTag), oracle.peek(anySource, anyTag), where);
        } else if (receives.length > 0) {
          const receive = receives[draw(receives.length)]!;
          is(matcher.cancel(receive), oracle.cancel(receive), where);
        }
        is(matcher.unexpectedCount, oracle.unexpected.length, where);
      }
      equal(
        [...matcher.unexpected()].map(({ id }) => id),
        oracle.unexpected.map(({ id }) => id),
      );
      equal(new Set([...matcher.posted()].map(({ id }) => id)), new Set(oracle.posted.map(({ id }) => id)));
    }
  });
}

test("a message takes the receive that was posted first, exact or with wildcards", () => {
  const receives = [
    [ANY_SOURCE, 7],
    [3, 7],
    [3, ANY_TAG],
    [3, 7],
    [ANY_SOURCE, ANY_TAG],
  ] as const;
  for (const first of receives.keys()) {
    const matcher = new Matcher<Item, Item>();
    const order = [...receives.slice(first), ...receives.slice(0, first)].map(
      ([source, tag], id) => new Item(source, tag, id),
    );
    for (const receive of order) matcher.post(receive);
    equal(
      order.map(() => matcher.arrive(3, 7)?.id),
      [0, 1, 2, 3, 4],
    );
    is(matcher.arrive(3, 7), undefined);
  }
});

test("a receive takes the message that came first from its source, and with ANY_SOURCE the first of all", () => {
  const matcher = new Matcher<Item, Item>();
  const messages = [new Item(1, 5, 0), new Item(2, 5, 1), new Item(1, 6, 2), new Item(1, 5, 3)];
  for (const message of messages) matcher.keep(message);
  is(matcher.peek(1, 6)?.id, 2);
  is(matcher.peek(ANY_SOURCE, 6)?.id, 2);
  is(matcher.peek(2, ANY_TAG)?.id, 1);
  is(matcher.peek(ANY_SOURCE, 5)?.id, 0);
  matcher.take(messages[0]!);
  is(matcher.peek(1, 5)?.id, 3);
  is(matcher.peek(ANY_SOURCE, ANY_TAG)?.id, 1);
  is(matcher.peek(3, ANY_TAG), undefined);
});

test("cancel() is false for a receive that has its message, or was cancelled, and harms no other", () => {
  for (const tag of [5, ANY_TAG]) {
    const matcher = new Matcher<Item, Item>();
    const [a, b, c] = [new Item(1, tag, 1), new Item(1, tag, 2), new Item(1, tag, 3)] as const;
    for (const receive of [a, b, c]) matcher.post(receive);
    is(matcher.arrive(1, 5), a);
    equal([matcher.cancel(a), matcher.cancel(b), matcher.cancel(b)], [false, true, false]);
    is(matcher.arrive(1, 5), c);
    is(matcher.cancel(c), false);
    is(matcher.arrive(1, 5), undefined);
  }
});

test("the largest tag and process numbers are told apart", () => {
  const matcher = new Matcher<Item, Item>();
  const pairs = [0, 1, 2 ** 22 - 1].flatMap((source) => [0, 1, 2 ** 31 - 1].map((tag) => [source, tag] as const));
  for (const [id, [source, tag]] of pairs.entries()) matcher.post(new Item(source, tag, id));
  for (const [id, [source, tag]] of pairs.entries()) is(matcher.arrive(source, tag)?.id, id);
});

for (const [what, source, tag] of [
  ["tags of their own", () => 1, (i: number) => i],
  ["one tag", () => 1, () => 7],
  ["sources of their own", (i: number) => i, () => 7],
] as const) {
  // Searching would take 5 × 10⁹ steps, and the deadline of the file.
  test(`100,000 outstanding receives of ${what} complete in any order, and so do 100,000 messages`, () => {
    const count = 100_000;
    const matcher = new Matcher<Item, Item>();
    for (let i = 0; i < count; i++) matcher.post(new Item(source(i), tag(i), i));
    for (let i = count - 1; i >= 0; i--) ok(matcher.arrive(source(i), tag(i)));
    for (let i = 0; i < count; i++) matcher.keep(new Item(source(i), tag(i), i));
    for (let i = count - 1; i >= 0; i--) matcher.take(matcher.peek(source(i), tag(i))!);
    is(matcher.unexpectedCount, 0);
    is(matcher.posted().next().done, true);
  });
}

test("100,000 receives with wildcards are served in their order, and cancelled from the end", () => {
  const count = 100_000;
  const matcher = new Matcher<Item, Item>();
  const receives = Array.from({ length: count }, (_, i) => new Item(i % 2 ? ANY_SOURCE : 1, ANY_TAG, i));
  for (const receive of receives) matcher.post(receive);
  for (let i = 0; i < count / 2; i++) is(matcher.arrive(1, i)?.id, i);
  for (let i = count - 1; i >= count / 2; i--) is(matcher.cancel(receives[i]!), true);
  is(matcher.arrive(1, 1), undefined);
});

test("Buckets keeps the order of arrival over all entries while any of them are removed", () => {
  const seed = 5;
  const draw = random(seed);
  const buckets = new Buckets<Item>();
  const list: Item[] = [];
  for (let step = 0; step < 5000; step++) {
    if (draw(5) < 3) {
      const item = new Item(draw(3), draw(3), step);
      buckets.add(item, step);
      list.push(item);
    } else if (list.length > 0) {
      const [item] = list.splice(draw(list.length), 1);
      buckets.remove(item!);
      equal([item!.next, item!.previous, item!.later, item!.earlier], [undefined, undefined, undefined, undefined]);
    }
    is(buckets.size, list.length);
    is(buckets.oldest, list[0], `seed ${seed}, step ${step}`);
    const [source, tag] = [draw(3), draw(3)];
    is(
      buckets.first(source, tag),
      list.find((item) => item.source === source && item.tag === tag),
    );
  }
  const order: Item[] = [];
  for (let item = buckets.oldest; item; item = item.later as Item | undefined) order.push(item);
  equal(
    order.map(({ id }) => id),
    list.map(({ id }) => id),
  );
});

test.run();
