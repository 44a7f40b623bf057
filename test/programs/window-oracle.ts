// The sequential oracle of window-histories.test.ts and its script: whether what the ranks of a window have seen is what they would
// have seen if all that they did had been done by one, in some order that keeps the order of each rank.
//
// No value of an element comes twice. Then a call that gave what was there before says where in the order it stands, and one
// that gave nothing, which sets a bit that nobody else sets, stands between those that saw the bit and those that did not. So
// what can be done next is always known, and nothing is ever to be tried: whoever cannot go on has found a contradiction.

/** What a call does to one element. */
export interface Part {
  /** An element of one rank's memory; any number that is the same for all who mean it. */
  readonly element: number;
  readonly op: "sum" | "replace" | "or" | "none" | "swap";
  readonly operand: bigint;
  /** swap: what must be there. */
  readonly compare?: bigint;
  /** What was there before; undefined where the call does not tell: then `op` sets a bit. */
  readonly before?: bigint | undefined;
}

/** A call of one rank. */
export interface Call {
  /** All calls of all ranks with a lower number were complete before it. */
  readonly phase: number;
  /** So many earlier calls of this rank were complete before it; others are before it only where they are about its elements. */
  readonly after: number;
  /** Nothing happens between its parts: they are those of an exclusive lock. */
  readonly whole: boolean;
  readonly parts: readonly Part[];
}

interface Open extends Part {
  readonly call: Call;
  readonly rank: number;
  readonly index: number;
}

const MASK = 2n ** 64n - 1n;

function applied({ op, operand, compare }: Part, value: bigint): bigint {
  if (op === "sum") return (value + operand) & MASK;
  if (op === "or") return value | operand;
  if (op === "replace") return operand;
  return op === "swap" && value === compare ? operand : value;
}

const changes = (part: Part) => applied(part, part.before!) !== part.before;

/**
 * Throws where no order explains what was seen.
 * @param histories by rank, each in the order of its program
 * @param start what the elements were; 0 where left out
 * @returns what the elements are at the end
 */
export function explain(
  histories: readonly (readonly Call[])[],
  start = new Map<number, bigint>(),
): Map<number, bigint> {
  const values = new Map(start);
  const valueAt = (element: number) => values.get(element) ?? 0n;
  const open = histories.flatMap((calls, rank) =>
    calls.map((call, index) => new Set(call.parts.map((part): Open => ({ ...part, call, rank, index })))),
  );
  const byRank = histories.map((_, rank) => open.filter((parts) => [...parts][0]?.rank === rank));
  const byElement = new Map<number, Set<Open>>();
  for (const part of open.flatMap((parts) => [...parts])) {
    const those = byElement.get(part.element) ?? new Set();
    byElement.set(part.element, those.add(part));
  }

  /** All that is before it in its rank's program is done. */
  const isReady = (part: Open) =>
    byRank[part.rank]!.slice(0, part.index).every(
      (parts, index) =>
        parts.size === 0 || (index >= part.call.after && ![...parts].some(({ element }) => element === part.element)),
    );
  /** What it saw is there, and nobody else is to see what it changes. */
  const fits = (part: Open) => {
    const value = valueAt(part.element);
    const others = [...byElement.get(part.element)!].filter(
      ({ call, before }) => call !== part.call && before !== undefined,
    );
    if (part.before === undefined) return others.every(({ before }) => (before! & part.operand) !== 0n);
    if (part.before !== value) return false;
    return !changes(part) || others.every((other) => other.before !== value || changes(other));
  };
  const perform = (part: Open) => {
    values.set(part.element, applied(part, valueAt(part.element)));
    byElement.get(part.element)!.delete(part);
    byRank[part.rank]![part.index]!.delete(part);
  };

  const left = new Set(open.filter((parts) => parts.size > 0));
  while (left.size > 0) {
    const phase = Math.min(...[...left].map((parts) => [...parts][0]!.call.phase));
    let moved = false;
    for (const parts of left) {
      const [{ call }] = [...parts] as [Open];
      if (call.phase !== phase) continue;
      const can = [...parts].filter((part) => isReady(part) && fits(part));
      if (can.length === 0 || (call.whole && can.length < parts.size)) continue;
      for (const part of can) perform(part);
      if (parts.size === 0) left.delete(parts);
      moved = true;
    }
    if (!moved)
      throw new Error(
        `no order explains it: ${stuck(
          [...left].flatMap((parts) => [...parts]),
          phase,
          valueAt,
        )}`,
      );
  }
  return values;
}

/** What could not be done next. */
function stuck(parts: readonly Open[], phase: number, valueAt: (element: number) => bigint): string {
  const lines = parts
    .filter(({ call }) => call.phase === phase)
    .slice(0, 20)
    .map(({ rank, index, element, op, operand, before, call: { whole } }) => {
      const saw = before === undefined ? "" : `, saw ${before.toString(16)}`;
      const what = `${whole ? "exclusive " : ""}${op} ${operand.toString(16)} on element ${element}`;
      return `rank ${rank}, call ${index}: ${what}, which is ${valueAt(element).toString(16)}${saw}`;
    });
  return [`phase ${phase}`, ...lines].join("\n");
}
