// docs/generate/sources: reads the library's sources with the TypeScript compiler: what is declared where, under which
// docstring. Called by pages.ts, and by the tests, which run the examples and look for docstrings that are missing.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { ClassElement, Node, SourceFile } from "typescript/unstable/ast";
import { SyntaxKind } from "typescript/unstable/ast";
import {
  isClassDeclaration,
  isConstructorDeclaration,
  isExportDeclaration,
  isFunctionDeclaration,
  isGetAccessorDeclaration,
  isImportDeclaration,
  isInterfaceDeclaration,
  isMethodDeclaration,
  isNamedExports,
  isNamedImports,
  isObjectBindingPattern,
  isPropertyDeclaration,
  isSetAccessorDeclaration,
  isTypeAliasDeclaration,
  isVariableStatement,
} from "typescript/unstable/ast/is";
import { API } from "typescript/unstable/async";
import { type Docstring, parseDocstring } from "./docstring.ts";

export const root = join(import.meta.dir, "../..");

export interface Declared {
  readonly name: string;
  readonly kind: "class" | "function" | "constant" | "type" | "member" | "field" | "module";
  /** The path of its file below `src`. */
  readonly file: string;
  /** Without bodies; of something overloaded, those that a caller sees. */
  readonly signatures: string[];
  /** That of its first declaration that has one. */
  docs: Docstring | undefined;
  /** The name of the class that it extends. */
  readonly base?: string;
  /** The public members of a class, by name, in the order of the source. */
  readonly members?: ReadonlyMap<string, Declared>;
}

interface File {
  readonly declared: Map<string, Declared>;
  /** Names that come from other files of `src`: name here → file, name there. */
  readonly elsewhere: Map<string, { file: string; name: string }>;
  /** What mpi.ts gives out, in its order. */
  readonly exports: string[];
}

const src = join(root, "src");
const hidden = [SyntaxKind.PrivateKeyword, SyntaxKind.ProtectedKeyword];

/** The docstring of a node: the last one above it. */
function docsOf(node: Node, text: string): Docstring | undefined {
  const last = node.jsDoc?.at(-1);
  return last && parseDocstring(text.slice(text.lastIndexOf("/**", last.end), last.end));
}

/** The text from a node's first character to `end`, its lines moved as far to the left as the first. */
function dedented(node: Node, end: number, text: string, sf: SourceFile): string {
  const start = node.getStart(sf);
  const margin = /[ ]*$/.exec(text.slice(0, start))![0];
  return text.slice(start, end).trim().replaceAll(`\n${margin}`, "\n");
}

/** A declaration without its body, and without the words that matter only to whoever implements it. */
function signature(node: Node & { body?: Node }, text: string, sf: SourceFile): string {
  return dedented(node, node.body ? node.body.pos : node.end, text, sf)
    .replace(/^(?:(?:export|public|abstract|override|async|function) +)*/, "")
    .replace(/^static (?:(?:override|async) +)*/, "static ")
    .replace(/([(,]\s*)_(\w+\??:)/g, "$1$2") // What is not looked at.
    .replace(/;$/, "");
}

/** Whether callers do not see it. */
function isHidden(member: ClassElement): boolean {
  const modifiers = (member as { modifiers?: readonly Node[] }).modifiers ?? [];
  return modifiers.some(({ kind }) => hidden.includes(kind)) || /^[#[]/.test(nameOf(member));
}

function nameOf(member: ClassElement): string {
  return isConstructorDeclaration(member) ? "constructor" : ((member as { name?: Node }).name?.getText() ?? "#");
}

/** Enters one more declaration of a name; the one with a body is what overloads hide. */
function enter(into: Map<string, Declared>, declared: Declared, hasBody: boolean): void {
  const known = into.get(declared.name);
  if (!known) into.set(declared.name, declared);
  else {
    known.docs ??= declared.docs;
    if (!hasBody) known.signatures.push(...declared.signatures);
  }
}

function membersOf(
  members: readonly ClassElement[],
  text: string,
  sf: SourceFile,
  file: string,
): Map<string, Declared> {
  const found = new Map<string, Declared>();
  const setters = new Set(members.filter(isSetAccessorDeclaration).map(nameOf));
  for (const member of members) {
    if (isHidden(member) || isSetAccessorDeclaration(member)) continue;
    const docs = docsOf(member, text);
    const own = { name: nameOf(member), kind: "member", file, docs } as const;
    if (isGetAccessorDeclaration(member)) {
      const type = member.type?.getText(sf) ?? "unknown";
      const line = `${setters.has(own.name) ? "" : "readonly "}${own.name}: ${type}`;
      enter(found, { ...own, signatures: [line] }, true);
    } else if (isPropertyDeclaration(member)) {
      const [head] = signature(member, text, sf).split(" = ");
      const value = member.initializer?.getText(sf);
      const type = /:/.test(head!) ? head! : `${head}: ${/^\d/.test(value ?? "") ? "number" : "unknown"}`;
      enter(found, { ...own, kind: "field", signatures: [type] }, true);
    } else if (isMethodDeclaration(member) || isConstructorDeclaration(member)) {
      enter(found, { ...own, signatures: [signature(member, text, sf)] }, Boolean(member.body));
    }
  }
  return found;
}

function readFile(sf: SourceFile, file: string): File {
  const { text } = sf;
  const declared = new Map<string, Declared>();
  const elsewhere: File["elsewhere"] = new Map();
  const exports: string[] = [];
  const at = (specifier: Node) => relative(src, join(src, dirname(file), specifier.getText(sf).slice(1, -1)));
  for (const statement of sf.statements) {
    const docs = docsOf(statement, text);
    if (statement === sf.statements[0] && statement.jsDoc?.some((doc) => /@module\b/.test(doc.getText(sf)))) {
      declared.set(file, { name: file, kind: "module", file, signatures: [], docs });
    }
    if (isImportDeclaration(statement)) {
      const bindings = statement.importClause?.namedBindings;
      if (!bindings || !isNamedImports(bindings)) continue;
      for (const { name, propertyName } of bindings.elements) {
        const there = { file: at(statement.moduleSpecifier), name: (propertyName ?? name).getText(sf) };
        elsewhere.set(name.getText(sf), there);
      }
    } else if (isExportDeclaration(statement)) {
      const { exportClause, moduleSpecifier } = statement;
      if (!exportClause || !isNamedExports(exportClause)) continue;
      for (const { name, propertyName } of exportClause.elements) {
        exports.push(name.getText(sf));
        if (!moduleSpecifier) continue;
        const there = { file: at(moduleSpecifier), name: (propertyName ?? name).getText(sf) };
        elsewhere.set(name.getText(sf), there);
      }
    } else if (isClassDeclaration(statement)) {
      const name = statement.name!.getText(sf);
      const base = statement.heritageClauses
        ?.find(({ token }) => token === SyntaxKind.ExtendsKeyword)
        ?.types[0]?.expression.getText(sf);
      const members = membersOf(statement.members, text, sf, file);
      declared.set(name, { name, kind: "class", file, signatures: [], docs, members, ...(base && { base }) });
    } else if (isFunctionDeclaration(statement)) {
      const own = { name: statement.name!.getText(sf), kind: "function", file, docs } as const;
      enter(declared, { ...own, signatures: [signature(statement, text, sf)] }, Boolean(statement.body));
    } else if (isInterfaceDeclaration(statement) || isTypeAliasDeclaration(statement)) {
      const lines = dedented(statement, statement.end, text, sf).replace(/^export /, "");
      const name = statement.name.getText(sf);
      declared.set(name, { name, kind: "type", file, docs, signatures: [lines] });
    } else if (isVariableStatement(statement)) {
      for (const { name: binding, type } of statement.declarationList.declarations) {
        const names = isObjectBindingPattern(binding)
          ? binding.elements.map((element) => (element.name ?? element).getText(sf).replace(/^\[|\]$/g, ""))
          : [binding.getText(sf)];
        const signatures = type ? [type.getText(sf)] : [];
        for (const name of names) declared.set(name, { name, kind: "constant", file, docs, signatures });
      }
    }
  }
  return { declared, elsewhere, exports };
}

export class Sources {
  readonly #files: ReadonlyMap<string, File>;

  constructor(files: ReadonlyMap<string, File>) {
    this.#files = files;
  }

  /** Everything that has docstrings for users: what is public, their bases, and the module itself. */
  get documented(): Declared[] {
    const found = new Set<Declared>();
    for (const declared of [...this.public, this.find("index.ts", "index.ts")!]) {
      for (const one of declared.kind === "class" ? this.line(declared) : [declared]) found.add(one);
    }
    return [...found];
  }

  /** What `MPI` has, in the order of mpi.ts. */
  get public(): Declared[] {
    return this.#files.get("mpi/mpi.ts")!.exports.map((name) => {
      const found = this.find("mpi/mpi.ts", name);
      if (!found) throw new Error(`Cannot find what mpi.ts gives out as ${name}`);
      return found;
    });
  }

  /** What a name means in a file: declared there, or imported from another one of `src`. */
  find(file: string, name: string): Declared | undefined {
    const here = this.#files.get(file);
    const found = here?.declared.get(name);
    if (found) return found;
    const there = here?.elsewhere.get(name);
    return there && this.find(there.file, there.name);
  }

  /** A class and what it extends, nearest first. */
  line(declared: Declared): Declared[] {
    const base = declared.base && this.find(declared.file, declared.base);
    return base ? [declared, ...this.line(base)] : [declared];
  }

  /** What the chapter of a file is called: as its first comment says, or else by the file's name. */
  chapter(file: string): string {
    const [, said] = /^\/\/.*\bThe chapter "([^"]+)"/.exec(readFileSync(join(src, file), "utf8")) ?? [];
    const name = said ?? file.replace(/^.*\/|\.ts$/g, "").replaceAll("-", " ");
    return name[0]!.toUpperCase() + name.slice(1);
  }
}

/** Reads all of `src`. */
export async function readSources(): Promise<Sources> {
  const api = new API({ cwd: root });
  try {
    const snapshot = await api.updateSnapshot({ openProject: join(root, "tsconfig.json") });
    const { program } = snapshot.getProjects()[0]!;
    const paths = (readdirSync(src, { recursive: true }) as string[]).filter((path) => path.endsWith(".ts")).sort();
    const files = await Promise.all(
      paths.map(async (path) => {
        const sf = await program.getSourceFile(join(src, path));
        if (!sf) throw new Error(`Cannot read src/${path}: it is no part of the program`);
        return [path, readFile(sf, path)] as const;
      }),
    );
    return new Sources(new Map(files));
  } finally {
    await api.close();
  }
}
