// cli/commands/init: layer 10. `tsmpi init`: a directory for a user's programs, in which editors and `tsc` know tsmpi with
// nothing installed.

import { join, relative } from "node:path";
import { declarations } from "../embedded/declarations.ts";
import { sampleTexts } from "../embedded/sample-texts.ts";
import { scriptsDirectory } from "../find-script.ts";
import { writeNew } from "../write-new.ts";

const typesDirectory = "types/tsmpi";

/** Settings for the editor and `tsc --noEmit`; tsmpi itself serves `import "tsmpi"` whatever `paths` says. */
const compilerOptions = {
  target: "esnext",
  lib: ["esnext", "dom"],
  types: [],
  module: "esnext",
  moduleResolution: "bundler",
  moduleDetection: "force",
  allowImportingTsExtensions: true,
  noEmit: true,
  strict: true,
  paths: { tsmpi: [`./${typesDirectory}/index.d.ts`] },
};

/** Makes what is missing in `dir` and says what it made, what it left alone and what to do next. */
export function init(dir = "."): number {
  const hello = `${scriptsDirectory}/hello.ts`;
  const { made, same, kept } = writeNew(
    dir,
    new Map([
      [hello, sampleTexts["hello.ts"]!],
      ["tsconfig.json", `${JSON.stringify({ compilerOptions }, null, 2)}\n`],
      ...Object.entries(declarations).map(([name, text]) => [`${typesDirectory}/${name}`, text] as const),
    ]),
  );
  let text = "";
  for (const name of summary(made)) text += `made  ${join(dir, name)}\n`;
  for (const name of summary(same)) text += `kept  ${join(dir, name)} (the same)\n`;
  for (const name of summary(kept)) text += `kept  ${join(dir, name)} (another)\n`;
  if (kept.includes("tsconfig.json")) {
    text += `Your tsconfig.json needs this under compilerOptions: "paths": ${JSON.stringify(compilerOptions.paths)}\n`;
  }
  if (kept.some((name) => name.startsWith(typesDirectory))) {
    text += `The types that were kept are of another version; to renew them, remove ${join(dir, typesDirectory)} first\n`;
  }
  const enter = relative(".", dir) ? `cd ${dir} && ` : "";
  console.log(`${text}\nNext: ${enter}tsmpi run -np 4 hello`);
  return 0;
}

/** The names, with the declaration files as one. */
function summary(names: readonly string[]): string[] {
  const types = names.filter((name) => name.startsWith(`${typesDirectory}/`));
  const others = names.filter((name) => !types.includes(name));
  return types.length > 0 ? [...others, `${typesDirectory} (${types.length} files)`] : others;
}
