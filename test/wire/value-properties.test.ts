// Random values, shared and cyclic ones too, against structuredClone. On failure fast-check prints seed and smallest case.
import fc from "fast-check";
import { test } from "uvu";
import { decodeValue, encodeValue } from "../../src/wire/value.ts";
import { viewKinds } from "../support/array-kinds.ts";
import { difference } from "../support/same-value.ts";

const SEED = 20250114;

function trip(value: unknown): unknown {
  const parts = encodeValue(value).parts.map((part) => Uint8Array.from(part));
  const result = decodeValue(parts);
  parts[0]!.fill(0xff);
  return result;
}

function claim(name: string, values: fc.Arbitrary<unknown>, numRuns: number): void {
  test(name, () => {
    fc.assert(
      fc.property(values, (value) => {
        const arrived = trip(value);
        const found = difference(value, arrived) ?? difference(structuredClone(value), arrived);
        if (found) throw new Error(found);
      }),
      { seed: SEED, numRuns },
    );
  });
}

const utf16 = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 })
  .map((codes) => String.fromCharCode(...codes));
const text = fc.oneof(fc.string(), fc.string({ unit: "grapheme", maxLength: 400 }), utf16);
const key = fc.oneof(
  fc.string({ maxLength: 6 }),
  utf16,
  fc.constantFrom("__proto__", "constructor", "toString", "0", "length"),
);
const scalar = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.maxSafeInteger(),
  fc.bigInt(),
  fc.boolean(),
  text,
  fc.constantFrom(undefined, null, -0, Number.NaN, 2 ** 53, 2 ** 64, 2n ** 64n),
);
const memory = fc
  .tuple(fc.constantFrom(0, 8, 64, 4096, 4104), fc.integer())
  .map(([bytes, seed]) => Uint8Array.from({ length: bytes }, (_, i) => Math.imul(seed, i + 1) >> 5).buffer);
const viewClass = fc.constantFrom(...viewKinds);
const leaf = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 1, arbitrary: fc.date({ noInvalidDate: false }) },
  { weight: 1, arbitrary: fc.constantFrom(/a/g, /[/\\]é/u, /(?:)/) },
  { weight: 1, arbitrary: fc.tuple(viewClass, memory).map(([View, bytes]) => new View(bytes)) },
  { weight: 1, arbitrary: fc.constantFrom(1, "x", true, 5n).map((primitive) => Object(primitive) as unknown) },
);

function object(entries: [string, unknown][]): object {
  const result = {};
  for (const [name, value] of entries) {
    Object.defineProperty(result, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return result;
}

const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.array(tie("tree")),
    fc.array(fc.tuple(key, tie("tree"))).map(object),
    fc.array(fc.tuple(tie("tree"), tie("tree"))).map((entries) => new Map(entries)),
    fc.array(tie("tree")).map((values) => new Set(values)),
  ),
}));

claim("a value arrives equal to what structuredClone makes of it", tree, 1500);

/** Containers that hold each other in any way: node i gets the nodes and leaves that its edges name. */
const graph = fc
  .tuple(
    fc.array(fc.constantFrom("array", "object", "map", "set"), { minLength: 1, maxLength: 20 }),
    fc.array(leaf, { minLength: 1, maxLength: 5 }),
    fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { maxLength: 60 }),
  )
  .map(([names, leaves, edges]) => {
    const nodes: unknown[] = names.map((name) =>
      name === "array" ? [] : name === "object" ? {} : name === "map" ? new Map() : new Set(),
    );
    const all = [...nodes, ...leaves];
    for (const [from, to, by] of edges) {
      const node = nodes[from % nodes.length];
      const target = all[to % all.length];
      if (Array.isArray(node)) node.push(target);
      else if (node instanceof Map) node.set(all[by % all.length], target);
      else if (node instanceof Set) node.add(target);
      else (node as Record<string, unknown>)[`k${by % 10}`] = target;
    }
    return nodes[0];
  });

claim("shared and cyclic references arrive as they were", graph, 500);

const sharedViews = fc
  .tuple(memory, fc.array(fc.tuple(viewClass, fc.boolean()), { maxLength: 6 }))
  .map(([bytes, uses]) => uses.map(([View, whole]) => (whole ? { bytes } : [new View(bytes)])));

claim("views on one memory share it on arrival", sharedViews, 200);

test.run();
