// cli/commands/samples: layer 10. `tsmpi samples`: the programs that come inside the executable, listed or copied out.

import { join } from "node:path";
import { dependencies, sampleTexts } from "../embedded/sample-texts.ts";
import { sampleNames } from "../embedded/samples.ts";
import { leadingComment } from "../leading-comment.ts";
import { printTable } from "../print-table.ts";
import { UsageError } from "../usage-error.ts";
import { writeNew } from "../write-new.ts";

/** Lists the samples; with `copy` writes them into `dir`. */
export function samples(verb?: string, dir = "samples"): number {
  if (verb === undefined) return list();
  if (verb === "copy") return copy(dir);
  throw new UsageError(`Cannot use samples ${verb}: expected nothing, or copy`, "tsmpi samples copy [dir]");
}

function list(): number {
  printTable(sampleNames.map((name) => [`sample:${name}`, leadingComment(sampleTexts[`${name}.ts`] ?? "")]));
  console.log("\nRun one:  tsmpi run -np 5 sample:hello\nCopy all: tsmpi samples copy [dir]");
  return 0;
}

function copy(dir: string): number {
  const files = new Map(Object.entries(sampleTexts));
  const needs = packagesOf(files.values());
  if (needs.size > 0) {
    const manifest = { private: true, type: "module", dependencies: Object.fromEntries(needs) };
    files.set("package.json", `${JSON.stringify(manifest, null, 2)}\n`);
  }
  const { made, same, kept } = writeNew(dir, files);
  let text = made.length > 0 ? `Wrote ${made.length} files into ${dir}\n` : "";
  if (same.length > 0) text += `${same.length} files were in ${dir} already\n`;
  if (kept.length > 0) text += `Kept, though they differ: ${kept.map((name) => join(dir, name)).join(", ")}\n`;
  if (needs.size > 0)
    text += `Some need ${[...needs.keys()].join(", ")} from npm: run \`npm install\` in ${dir} first\n`;
  console.log(`${text}Run one: tsmpi run -np 5 ${join(dir, "hello.ts")}`);
  return 0;
}

/** Finds the package in `from "package/path"`. */
const importedPackage = /^(?:import|export)\b[^;]*?\bfrom\s*["']((?:@[^/"']+\/)?[^./"'][^/"']*)/gm;

/** The npm packages that the sources import, with their versions. */
function packagesOf(sources: Iterable<string>): Map<string, string> {
  const names = [...sources].flatMap((source) => [...source.matchAll(importedPackage)].map((found) => found[1]!));
  return new Map(names.flatMap((name) => (dependencies[name] ? [[name, dependencies[name]] as const] : [])));
}
