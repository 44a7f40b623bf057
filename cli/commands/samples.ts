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
  process.stdout.write("\nRun one: tsmpi run -np 5 sample:hello\nCopy all: tsmpi samples copy [dir]\n");
  return 0;
}

function copy(dir: string): number {
  const files = new Map(Object.entries(sampleTexts));
  const needs = packagesOf(files.values());
  if (needs.size > 0) {
    const manifest = { private: true, type: "module", dependencies: Object.fromEntries(needs) };
    files.set("package.json", `${JSON.stringify(manifest, null, 2)}\n`);
  }
  const { written, kept } = writeNew(dir, files);
  let text = `${written.length} files are in ${dir}\n`;
  if (kept.length > 0)
    text += `Kept, as they differ from the samples: ${kept.map((name) => join(dir, name)).join(", ")}\n`;
  if (needs.size > 0)
    text += `Some need ${[...needs.keys()].join(", ")} from npm: run \`npm install\` in ${dir} first\n`;
  process.stdout.write(`${text}Run one: tsmpi run -np 5 ${join(dir, "hello.ts")}\n`);
  return 0;
}

/** The npm packages that the sources import, with their versions. */
function packagesOf(sources: Iterable<string>): Map<string, string> {
  const found = new Map<string, string>();
  for (const source of sources) {
    for (const [, name] of source.matchAll(
      /^(?:import|export)\b[^;]*?\bfrom\s*["']((?:@[^/"']+\/)?[^./"'][^/"']*)/gm,
    )) {
      const version = dependencies[name!];
      if (version) found.set(name!, version);
    }
  }
  return found;
}
