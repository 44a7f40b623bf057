// Datatypes against those of an installed mpi4py: bounds and packed bytes of types of every constructor, and external32.
import { existsSync } from "node:fs";
import { test } from "uvu";
import * as MPI from "../../src/mpi/mpi.ts";
import { equal, ok, skip } from "../support/assert.ts";

const python = "/usr/bin/python3";

/** What both sides make: a base, a call with its arguments, and calls on what comes of it. */
type Recipe = readonly [base: string, ...calls: readonly (readonly [name: string, ...args: readonly unknown[]])[]];

const { DISTRIBUTE_BLOCK, DISTRIBUTE_CYCLIC, DISTRIBUTE_NONE, DISTRIBUTE_DFLT_DARG, ORDER_C, ORDER_FORTRAN } = MPI;
const constants = {
  DISTRIBUTE_BLOCK,
  DISTRIBUTE_CYCLIC,
  DISTRIBUTE_NONE,
  DISTRIBUTE_DFLT_DARG,
  ORDER_C,
  ORDER_FORTRAN,
};
const all = (...names: (keyof typeof constants)[]) => names.map((name) => `=${name}`);

const grids = (order: string): Recipe[] =>
  [0, 1, 2, 3, 4, 5].map((rank) => [
    "INT",
    [
      ...(["createDarray", 6, rank, [7, 10, 3]] as const),
      all("DISTRIBUTE_BLOCK", "DISTRIBUTE_CYCLIC", "DISTRIBUTE_NONE"),
      [...all("DISTRIBUTE_DFLT_DARG"), 2, ...all("DISTRIBUTE_DFLT_DARG")],
      [2, 3, 1],
      order,
    ],
  ]);

const recipes: Recipe[] = [
  // No long: Open MPI writes eight bytes of it in external32, where the standard says four.
  ...["SHORT_INT", "TWOINT", "FLOAT_INT", "DOUBLE_INT"].map((name): Recipe => [name, ["createContiguous", 2]]),
  ["DOUBLE", ["createVector", 3, 2, 4]],
  ["SHORT", ["createVector", 3, 2, -4]],
  ["INT", ["createHvector", 3, 1, 12], ["createContiguous", 2]],
  ["INT", ["createIndexed", [2, 0, 3], [4, 1, 9]]],
  ["CHAR", ["createHindexed", [2, 1, 3], [40, -3, 9]], ["createVector", 2, 1, 3]],
  ["DOUBLE", ["createIndexedBlock", 2, [7, 0, 3]]],
  ["INT", ["createResized", -4, 24], ["createVector", 2, 2, 3]],
  ["INT", ["createVector", 4, 1, 3], ["createResized", 0, 4], ["createContiguous", 3]],
  ["INT", ["createSubarray", [4, 5, 3], [2, 3, 2], [1, 2, 0], "=ORDER_C"]],
  ["SHORT", ["createSubarray", [4, 5, 3], [2, 3, 2], [1, 2, 0], "=ORDER_FORTRAN"], ["createContiguous", 2]],
  ...grids("=ORDER_C"),
  ...grids("=ORDER_FORTRAN"),
  ["struct", ["createStruct", [1, 2, 1], [0, 8, 16], ["DOUBLE", "SHORT", "CHAR"]]],
  ["struct", ["createStruct", [1, 1], [0, 4], ["CHAR", "INT"]], ["createVector", 2, 2, 3]],
  ["struct", ["createStruct", [2, 1], [16, -8], ["DOUBLE", "INT"]]],
];

/** As the other side, in Python: a JSON array of [lb, extent, true lb, true extent, size, packed bytes, external32 bytes]. */
const program = `
import json, sys
from mpi4py import MPI
def named(v):
    if isinstance(v, list): return [named(x) for x in v]
    return getattr(MPI, v[1:]) if isinstance(v, str) and v[0] == "=" else v
def snake(name): return name.replace("create", "Create_").replace("IndexedBlock", "indexed_block").lower().capitalize()
results = []
for base, *calls in json.loads(sys.stdin.read()):
    t = None if base == "struct" else getattr(MPI, base)
    for name, *args in calls:
        if name == "createStruct":
            t = MPI.Datatype.Create_struct(args[0], args[1], [getattr(MPI, n) for n in args[2]])
            continue
        t = getattr(t, snake(name))(*named(args))
    t.Commit()
    lb, extent = t.Get_extent()
    tlb, textent = t.Get_true_extent()
    span = max(textent + max(tlb, 0), 1)
    memory = bytearray((i * 37 + 11) % 251 for i in range(span))
    packed = bytearray(t.Get_size())
    external = bytearray(t.Pack_external_size("external32", 1))
    if tlb >= 0:
        t2 = t.Create_resized(0, span).Commit()
        t2.Pack(memory, packed, 0, MPI.COMM_SELF)
        t2.Pack_external("external32", memory, external, 0)
    results.append([lb, extent, tlb, textent, t.Get_size(), packed.hex(), external.hex()])
print(json.dumps(results))
`;

function ours(recipe: Recipe): unknown[] {
  const [base, ...calls] = recipe;
  const value = (name: string) => (MPI as unknown as Record<string, any>)[name];
  const named = (argument: unknown): unknown =>
    Array.isArray(argument)
      ? argument.map(named)
      : typeof argument === "string"
        ? value(argument.replace("=", ""))
        : argument;
  let type: any = base === "struct" ? MPI.Datatype : value(base);
  for (const [name, ...args] of calls) type = type[name](...args.map(named));
  type.commit();
  const span = Math.max(type.trueExtent + Math.max(type.trueLb, 0), 1);
  const memory = Uint8Array.from({ length: span }, (_, i) => (i * 37 + 11) % 251);
  const [packed, external] = [new Uint8Array(type.size), new Uint8Array(type.packExternalSize("external32", 1))];
  if (type.trueLb >= 0) {
    const one = type.createResized(0, span).commit();
    one.pack(memory, packed);
    one.packExternal("external32", memory, external);
  }
  return [...type.getExtent(), ...type.getTrueExtent(), type.size, packed.toHex(), external.toHex()];
}

async function theirs(): Promise<unknown[][] | string> {
  if (!existsSync(python)) return `${python} is not there`;
  const child = Bun.spawn([python, "-c", program], { stdin: "pipe", stdout: "pipe", stderr: "pipe" });
  child.stdin.write(JSON.stringify(recipes));
  child.stdin.end();
  const [out, error, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (/No module named/.test(error)) return "mpi4py is not installed";
  ok(code === 0, error);
  return JSON.parse(out);
}

const title = "types of every constructor have the bounds and the bytes that mpi4py gives them";
const expected = await theirs();
if (typeof expected === "string") skip(title, expected);
else {
  test(title, () => {
    for (const [i, recipe] of recipes.entries()) equal(ours(recipe), expected[i], JSON.stringify(recipe));
  });
}

test("this file makes types of many constructors", () => {
  ok(new Set(recipes.flatMap(([, ...calls]) => calls.map(([name]) => name))).size >= 10);
});

test.run();
