// test/support/same-value: equality in the sense of structuredClone: kinds, bytes, order of Map and Set, -0 and NaN, and the
// shape of the graph: what is one object on one side is one object on the other.

/** Ends the path to the memory of a view. What the view does not reach of it may be left out; that it is shared, not. */
const MEMORY = " (memory)";

type Pair = [path: string, a: unknown, b: unknown];

/** Where two values differ first, in words; undefined when they are the same. */
export function difference(a: unknown, b: unknown): string | undefined {
  const there = new Map<object, object>();
  const back = new Map<object, object>();
  const todo: Pair[] = [["value", a, b]];
  for (let pair = todo.pop(); pair; pair = todo.pop()) {
    const [path, left, right] = pair;
    if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) {
      if (!Object.is(left, right)) return `${path}: ${text(left)} and ${text(right)}`;
      continue;
    }
    if (
      kind(left) === "ArrayBuffer" &&
      !path.endsWith(MEMORY) &&
      !Buffer.from(left as ArrayBuffer).equals(Buffer.from(right as ArrayBuffer))
    ) {
      return `${path}: other bytes`;
    }
    const known = there.get(left);
    if (known !== undefined || back.has(right)) {
      if (known !== right || back.get(right) !== left) return `${path}: shared on one side only`;
      continue;
    }
    there.set(left, right);
    back.set(right, left);
    if (kind(left) !== kind(right)) return `${path}: a ${kind(left)} and a ${kind(right)}`;
    const inside = content(path, left, right);
    if (typeof inside === "string") return inside;
    todo.push(...inside);
  }
  return undefined;
}

function content(path: string, a: any, b: any): string | Pair[] {
  const each = (left: unknown[], right: unknown[], name: string): string | Pair[] =>
    left.length === right.length
      ? left.map((value, i): Pair => [`${path}.${name}[${i}]`, value, right[i]])
      : `${path}: ${left.length} ${name} and ${right.length}`;
  if (ArrayBuffer.isView(a)) {
    if (!bytes(a).equals(bytes(b))) return `${path}: other bytes`;
    return [[`${path}${MEMORY}`, a.buffer, b.buffer]];
  }
  switch (kind(a)) {
    case "Map":
      return each([...a].flat(), [...b].flat(), "entries");
    case "Set":
      return each([...a], [...b], "values");
    case "Date":
      return [[path, a.getTime(), b.getTime()]];
    case "RegExp":
      return [[path, `${a} ${a.lastIndex}`, `${b} ${b.lastIndex}`]];
    case "Number":
    case "String":
    case "Boolean":
    case "BigInt":
      return [[path, a.valueOf(), b.valueOf()]];
    case "Array":
      return each([...a], [...b], "elements");
  }
  if (a instanceof Error) {
    const fields = ["name", "message", "stack", "cause", "errors"];
    return each(
      fields.map((key) => a[key as keyof Error]),
      fields.map((key) => b[key]),
      "fields",
    );
  }
  const keys = Object.keys(a);
  if (text(keys) !== text(Object.keys(b))) return `${path}: keys ${text(keys)} and ${text(Object.keys(b))}`;
  return keys.map((key): Pair => [`${path}.${key}`, a[key], b[key]]);
}

/** The class, where a null prototype and a class of the script's own count as a plain object. */
function kind(object: object): string {
  if (Array.isArray(object)) return "Array";
  if (object instanceof Error) return object.constructor.name;
  return Object.prototype.toString.call(object).slice(8, -1);
}

function bytes(view: ArrayBufferView): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}

function text(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  return Object.is(value, -0) ? "-0" : (JSON.stringify(value) ?? String(value));
}
