// Files against those that an installed mpi4py writes with the same views on three ranks: byte for byte.
import { existsSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { test } from "uvu";
import * as MPI from "../../src/mpi/mpi.ts";
import { is, ok, skip } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";
import { scratch } from "../support/scratch.ts";

const SIZE = 3;
const python = "/usr/bin/python3";

/** A number, or one for each rank. */
type PerRank = number | readonly number[];
/** A call, how many numbers it writes, and its offset where it has one. */
type Write = readonly [call: string, count: PerRank, offset?: PerRank];

interface Recipe {
  readonly name: string;
  readonly type: "INT" | "SHORT" | "DOUBLE";
  readonly disp: PerRank;
  /** What is called on the type, with arguments that may hold `=CONSTANT` and `$` for the rank. */
  readonly filetype: readonly (readonly [call: string, ...args: readonly unknown[]])[];
  readonly datarep: string;
  readonly writes: readonly Write[];
}

const cyclic = [["createResized", 0, 4 * SIZE]] as const;
const rows = [["createSubarray", [6, 8], [2, 8], ["$2", 0], "=ORDER_C"]] as const;
const columns = [["createSubarray", [4, 6], [4, 2], [0, "$2"], "=ORDER_C"]] as const;
const fortran = [["createSubarray", [6, 4], [2, 4], ["$2", 0], "=ORDER_FORTRAN"]] as const;
const darray = (kind: string, argument: unknown) =>
  [
    [
      "createDarray",
      SIZE,
      "$1",
      [7, 9],
      [kind, "=DISTRIBUTE_NONE"],
      [argument, "=DISTRIBUTE_DFLT_DARG"],
      [SIZE, 1],
      "=ORDER_C",
    ],
  ] as const;
const grid = [
  [
    "createDarray",
    SIZE,
    "$1",
    [6, 12],
    ["=DISTRIBUTE_NONE", "=DISTRIBUTE_CYCLIC"],
    ["=DISTRIBUTE_DFLT_DARG", 2],
    [1, SIZE],
    "=ORDER_C",
  ],
] as const;

const all = { disp: 0, datarep: "native" } as const;
const each = (bytes: number) => Array.from({ length: SIZE }, (_, rank) => rank * bytes);
const recipes: readonly Recipe[] = [
  {
    ...all,
    name: "no view",
    type: "INT",
    filetype: [],
    writes: [
      ["writeAt", 5, each(5)],
      ["writeAtAll", 2, each(7)],
    ],
  },
  {
    ...all,
    name: "cyclic",
    type: "INT",
    disp: each(4),
    filetype: cyclic,
    writes: [
      ["writeAll", 9],
      ["writeAll", 4],
    ],
  },
  {
    ...all,
    name: "cyclic, each by itself",
    type: "INT",
    disp: each(4),
    filetype: cyclic,
    writes: [
      ["write", 9],
      ["writeAt", 2, 11],
    ],
  },
  { ...all, name: "rows", type: "DOUBLE", filetype: rows, writes: [["writeAll", 16]] },
  {
    ...all,
    name: "columns",
    type: "SHORT",
    disp: 6,
    filetype: columns,
    writes: [
      ["writeAll", 8],
      ["writeAll", 5],
    ],
  },
  { ...all, name: "columns at an offset", type: "INT", filetype: columns, writes: [["writeAtAll", 5, [3, 1, 0]]] },
  { ...all, name: "Fortran's order", type: "INT", filetype: fortran, writes: [["writeAll", 8]] },
  {
    ...all,
    name: "darray of blocks",
    type: "INT",
    filetype: darray("=DISTRIBUTE_BLOCK", "=DISTRIBUTE_DFLT_DARG"),
    writes: [["writeAll", [27, 27, 9]]],
  },
  {
    ...all,
    name: "darray, cyclic",
    type: "DOUBLE",
    filetype: darray("=DISTRIBUTE_CYCLIC", 2),
    writes: [["writeAll", [27, 18, 18]]],
  },
  { ...all, name: "darray, cyclic columns", type: "SHORT", filetype: grid, writes: [["writeAll", 24]] },
  {
    ...all,
    name: "external32",
    type: "INT",
    datarep: "external32",
    disp: each(4),
    filetype: cyclic,
    writes: [["writeAll", 7]],
  },
  {
    ...all,
    name: "external32 of doubles",
    type: "DOUBLE",
    datarep: "external32",
    filetype: rows,
    writes: [["writeAll", 16]],
  },
  {
    ...all,
    name: "external32 of a darray",
    type: "INT",
    datarep: "external32",
    filetype: darray("=DISTRIBUTE_CYCLIC", 2),
    writes: [["writeAll", [27, 18, 18]]],
  },
  {
    ...all,
    name: "ordered in external32",
    type: "SHORT",
    disp: 4,
    datarep: "external32",
    filetype: [],
    writes: [["writeOrdered", [3, 2, 5]]],
  },
  {
    ...all,
    name: "ordered",
    type: "INT",
    filetype: [],
    writes: [
      ["writeOrdered", [3, 0, 5]],
      ["writeOrdered", [1, 2, 2]],
    ],
  },
  {
    ...all,
    name: "ordered behind a header",
    type: "DOUBLE",
    disp: 16,
    filetype: [],
    writes: [["writeOrdered", [2, 1, 1]]],
  },
  {
    ...all,
    name: "shared",
    type: "INT",
    filetype: [],
    writes: [
      ["writeShared", [2, 1, 4]],
      ["writeShared", 1],
    ],
  },
  {
    ...all,
    name: "holes",
    type: "INT",
    disp: 8,
    filetype: [["createVector", 2, 1, 3]],
    writes: [["writeAt", 3, each(5)]],
  },
];

const of = (value: PerRank | undefined, rank: number) => (typeof value === "number" ? value : value?.[rank]) ?? 0;

/** The other side, in Python: every recipe's file is written, all of them by one job. */
const program = `
import json, sys, array
from mpi4py import MPI
comm = MPI.COMM_WORLD
codes = {"INT": "i", "SHORT": "h", "DOUBLE": "d"}
def named(v):
    if isinstance(v, list): return [named(x) for x in v]
    if isinstance(v, str) and v[0] == "$": return int(v[1:]) * comm.rank
    return getattr(MPI, v[1:]) if isinstance(v, str) and v[0] == "=" else v
def of(v): return v[comm.rank] if isinstance(v, list) else v
def snake(name): return "".join("_" + c.lower() if c.isupper() else c for c in name).capitalize()
for recipe in json.loads(sys.argv[1]):
    f = MPI.File.Open(comm, recipe["path"], MPI.MODE_RDWR | MPI.MODE_CREATE)
    etype = filetype = getattr(MPI, recipe["type"])
    for name, *args in recipe["filetype"]:
        filetype = getattr(filetype, snake(name))(*named(args))
    filetype.Commit() if recipe["filetype"] else None
    f.Set_view(of(recipe["disp"]), etype, filetype, recipe["datarep"])
    value = 1000 * comm.rank
    for call, count, *offset in recipe["writes"]:
        data = array.array(codes[recipe["type"]], range(value, value + of(count)))
        value += of(count)
        write = getattr(f, snake(call))
        for turn in range(comm.size if call == "writeShared" else 1):
            if call != "writeShared" or turn == comm.rank: write(*[of(o) for o in offset], [data, etype])
            if call == "writeShared": comm.Barrier()
    f.Close()
`;

async function ours(recipe: Recipe, path: string): Promise<void> {
  await ranks(SIZE, async (comm) => {
    const { rank } = comm;
    const value = (name: string) => (MPI as unknown as Record<string, any>)[name];
    const named = (argument: unknown): unknown => {
      if (Array.isArray(argument)) return argument.map(named);
      if (typeof argument !== "string") return argument;
      return argument[0] === "$" ? Number(argument.slice(1)) * rank : value(argument.slice(1));
    };
    await using file = await MPI.File.open(comm, path, MPI.MODE_RDWR | MPI.MODE_CREATE);
    const etype = value(recipe.type);
    let filetype = etype;
    for (const [call, ...args] of recipe.filetype) filetype = filetype[call](...args.map(named)).commit();
    await file.setView(of(recipe.disp, rank), etype, filetype, recipe.datarep);
    let next = 1000 * rank;
    for (const [call, count, offset] of recipe.writes) {
      const numbers = Array.from({ length: of(count, rank) }, () => next++);
      const data = { INT: Int32Array, SHORT: Int16Array, DOUBLE: Float64Array }[recipe.type].from(numbers);
      const write = () => (file as any)[call](...(offset === undefined ? [] : [of(offset, rank)]), data);
      for (let turn = 0; turn < (call === "writeShared" ? SIZE : 1); turn++) {
        if (call !== "writeShared" || turn === rank) await write();
        if (call === "writeShared") await comm.barrier();
      }
    }
  });
}

/** Runs the other side. @returns the files by recipe, or why there are none */
async function theirs(): Promise<string[] | string> {
  const mpirun = Bun.which("mpirun");
  if (!mpirun) return "mpirun is not installed";
  if (!existsSync(python)) return `${python} is not there`;
  if (Bun.spawnSync([python, "-c", "import mpi4py"]).exitCode !== 0) return "mpi4py is not installed";
  if (!Bun.spawnSync([mpirun, "--version"]).stdout.includes("Open MPI")) return "mpirun is not Open MPI's";
  const paths = recipes.map(() => scratch("theirs"));
  const given = JSON.stringify(recipes.map((recipe, i) => ({ ...recipe, path: paths[i] })));
  const root = userInfo().uid === 0 ? ["--allow-run-as-root"] : [];
  const command = [mpirun, ...root, "--oversubscribe", "-np", `${SIZE}`, python, "-c", program, given];
  const child = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [error, code] = await Promise.all([new Response(child.stderr).text(), child.exited]);
  ok(code === 0, error);
  return paths;
}

const expected = await theirs();
for (const [i, recipe] of recipes.entries()) {
  const title = `a file has the bytes that mpi4py writes: ${recipe.name}`;
  if (typeof expected === "string") {
    skip(title, expected);
    continue;
  }
  test(title, async () => {
    const path = scratch("ours");
    await ours(recipe, path);
    const [mine, other] = [readFileSync(path), readFileSync(expected[i]!)];
    ok(mine.length > 0);
    is(mine.toString("hex"), other.toString("hex"));
  });
}

test("every kind of write and view is among the recipes", () => {
  const calls = new Set(recipes.flatMap(({ writes }) => writes.map(([call]) => call)));
  is([...calls].sort().join(), "write,writeAll,writeAt,writeAtAll,writeOrdered,writeShared");
  is(new Set(recipes.map(({ datarep }) => datarep)).size, 2);
});

test.run();
