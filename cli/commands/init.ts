// cli/commands/init: layer 10. `tsmpi init`: a directory for a user's programs, in which editors and `tsc` know tsmpi, Bun and
// Node.js with nothing installed.

import { join, relative } from "node:path";
import { declarations } from "../embedded/declarations.ts";
import { runtimeTypes } from "../embedded/runtime-types.ts";
import { sampleTexts } from "../embedded/sample-texts.ts";
import { scriptsDirectory } from "../find-script.ts";
import { writeNew } from "../write-new.ts";

const types = "types";

/** Settings for the editor and `tsc --noEmit`; tsmpi itself serves `import "tsmpi"` whatever `paths` says. */
const compilerOptions = {
  target: "esnext",
  lib: ["esnext", "dom"],
  module: "esnext",
  moduleResolution: "bundler",
  moduleDetection: "force",
  allowImportingTsExtensions: true,
  noEmit: true,
  strict: true,
  skipLibCheck: true,
};

/** Where the types are; what a tsconfig.json of the user's own needs. */
const typeOptions = {
  typeRoots: [`./${types}`],
  types: ["bun"],
  paths: {
    tsmpi: [`./${types}/tsmpi/index.d.ts`],
    "tsmpi/util": [`./${types}/tsmpi/sync.d.ts`],
    "undici-types": [`./${types}/undici-types/index.d.ts`],
  },
};

/** Makes what is missing in `dir` and says what it made, what it left alone and what to do next. */
export async function init(dir = "."): Promise<number> {
  const hello = `${scriptsDirectory}/hello.ts`;
  // Excluded: all of them at once declare more than a script has. Those of `types` and `paths` lead to what it has.
  const settings = { compilerOptions: { ...compilerOptions, ...typeOptions }, exclude: [types] };
  const { made, same, kept } = writeNew(
    dir,
    new Map([
      [hello, sampleTexts["hello.ts"]!],
      ["tsconfig.json", `${JSON.stringify(settings, null, 2)}\n`],
      ...Object.entries(declarations).map(([name, text]) => [`${types}/tsmpi/${name}`, text] as const),
      ...Object.entries(await runtimeTypes()).map(([name, text]) => [`${types}/${name}`, text] as const),
    ]),
  );
  let text = "";
  for (const name of summary(made)) text += `made  ${join(dir, name)}\n`;
  for (const name of summary(same)) text += `kept  ${join(dir, name)} (the same)\n`;
  for (const name of summary(kept)) text += `kept  ${join(dir, name)} (another)\n`;
  if (kept.includes("tsconfig.json")) {
    text += `Your tsconfig.json needs this under compilerOptions: ${JSON.stringify(typeOptions).slice(1, -1)}\n`;
    text += `and, beside them: "exclude": ["${types}"]\n`;
  }
  if (kept.some((name) => name.startsWith(`${types}/`))) {
    text += `The types that were kept are of another version; to renew them, remove ${join(dir, types)} first\n`;
  }
  const enter = relative(".", dir) ? `cd ${dir} && ` : "";
  console.log(`${text}\nNext: ${enter}tsmpi run -np 4 hello`);
  return 0;
}

/** The names, with the declaration files of a package as one. */
function summary(names: readonly string[]): string[] {
  const packageOf = (name: string) => (name.startsWith(`${types}/`) ? name.split("/", 2).join("/") : name);
  return [...Map.groupBy(names, packageOf)].map(([name, files]) =>
    files[0] === name ? name : `${name} (${files.length} files)`,
  );
}
