// The reference in docs/: it is what the docstrings say now, every public name has its place in it, and links lead somewhere.
// `npm run docs` writes it anew.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "uvu";
import { slug } from "../../docs/generate/markdown.ts";
import { makeReference } from "../../docs/generate/reference.ts";
import { root } from "../../docs/generate/sources.ts";
import { equal, ok } from "../support/assert.ts";

const docs = join(root, "docs");
const made = await makeReference();
const committed = ["README.md", ...readdirSync(join(docs, "reference")).map((name) => `reference/${name}`)];
const textOf = (path: string) => (existsSync(join(docs, path)) ? readFileSync(join(docs, path), "utf8") : "");

/** Markdown without its blocks of code. */
const prose = (text: string) => text.replace(/^```.*?^```$/gms, "");

test("the pages in docs/ are what the docstrings say; if not: `npm run docs`, and commit what it writes", () => {
  const paths = [...new Set([...made.keys(), ...committed])].sort();
  const outdated = paths.filter((path) => made.get(path) !== textOf(path));
  equal(outdated.length > 0 ? [`run \`npm run docs\` and commit: ${outdated.join(", ")}`] : [], []);
});

test("every public name is on exactly one page of the reference", () => {
  const names = readFileSync(join(root, "test/house/public-names.txt"), "utf8").trim().split("\n");
  const wrong: string[] = [];
  for (const name of names.map((line) => line.replace(/^type /, ""))) {
    if (["MPI", "default"].includes(name)) continue;
    const places = [...made].flatMap(([path, text]) => {
      const headings = [...prose(text).matchAll(/^(?:#|###) (\w+)$|^\| `(\w+)` \|/gm)];
      // On the pages of classes, headings of the third level are members.
      const own = headings.filter(([line]) => !line.startsWith("###") || /\/(mpi|types)\.md$/.test(path));
      return own.filter(([, heading, constant]) => (heading ?? constant) === name).map(() => path);
    });
    // Types that are not public may have the name of one that is.
    if (new Set(places).size !== 1) wrong.push(`${name}: ${places.join(", ") || "nowhere"}`);
  }
  ok(names.length > 100, `${names.length} names`);
  equal(wrong, []);
});

test("links between the papers lead to files and headings that exist", () => {
  const pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];
  pages.push(
    ...(readdirSync(docs, { recursive: true }) as string[])
      .filter((path) => path.endsWith(".md"))
      .map((path) => `docs/${path}`),
  );
  const anchors = new Map<string, Set<string>>();
  for (const page of pages) {
    const found = new Map<string, number>();
    const own = new Set<string>();
    for (const [, heading] of prose(readFileSync(join(root, page), "utf8")).matchAll(/^#+ (.+)$/gm)) {
      const address = slug(heading!);
      const before = found.get(address) ?? 0;
      found.set(address, before + 1);
      own.add(before === 0 ? address : `${address}-${before}`);
    }
    anchors.set(page, own);
  }
  const wrong: string[] = [];
  let links = 0;
  for (const page of pages) {
    for (const [, target] of prose(readFileSync(join(root, page), "utf8")).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target!)) continue;
      links++;
      const [path = "", heading] = target!.split("#");
      const file = path === "" ? page : join(dirname(page), path);
      const known = anchors.get(file);
      if (!existsSync(join(root, file)) || (heading && !known?.has(heading))) wrong.push(`${page}: ${target}`);
    }
  }
  ok(links > 500, `${links} links`);
  equal(wrong, []);
});

test.run();
