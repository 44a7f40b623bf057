// test/house/api-names: the names of mpi4py's classes, functions and constants, held against what the library exports.
// mpi4py-names.txt has one a line: class, kind, name here, mpi4py's name. Used by test/coverage-api.ts
// and coverage-api.test.ts.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as MPI from "../../src/index.ts";

const test = join(import.meta.dir, "..");
const list = join(import.meta.dir, "mpi4py-names.txt");
const gapsFile = join(import.meta.dir, "api-gaps.txt");
/** Where the list is kept for everyone; there is only the copy in a clone by itself. */
export const original = join(test, "../../shared/data/mpi4py-names.txt");

export type Kind = "method" | "static" | "const";

export interface Name {
  /** `Comm`, …; `MPI` for functions and constants of the module. */
  readonly owner: string;
  readonly kind: Kind;
  readonly name: string;
  /** As the list of gaps has it: `Comm.send`, `MPI.wtime`. */
  readonly full: string;
}

/** What mpi4py has as an attribute of the object, though the list calls it a method. */
const properties = ["Exception.errorCode", "Exception.errorClass", "Exception.errorString"];

/** The whole list, in its order. */
export function apiNames(file = list): Name[] {
  return readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const [of, kind, name] = line.split(" ");
      const owner = of === "CONST" ? "MPI" : of!;
      return { owner, kind: kind as Kind, name: name!, full: `${owner}.${name}` };
    });
}

/** What is wrong with a name: `missing`, `not callable`; undefined when it is there. */
export function gapOf({ owner, kind, name, full }: Name): string | undefined {
  const exported = MPI as unknown as Record<string, any>;
  const home = owner === "MPI" ? exported : exported[owner];
  if (home === undefined) return "missing";
  if (kind === "const") return home[name] === undefined ? "missing" : undefined;
  if (properties.includes(full)) return name in new home(MPI.SUCCESS) ? undefined : "missing";
  const holder = kind === "static" ? home : home.prototype;
  if (!(name in holder)) return "missing";
  for (let of = holder; of !== null; of = Object.getPrototypeOf(of)) {
    const found = Object.getOwnPropertyDescriptor(of, name);
    if (found) return typeof found.value === "function" ? undefined : "not callable";
  }
  return "missing";
}

const texts = [...new Bun.Glob("**/*.ts").scanSync(test)].map((file) => readFileSync(join(test, file), "utf8"));

/** Whether a test, or what tests are made of, calls the method (by a table of names, maybe), or has the constant. */
export function isTested({ owner, kind, name, full }: Name): boolean {
  const call = `\\b${name}(<.*>)?\\(`;
  const use =
    kind === "const"
      ? `\\b${name}\\b`
      : properties.includes(full)
        ? `\\.${name}\\b`
        : `${owner === "MPI" ? call : `\\.${call}`}|"${name}"`;
  return texts.some((text) => new RegExp(use).test(text));
}

/** What there is to say against a name: `missing`, `not callable`, `without a test`; undefined where all is well. */
export function findingOf(name: Name): string | undefined {
  return gapOf(name) ?? (isTested(name) ? undefined : UNTESTED);
}

export const UNTESTED = "without a test";

/** The line of api-gaps.txt that allows a finding: the name, or the name and `without a test`. */
export function lineOf(name: Name): string | undefined {
  const finding = findingOf(name);
  return finding === UNTESTED ? `${name.full} ${UNTESTED}` : finding && name.full;
}

/** The lines of api-gaps.txt, with the names of all of a class for `Win.*`. */
export function allowedGaps(names: readonly Name[]): string[] {
  return readFileSync(gapsFile, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .flatMap((line) => {
      const all = line.endsWith(".*") ? names.filter(({ owner }) => `${owner}.*` === line) : [];
      return all.length > 0 ? all.map(({ full }) => full) : [line];
    });
}

/** Takes the lines of names that are there and have a test out of api-gaps.txt; never adds one. */
export function shrinkGaps(names: readonly Name[]): void {
  const gaps = new Set(names.map(lineOf));
  const lines = readFileSync(gapsFile, "utf8").split("\n");
  const kept = lines.filter((line) => line === "" || line.startsWith("#") || line.endsWith(".*") || gaps.has(line));
  writeFileSync(gapsFile, kept.join("\n"));
}
