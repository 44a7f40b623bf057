// docs/generate/markdown: how a page of the reference reads. Called by reference.ts.

import { MPI } from "../../src/index.ts";
import { getErrorString } from "../../src/mpi/error-codes.ts";
import type { Docstring } from "./docstring.ts";
import type { Page } from "./pages.ts";
import type { Declared, Sources } from "./sources.ts";

/** The address of a heading on a code host: lower case, without punctuation. */
export function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
}

/** The addresses of the members' headings: a code host numbers those that occur again. */
export function anchorsOf({ title, constants, sections }: Page): Map<Declared, string> {
  const times = new Map<string, number>();
  const next = (heading: string) => {
    const address = slug(heading);
    const before = times.get(address) ?? 0;
    times.set(address, before + 1);
    return before === 0 ? address : `${address}-${before}`;
  };
  next(title);
  if (constants.length > 0) next("Constants");
  const anchors = new Map<Declared, string>();
  for (const { title: heading, members } of sections) {
    if (heading !== title) next(heading);
    for (const member of members) anchors.set(member, next(member.name));
  }
  return anchors;
}

/** Lines of a docstring that break within a sentence, as one; lists and paragraphs stay. */
function flowing(text: string): string {
  return text
    .replace(/\n(?![\n-]| {2,})/g, (all, at: number) => (text[at - 1] === "\n" ? all : " "))
    .replace(/\n {2,}/g, " ");
}

const code = (text: string) => `\`\`\`ts\n${text.trimEnd()}\n\`\`\``;

/** Which of the types in `declared` have an entry: links to it. */
function typesOf(declared: Declared, from: Page, pages: readonly Page[], sources: Sources): string {
  const links = new Map<string, string>();
  for (const [word] of declared.signatures.join(" ").matchAll(/\b[A-Z]\w+\b/g)) {
    const type = sources.find(declared.file, word);
    const page = type && pages.find(({ about, sections }) => about === type || isOn(sections, type));
    if (!page || page === from || links.has(word)) continue;
    const file = page.path.replace("reference/", "");
    links.set(word, `[${word}](${file}${page.about ? "" : `#${anchorsOf(page).get(type)}`})`);
  }
  return [...links.values()].join(", ");
}

function isOn(sections: Page["sections"], declared: Declared): boolean {
  return sections.some(({ members }) => members.includes(declared));
}

/** Parameters, result, errors, examples. */
function details(docs: Docstring): string[] {
  const list = [
    ...docs.parameters.map(({ names, text }) => {
      return `- ${names.map((name) => `\`${name.replace(/^options\./, "")}\``).join(", ")}: ${flowing(text)}`;
    }),
    ...(docs.returns ? [`- **Returns** ${flowing(docs.returns)}`] : []),
    ...docs.throws.map((text) => `- **Throws** ${flowing(text)}`),
  ];
  return [...(list.length > 0 ? [list.join("\n")] : []), ...docs.examples.map(code)];
}

/** A static method's signature with its class in front: inherited ones are called on the class of the page, too. */
function asCalled(line: string, { title }: Page): string {
  return line.replace(/^static /, `MPI.${title}.`);
}

function entry(member: Declared, from: Page, pages: readonly Page[], sources: Sources): string[] {
  const { docs, name, kind, signatures } = member;
  const types = typesOf(member, from, pages, sources);
  const last = [docs?.section && `MPI-4.1 §${docs.section}`, types && `types: ${types}`].filter(Boolean).join(" · ");
  return [
    `### ${name}`,
    code(signatures.map((line) => (kind === "function" ? `MPI.${line}` : asCalled(line, from))).join("\n")),
    ...(docs?.text ? [flowing(docs.text)] : []),
    ...(docs ? details(docs) : []),
    ...(last ? [`_${last}_`] : []),
  ];
}

function constantsOf(page: Page): string[] {
  if (page.constants.length === 0) return [];
  const rows = page.constants.map(({ name, docs }) => {
    const value: unknown = (MPI as Record<string, unknown>)[name];
    const isError = page.title === "Exception" && typeof value === "number";
    const said = docs?.text || (isError ? getErrorString(value) : "");
    const text = [flowing(said), docs?.section && `§${docs.section}`].filter(Boolean).join(" · ");
    return `| \`${name}\` | ${typeof value === "number" ? value : ""} | ${text.replaceAll("|", "\\|")} |`;
  });
  return ["## Constants", ["| name | number | what it is |", "| --- | --- | --- |", ...rows].join("\n")];
}

/** The whole text of a page. */
export function pageText(page: Page, pages: readonly Page[], sources: Sources): string {
  const { about, base, heirs, sections, title } = page;
  const link = (one: Declared) => `[${one.name}](${one.name.toLowerCase()}.md)`;
  const kin = [
    base && `Extends ${link(base)}: what is described there can be called here, too.`,
    heirs.length > 0 && `Extended by ${heirs.map(link).join(", ")}.`,
  ].filter(Boolean);
  const opening: Record<string, string> = {
    MPI: "The functions and constants of the module. Classes, and the constants that are objects of them, have pages of their own: see the [index](../README.md).",
    Types:
      "What the signatures on the other pages speak of, as it stands in the source. Those that `tsmpi` exports can be imported; the others have names only here.",
  };
  const anchors = anchorsOf(page);
  const contents = sections.map(({ title, members }) => {
    return `- ${title}: ${members.map((member) => `[${member.name}](#${anchors.get(member)})`).join(" · ")}`;
  });
  const parts = [
    `# ${title}`,
    ...(about?.docs ? [flowing(about.docs.text), ...details(about.docs)] : [opening[title] ?? ""]),
    ...(about?.docs?.section ? [`_MPI-4.1 §${about.docs.section}_`] : []),
    ...(kin.length > 0 ? [kin.join(" ")] : []),
    ...(contents.length > 0 && title !== "Types" ? [contents.join("\n")] : []),
    ...constantsOf(page),
    ...sections.flatMap(({ title: heading, members }) => [
      ...(heading === title ? [] : [`## ${heading}`]),
      ...members.flatMap((member) => entry(member, page, pages, sources)),
    ]),
  ];
  return `${parts.join("\n\n")}\n`;
}
