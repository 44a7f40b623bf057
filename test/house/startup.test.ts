// What every rank and every launcher loads before anything asks for it: each built-in module of Bun and each chapter costs
// all ranks of all jobs up to a millisecond and hundreds of KiB.
import { join } from "node:path";
import { test } from "uvu";
import { equal, is, ok } from "../support/assert.ts";

const root = join(import.meta.dir, "../..");
const { metafile } = await Bun.build({
  entrypoints: [join(root, "cli/main.ts")],
  root,
  target: "bun",
  splitting: true,
  external: ["tsmpi", "tsmpi/util"],
  metafile: true,
});
const { inputs, outputs } = metafile!;

/** The files in the chunks that are loaded with `entry`, and the built-in modules that they import. */
function loadedWith(entry: string): { files: string[]; builtins: string[] } {
  const start = Object.keys(outputs).find((chunk) => outputs[chunk]!.entryPoint?.endsWith(entry));
  ok(start !== undefined, `${entry} is in a chunk of its own`);
  const chunks = new Set([start]);
  const builtins = new Set<string>();
  for (const chunk of chunks) {
    for (const { path, kind } of outputs[chunk]!.imports) {
      if (kind === "import-statement" && path in outputs) chunks.add(path);
    }
  }
  const files = [...chunks].flatMap((chunk) => Object.keys(outputs[chunk]!.inputs));
  for (const file of files) {
    for (const { path, kind, external } of inputs[file]?.imports ?? []) {
      if (external && kind === "import-statement") builtins.add(path.replace(/^node:/, ""));
    }
  }
  return { files, builtins: [...builtins].sort() };
}

for (const entry of ["cli/rank.ts", "src/mpi/mpi.ts"]) {
  test(`${entry} loads no built-in module that takes a millisecond`, () => {
    equal(loadedWith(entry).builtins, ["bun:ffi", "os", "util/types"]);
  });
}

test("a rank loads no packages, no launcher, no files, nothing for long sleeps, and of windows what checks arguments", () => {
  const files = ["cli/rank.ts", "src/mpi/mpi.ts"].flatMap((entry) => loadedWith(entry).files);
  ok(files.some((file) => file.endsWith("src/mpi/mpi.ts")));
  const dear =
    /node_modules|cli\/(launch|agent|bench|commands|embedded)\/|src\/io\/(disk|open-file|opening|service)|src\/rma\/(creation|window|shared)|wireup-(engine|pmix?|slurm)|clean-pages/;
  equal(
    files.filter((file) => dear.test(file)),
    [],
  );
});

test("the executable has no index.ts: its samples and benches get the module that scripts get", () => {
  ok(inputs["samples/hello.ts"]);
  is(inputs["src/index.ts"], undefined);
});

test("the launcher of a job on one host loads no packages, no agents' network, and few built-in modules", () => {
  const { files, builtins } = loadedWith("cli/commands/run.ts");
  equal(builtins, ["bun:ffi", "fs", "os", "path", "util/types"]);
  equal(
    files.filter((file) => /node_modules|cli\/bench\/|cli\/agent\/(ssh|remote|join-dial|discovery)/.test(file)),
    [],
  );
});

test.run();
