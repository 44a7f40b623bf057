// mpi/file-arguments: layer 9. Checks what a script passes to the methods of a file. Called by the chapters of File.
import {
  MODE_APPEND,
  MODE_CREATE,
  MODE_DELETE_ON_CLOSE,
  MODE_EXCL,
  MODE_RDONLY,
  MODE_RDWR,
  MODE_SEQUENTIAL,
  MODE_UNIQUE_OPEN,
  MODE_WRONLY,
} from "../base/constants-io.ts";
import { Exception, show } from "../base/errors.ts";
import { bytesOf, elementOfBuffer } from "../data/buffer.ts";
import { BYTES, elements } from "../data/element.ts";
import { Items } from "../data/items.ts";
import { basics } from "../data/type-basic.ts";
import { TypeTree } from "../data/type-tree.ts";
import type { Way } from "../io/collective-access.ts";
import { Memory } from "../io/memory.ts";
import type { View } from "../io/view.ts";
import { checkBuffer } from "./arguments.ts";
import { checkType } from "./type-arguments.ts";
import { checkInteger } from "./type-numbers.ts";
import { itemsOf, type TypeOptions } from "./typed-data.ts";

/** The trees of buffers without `type`, by element kind, from when they are first needed. */
const plain: TypeTree[] = [];

function plainTree(element: number): TypeTree {
  const { size } = elements[element]!;
  const numbers = Object.values(basics).filter(({ family }) => family === "integer" || family === "float");
  const found = numbers.find((basic) => basic.element === element && element !== BYTES && basic.external === size);
  plain[element] ??= new TypeTree({ kind: "basic", basic: found ?? basics.byte });
  return plain[element];
}

/** The items of a buffer that a call reads into or writes. @throws ERR_TYPE where they are no whole number of etypes */
export function checkMemory(
  call: string,
  way: Way,
  given: unknown,
  options: TypeOptions | undefined,
  view: View,
): Memory {
  const buffer = checkBuffer(call, given);
  const { type, count } = options ?? {};
  const element = elementOfBuffer(buffer);
  let tree = plain[element] ?? plainTree(element);
  let items: Items;
  if (type === undefined) {
    if (count !== undefined) throw new TypeError(`Cannot call ${call}: option type is missing, expected with count`);
    items = new Items(tree, buffer.byteLength / tree.size, bytesOf(buffer));
  } else {
    tree = checkType(call, type);
    const number = count === undefined ? undefined : checkInteger(call, "count", count, 0, "ERR_COUNT");
    items = itemsOf(call, buffer, tree, number, { receives: way === "read" });
  }
  const memory = new Memory(call, tree, items, view.representation);
  if (memory.bytes % view.etype === 0) return memory;
  const state = `${memory.bytes} bytes are no whole number of etypes of ${view.etype} bytes`;
  throw new Exception("ERR_TYPE", `Cannot ${call} ${show(buffer)}: ${state}`);
}

/** An offset in etypes, from the beginning of the view. */
export function checkOffset(call: string, offset: unknown, name = "offset"): number {
  return checkInteger(call, name, offset, 0);
}

const ways = MODE_RDONLY | MODE_RDWR | MODE_WRONLY;
const others = MODE_APPEND | MODE_CREATE | MODE_DELETE_ON_CLOSE | MODE_EXCL | MODE_SEQUENTIAL | MODE_UNIQUE_OPEN;

/** An access mode. */
export function checkAmode(call: string, amode: unknown): number {
  if (typeof amode !== "number") {
    throw new TypeError(`Cannot call ${call}: amode is ${show(amode)}, expected a sum of MPI.MODE_…`);
  }
  const wrong = wrongAmode(amode);
  if (!wrong) return amode;
  throw new Exception("ERR_AMODE", `Cannot call ${call} with amode ${amode}: ${wrong}`);
}

function wrongAmode(amode: number): string | undefined {
  if (!Number.isInteger(amode) || amode < 0 || amode > 511 || (amode & ~(ways | others)) !== 0) {
    return "expected a sum of MPI.MODE_…";
  }
  if (![MODE_RDONLY, MODE_RDWR, MODE_WRONLY].includes(amode & ways)) {
    return "expected exactly one of MPI.MODE_RDONLY, MODE_RDWR and MODE_WRONLY";
  }
  if (amode & MODE_RDONLY && amode & (MODE_CREATE | MODE_EXCL)) {
    return "a file that is only read is not made, expected no MPI.MODE_CREATE or MODE_EXCL";
  }
  if (amode & MODE_RDWR && amode & MODE_SEQUENTIAL) {
    return "MPI.MODE_SEQUENTIAL and MODE_RDWR exclude each other";
  }
  return undefined;
}

/** A file's name. */
export function checkPath(call: string, path: unknown): string {
  if (typeof path !== "string") throw new TypeError(`Cannot call ${call}: path is ${show(path)}, expected a string`);
  if (path !== "" && !path.includes("\0")) return path;
  throw new Exception("ERR_BAD_FILE", `Cannot call ${call} with path ${show(path)}: it names no file`);
}
