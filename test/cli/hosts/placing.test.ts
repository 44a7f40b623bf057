// Who runs where.
import fc from "fast-check";
import { test } from "uvu";
import type { Host } from "../../../cli/hosts/host.ts";
import { type Order, placeRanks, type Share } from "../../../cli/hosts/placing.ts";
import { UsageError } from "../../../cli/usage-error.ts";
import { equal, is, match, ok, throws } from "../../support/assert.ts";

const hostsOf = (slots: readonly number[], maxSlots?: number): Host[] =>
  slots.map((slots, i) => ({ name: `h${i}`, slots, local: false, ...(maxSlots !== undefined && { maxSlots }) }));

/** Places the ranks of one program on all hosts. */
function place(slots: readonly number[], ranks: number, order: Order = "slot", perHost?: number): readonly number[] {
  return placeRanks(hostsOf(slots), [{ ranks, hosts: [...slots.keys()], perHost }], { order, nooversubscribe: false });
}

const cases: readonly [slots: number[], ranks: number, order: Order, placement: string][] = [
  [[1, 1], 5, "slot", "01010"],
  [[3, 2], 5, "slot", "00011"],
  [[2, 1], 6, "slot", "001001"],
  [[1, 1], 5, "block", "00011"],
  [[2, 1], 6, "block", "000011"],
  [[3, 1], 4, "node", "0100"],
  [[2, 1], 6, "node", "010010"],
  [[2, 2, 2], 3, "node", "012"],
];
for (const [slots, ranks, order, placement] of cases) {
  test(`${ranks} ranks by ${order} on slots ${slots} go to ${placement}`, () => {
    is(place(slots, ranks, order).join(""), placement);
  });
}

test("ranks per host count in place of slots", () => {
  is(place([1, 4], 6, "slot", 2).join(""), "001100");
});

const anyHosts = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 });
const anyOrder = fc.constantFrom<Order>("slot", "block", "node");

test("each rank has one host; while there are slots left, no host has more ranks than slots", () => {
  fc.assert(
    fc.property(anyHosts, fc.integer({ min: 1, max: 40 }), anyOrder, (slots, ranks, order) => {
      const placement = place(slots, ranks, order);
      is(placement.length, ranks);
      ok(placement.every((host) => host in slots));
      const total = slots.reduce((a, b) => a + b);
      for (const [host, own] of slots.entries()) {
        const count = placement.filter((place) => place === host).length;
        const rounds = Math.ceil(ranks / total);
        ok(count <= own * rounds && count >= own * (rounds - 1), `host ${host} of ${slots} has ${count}`);
      }
    }),
  );
});

test("by slot the ranks repeat the list of slots; in blocks the hosts have as many, in order", () => {
  fc.assert(
    fc.property(anyHosts, fc.integer({ min: 1, max: 40 }), (slots, ranks) => {
      const list = slots.flatMap((count, host) => new Array<number>(count).fill(host));
      const expected = Array.from({ length: ranks }, (_, rank) => list[rank % list.length]!);
      equal(place(slots, ranks), expected);
      equal(
        place(slots, ranks, "block"),
        expected.toSorted((a, b) => a - b),
      );
    }),
  );
});

test("with a limit, ranks are placed exactly as long as there is room", () => {
  fc.assert(
    fc.property(anyHosts, fc.integer({ min: 1, max: 40 }), anyOrder, (slots, ranks, order) => {
      const share: Share = { ranks, hosts: [...slots.keys()], perHost: undefined };
      const run = () => placeRanks(hostsOf(slots), [share], { order, nooversubscribe: true });
      if (ranks > slots.reduce((a, b) => a + b)) throws(run, (error: Error) => error instanceof UsageError);
      else for (const [host, own] of slots.entries()) ok(run().filter((place) => place === host).length <= own);
    }),
  );
});

test("programs that share hosts go on where the others ended", () => {
  const shares = [
    { ranks: 1, hosts: [0, 1], perHost: undefined },
    { ranks: 2, hosts: [1], perHost: undefined },
    { ranks: 2, hosts: [0, 1], perHost: undefined },
  ];
  equal(placeRanks(hostsOf([1, 2]), shares, { order: "slot", nooversubscribe: false }), [0, 1, 1, 0, 1]);
});

test("a refusal names the hosts with their limits, and the ranks", () => {
  const many = new Array<number>(10).fill(1);
  const share: Share = { ranks: 11, hosts: [...many.keys()], perHost: undefined };
  const refuse = (nooversubscribe: boolean, maxSlots?: number) => {
    try {
      placeRanks(hostsOf(many, maxSlots), [share], { order: "slot", nooversubscribe });
    } catch (error) {
      return (error as UsageError).report;
    }
    throw new Error("It was not refused");
  };
  match(refuse(true), /Cannot place 11 ranks: h0 has 1 slot, .*h7 has 1 slot, and 2 more hosts, 10 in all/);
  match(refuse(true), /without --nooversubscribe/);
  match(refuse(false, 1), /h0 has max_slots=1, /);
});

test.run();
