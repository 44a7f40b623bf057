// docs/generate/pages: which page every public name and every member is on, and under which heading. Called by
// reference.ts; markdown.ts writes what is on a page.
import { MPI } from "../../src/index.ts";
import type { Declared, Sources } from "./sources.ts";

/** Members or functions that come from one chapter of the library. */
export interface Section {
  readonly title: string;
  readonly members: readonly Declared[];
}

export interface Page {
  /** Its path below `docs`. */
  readonly path: string;
  readonly title: string;
  /** What the page is about, where that is a class. */
  readonly about?: Declared;
  /** The nearest public class that it extends, and those that extend it. */
  readonly base?: Declared;
  readonly heirs: readonly Declared[];
  readonly constants: readonly Declared[];
  readonly sections: readonly Section[];
}

const error = /^(ERR_|SUCCESS$)/;

/** The name of the class that a constant is an object of. */
function classOf(name: string): string | undefined {
  const value: unknown = (MPI as Record<string, unknown>)[name];
  if (error.test(name)) return "Exception";
  return typeof value === "object" && value !== null ? value.constructor.name : undefined;
}

/** Members of a class and of its bases that have no page, the class itself first, then the bases from the bottom up. */
function sectionsOf(own: readonly Declared[], inherited: readonly Declared[], sources: Sources): Section[] {
  const [about, ...bases] = own as [Declared, ...Declared[]];
  const seen = new Set<string>();
  const known = new Set(inherited.flatMap(({ members }) => [...members!.keys()]));
  const sections = [about, ...bases].map((one): Section => {
    const members = [...one.members!.values()].filter((member) => {
      const { name, docs } = member;
      if (docs?.ofLibrary || seen.has(name) || (name === "constructor" && !docs?.section)) return false;
      if (!docs && known.has(name)) return false;
      seen.add(name);
      return true;
    });
    return { title: one === about ? "Members" : sources.chapter(one.file), members };
  });
  const [first, ...others] = sections as [Section, ...Section[]];
  return [first, ...others.reverse()].filter(({ members }) => members.length > 0);
}

/** What the signatures on the pages speak of, beside classes, and what such types speak of themselves. */
function typesIn(sources: Sources, pages: readonly Page[]): Declared[] {
  const found = new Set(sources.public.filter(({ kind }) => kind === "type"));
  const look = (declared: Declared) => {
    for (const [word] of declared.signatures.join(" ").matchAll(/\b[A-Z]\w+\b/g)) {
      const type = sources.find(declared.file, word);
      if (type?.kind !== "type" || found.has(type)) continue;
      found.add(type);
      look(type);
    }
  };
  for (const type of [...found]) look(type);
  for (const { sections } of pages) for (const { members } of sections) members.forEach(look);
  return [...found].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.file < b.file ? -1 : 1));
}

/** The classes, the module, and the types that signatures speak of. */
export function pagesOf(sources: Sources): Page[] {
  const names = sources.public;
  const classes = names.filter(({ kind }) => kind === "class");
  const constants = names.filter(({ kind }) => kind === "constant");
  const isClass = ({ name }: Declared) => classes.some((known) => known.name === name);
  const pages = classes.map((about): Page => {
    const line = sources.line(about);
    const above = line.slice(1).findIndex(isClass);
    const own = above < 0 ? line : line.slice(0, above + 1);
    const base = line[own.length];
    return {
      path: `reference/${about.name.toLowerCase()}.md`,
      title: about.name,
      about,
      ...(base && { base }),
      heirs: classes.filter((heir) => heir !== about && sources.line(heir).slice(1).find(isClass) === about),
      constants: constants.filter(({ name }) => classOf(name) === about.name),
      sections: sectionsOf(own, base ? sources.line(base) : [], sources),
    };
  });
  const homeless = constants.filter(({ name }) => !classes.some((known) => known.name === classOf(name)));
  const functions = names.filter(({ kind }) => kind === "function");
  const files = [...new Set(functions.map(({ file }) => file))];
  const module: Page = {
    path: "reference/mpi.md",
    title: "MPI",
    heirs: [],
    constants: homeless,
    sections: files.map((file) => ({
      title: sources.chapter(file),
      members: functions.filter((one) => one.file === file),
    })),
  };
  pages.sort((a, b) => (a.title < b.title ? -1 : 1));
  const types: Page = {
    path: "reference/types.md",
    title: "Types",
    heirs: [],
    constants: [],
    sections: [{ title: "Types", members: typesIn(sources, [module, ...pages]) }],
  };
  return [module, ...pages, types];
}
