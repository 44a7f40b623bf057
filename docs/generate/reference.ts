// docs/generate/reference: makes the reference from the sources. `npm run docs` runs it; a test holds what is committed
// against what it makes.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { indexPage } from "./index-page.ts";
import { pageText } from "./markdown.ts";
import { pagesOf } from "./pages.ts";
import { readSources, root } from "./sources.ts";

/** All generated files: path below `docs` → text. */
export async function makeReference(): Promise<Map<string, string>> {
  const sources = await readSources();
  const pages = pagesOf(sources);
  return new Map([
    ["README.md", indexPage(pages)],
    ...pages.map((page) => [page.path, pageText(page, pages, sources)] as const),
  ]);
}

if (import.meta.main) {
  const docs = join(root, "docs");
  const files = await makeReference();
  for (const [path, text] of files) {
    mkdirSync(dirname(join(docs, path)), { recursive: true });
    writeFileSync(join(docs, path), text);
  }
  const old = readdirSync(join(docs, "reference")).filter((name) => !files.has(`reference/${name}`));
  for (const name of old) rmSync(join(docs, "reference", name));
  console.log(`${files.size} pages in docs/: README.md, and reference/`);
}
