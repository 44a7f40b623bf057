// The number that frames of a collective carry: equal exactly when ranks make the same call, and told in words.
import fc from "fast-check";
import { test } from "uvu";
import { checkOf, describeCheck, disagreement, type Terms } from "../../src/comm/check.ts";
import { elements } from "../../src/data/element.ts";
import { MAX, Op, operators, SUM } from "../../src/data/op.ts";
import { equal, is, not, ok } from "../support/assert.ts";

test("a call, its i… form and its …Init form are one collective, and so are all ways to duplicate", () => {
  for (const call of ["bcast", "reduceScatter", "neighborAlltoallw", "barrier"]) {
    is(checkOf(`i${call}`), checkOf(call));
    is(checkOf(`${call}Init`), checkOf(call));
  }
  for (const call of ["idup", "clone", "dupWithInfo", "idupWithInfo"]) is(checkOf(call), checkOf("dup"));
  ok(checkOf("split") !== checkOf("splitType"));
});

test("the words for a number are those of the call", () => {
  is(describeCheck(checkOf("bcast", { root: 0 })), "bcast(root 0)");
  is(describeCheck(checkOf("reduce", { root: 7, op: SUM })), "reduce(SUM, root 7)");
  const terms = { op: MAX, element: 13, length: 1000 };
  is(describeCheck(checkOf("iallreduce", terms)), "allreduce(MAX, Float64Array(1000))");
  is(describeCheck(checkOf("scan", { op: Op.create((a) => a) })), "scan(an operator of its own)");
  is(describeCheck(checkOf("barrier")), "barrier()");
});

test("numbers differ where anything differs, are safe integers, and say what differs", () => {
  const call = fc.constantFrom("barrier", "bcast", "reduce", "allreduce", "merge", "createCart");
  const terms = fc.record({
    call,
    root: fc.option(fc.nat(65_535), { nil: undefined }),
    op: fc.option(fc.constantFrom(...operators.slice(1)), { nil: undefined }),
    operand: fc.option(fc.tuple(fc.integer({ min: 1, max: elements.length - 1 }), fc.nat(2 ** 19 - 1)), {
      nil: undefined,
    }),
  });
  type Drawn = Terms & { call: string; operand?: [number, number] | undefined };
  const check = ({ call, operand, ...rest }: Drawn) =>
    checkOf(call, { ...rest, element: operand?.[0], length: operand?.[1] });
  const property = fc.property(terms, terms, (a, b) => {
    const [x, y] = [check(a), check(b)];
    ok(Number.isSafeInteger(x) && x > 0);
    const same = a.call === b.call && a.root === b.root && a.op === b.op && `${a.operand}` === `${b.operand}`;
    is(x === y, same);
    if (same) return;
    const expected =
      a.call !== b.call ? "ERR_OTHER" : a.root !== b.root ? "ERR_ROOT" : a.op !== b.op ? "ERR_OP" : undefined;
    if (expected) is(disagreement(x, y), expected);
    else ok(["ERR_TYPE", "ERR_COUNT"].includes(disagreement(x, y)));
    not.equal(describeCheck(x), describeCheck(y));
  });
  fc.assert(property, { seed: 7, numRuns: 2000 });
});

test("an operator of a user that commutes is another one than one that does not", () => {
  const op = (commute: boolean) => checkOf("reduce", { op: Op.create((a) => a, { commute }) });
  ok(op(true) !== op(false));
  equal(disagreement(op(true), op(false)), "ERR_OP");
});

test.run();
