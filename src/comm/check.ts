// comm/check: layer 5. What the ranks of a communicator must agree on in one call of a collective, as one number that
// every frame of the call carries: which collective, root, operator, and for reductions the elements. Where numbers
// differ, both sides can be told apart in words. Called by endpoint.ts and by the public methods.
import type { ErrorClassName } from "../base/error-classes.ts";
import { elements } from "../data/element.ts";
import { type Op, operators } from "../data/op.ts";

/** What ranks must agree on in a call of a collective. What is left out is not compared. */
export interface Terms {
  /** The root's rank; between two groups, which would not agree on that, its process. */
  readonly root?: number | undefined;
  readonly op?: Op | undefined;
  /** Of a reduction by elements: the operand's element kind and length. */
  readonly element?: number | undefined;
  readonly length?: number | undefined;
}

/** By number, as it stands in a frame. Append only. */
const collectives = [
  "",
  "barrier",
  "bcast",
  "gather",
  "gatherv",
  "scatter",
  "scatterv",
  "allgather",
  "allgatherv",
  "alltoall",
  "alltoallv",
  "alltoallw",
  "reduce",
  "allreduce",
  "reduceScatter",
  "reduceScatterBlock",
  "scan",
  "exscan",
  "neighborAllgather",
  "neighborAllgatherv",
  "neighborAlltoall",
  "neighborAlltoallv",
  "neighborAlltoallw",
  "dup",
  "create",
  "createGroup",
  "createFromGroup",
  "split",
  "splitType",
  "createCart",
  "createGraph",
  "createDistGraph",
  "createDistGraphAdjacent",
  "sub",
  "createIntercomm",
  "createFromGroups",
  "merge",
  "cartMap",
  "graphMap",
  "open",
  "close",
  "setSize",
  "preallocate",
  "setInfo",
  "setView",
  "setAtomicity",
  "sync",
  "seekShared",
  "readAll",
  "writeAll",
  "readAtAll",
  "writeAtAll",
  "readOrdered",
  "writeOrdered",
  "Win.create",
  "Win.allocate",
  "Win.allocateShared",
  "Win.createDynamic",
  "fence",
  "Win.free",
];

const numbers = new Map<string, number>();
for (const [number, name] of collectives.entries()) {
  for (const spelling of [name, `i${name}`, `${name}Init`, `${name}Begin`]) numbers.set(spelling, number);
}
for (const spelling of ["idup", "clone", "dupWithInfo", "idupWithInfo"]) {
  numbers.set(spelling, collectives.indexOf("dup"));
}

// The fields, from the lowest bit: call 6, operator 5, its properties 2, root+1 17, element kind 4, length 19.
const OP = 2 ** 6;
const PROPERTIES = OP * 2 ** 5;
const ROOT = PROPERTIES * 2 ** 2;
const ELEMENT = ROOT * 2 ** 17;
const LENGTH = ELEMENT * 2 ** 4;
const LENGTHS = 2 ** 19;

/**
 * The number that stands for a call.
 * @param call the method: `bcast`, `ibcast` and `bcastInit` are the same collective, `readAll` and `readAllBegin` too
 */
export function checkOf(call: string, { root, op, element, length }: Terms = {}): number {
  let check = numbers.get(call) ?? 0;
  if (op) check += op.number * OP + (Number(op.commute) + 2 * Number(op.elementwise)) * PROPERTIES;
  if (root !== undefined) check += (root + 1) * ROOT;
  if (element) check += element * ELEMENT + (length! % LENGTHS) * LENGTH;
  return check;
}

const field = (check: number, from: number, to: number) => Math.floor((check % to) / from);

/**
 * A call as a user would say it, from its number: `allreduce(SUM, Float64Array(3))`.
 * @param rootName what a root is called
 */
export function describeCheck(check: number, rootName: (root: number) => string = String): string {
  const details: string[] = [];
  const op = field(check, OP, PROPERTIES);
  if (op > 0) details.push(operators[op]?.name ?? "an operator of its own");
  const root = field(check, ROOT, ELEMENT);
  if (root > 0) details.push(`root ${rootName(root - 1)}`);
  const element = field(check, ELEMENT, LENGTH);
  if (element > 0) details.push(`${elements[element]?.name}(${field(check, LENGTH, 2 ** 53)})`);
  return `${collectives[field(check, 1, OP)] || "something else"}(${details.join(", ")})`;
}

/** The class of the error where ranks made calls of these numbers. */
export function disagreement(ours: number, theirs: number): ErrorClassName {
  const same = (from: number, to: number) => field(ours, from, to) === field(theirs, from, to);
  if (!same(1, OP)) return "ERR_OTHER";
  if (!same(ROOT, ELEMENT)) return "ERR_ROOT";
  if (!same(OP, ROOT)) return "ERR_OP";
  if (!same(ELEMENT, LENGTH)) return "ERR_TYPE";
  return "ERR_COUNT";
}
