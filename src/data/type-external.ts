// data/type-external: layer 1. The external32 representation (MPI-4.1 §15.5.2): big-endian, with sizes of its own. Packed
// items are converted, run by run of one basic type. Called by mpi/datatype-packing.ts and io/representation.ts.
import { Exception } from "../base/errors.ts";
import type { Basic } from "./type-basic.ts";
import type { TypeTree } from "./type-tree.ts";
import * as wide from "./wide-float.ts";

/** Bytes of one item in external32. */
export function externalSize({ basic, size, form }: TypeTree): number {
  if (basic) return (size / basic.size) * basic.external;
  if (form.kind === "basic") return form.basic.external;
  if (form.kind === "repeat") return form.count * externalSize(form.of);
  if (form.kind === "table") return form.counts.reduce((sum, count) => sum + count, 0) * externalSize(form.of);
  return form.of.reduce((sum, of) => sum + externalSize(of), 0);
}

/** The basic types in a type, each once. */
export function basicsOf({ basic, size, form }: TypeTree): Basic[] {
  if (size === 0) return [];
  if (basic) return [basic];
  if (form.kind === "fields") return [...new Set(form.of.flatMap(basicsOf))];
  return form.kind === "basic" ? [form.basic] : basicsOf(form.of);
}

/** Calls `run` for each run of one basic type in an item, in the order of packing. */
export function eachRun({ basic, size, form }: TypeTree, run: (basic: Basic, count: number) => void): void {
  if (size === 0) return;
  if (basic) return run(basic, size / basic.size);
  if (form.kind === "fields") for (const of of form.of) eachRun(of, run);
  if (form.kind !== "repeat" && form.kind !== "table") return;
  const times = form.kind === "repeat" ? form.count : form.counts.reduce((sum, count) => sum + count, 0);
  for (let i = 0; i < times; i++) eachRun(form.of, run);
}

/** Single numbers that a basic type consists of: the parts of a pair, real and imaginary part. */
function partsOf(basic: Basic): readonly Basic[] {
  if (basic.pair) return basic.pair;
  if (basic.family !== "complex") return [basic];
  const half: Basic = { ...basic, family: "float", size: basic.size / 2, external: basic.external / 2 };
  return [half, half];
}

/** Converts one number, from and to these bytes. */
type Convert = (from: DataView, source: number, to: DataView, target: number) => void;

interface Part {
  readonly convert: Convert;
  /** Bytes of the number on both sides. */
  readonly source: number;
  readonly target: number;
}

function viewOf(bytes: Uint8Array, at: number): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset + at, bytes.byteLength - at);
}

/**
 * Writes `count` packed items in external32, from byte `at` of `to` on.
 * @throws ERR_CONVERSION for a number that external32 has no room for
 */
export function toExternal(tree: TypeTree, count: number, packed: Uint8Array, to: Uint8Array, at: number): void {
  convertItems(tree, count, viewOf(packed, 0), viewOf(to, at), (part) => {
    return { convert: outward(part), source: part.size, target: part.external };
  });
}

/** The reverse: `count` packed items of what stands in external32 from byte `at` of `from` on. */
export function fromExternal(tree: TypeTree, count: number, from: Uint8Array, at: number, packed: Uint8Array): void {
  convertItems(tree, count, viewOf(from, at), viewOf(packed, 0), (part) => {
    return { convert: inward(part), source: part.external, target: part.size };
  });
}

function convertItems(tree: TypeTree, count: number, from: DataView, to: DataView, of: (part: Basic) => Part): void {
  const known = new Map<Basic, readonly Part[]>();
  let [source, target] = [0, 0];
  for (let i = 0; i < count; i++) {
    eachRun(tree, (basic, times) => {
      const parts = known.get(basic) ?? partsOf(basic).map(of);
      known.set(basic, parts);
      for (let k = 0; k < times; k++) {
        for (const part of parts) {
          part.convert(from, source, to, target);
          source += part.source;
          target += part.target;
        }
      }
    });
  }
}

/** From memory to external32. */
function outward(basic: Basic): Convert {
  const { family, format, size, external } = basic;
  if (format === "extended")
    return (from, source, to, target) => wide.writeQuad(to, target, wide.readExtended(from, source), false);
  if (size === external) return swapped(size, true);
  if (family === "logical") return (from, source, to, target) => to.setUint32(target, from.getUint8(source) && 1);
  if (size === 4) {
    return (from, source, to, target) =>
      to.setUint16(target, narrow(from.getInt32(source, true), 0, 0xffff, "a wide character of 2 bytes"));
  }
  if (format === "uint") {
    return (from, source, to, target) =>
      to.setUint32(target, narrow(from.getBigUint64(source, true), 0, 2 ** 32 - 1, "an unsigned integer of 4 bytes"));
  }
  return (from, source, to, target) =>
    to.setInt32(target, narrow(from.getBigInt64(source, true), -(2 ** 31), 2 ** 31 - 1, "an integer of 4 bytes"));
}

/** From external32 to memory. */
function inward(basic: Basic): Convert {
  const { family, format, size, external } = basic;
  if (format === "extended")
    return (from, source, to, target) => wide.writeExtended(to, target, wide.readQuad(from, source, false));
  if (size === external) return swapped(size, false);
  if (family === "logical") return (from, source, to, target) => to.setUint8(target, from.getUint32(source) && 1);
  if (size === 4) return (from, source, to, target) => to.setInt32(target, from.getUint16(source), true);
  if (format === "uint") {
    return (from, source, to, target) => to.setBigUint64(target, BigInt(from.getUint32(source)), true);
  }
  return (from, source, to, target) => to.setBigInt64(target, BigInt(from.getInt32(source)), true);
}

/** Turns the bytes of a number round; `out` from little-endian to big-endian. */
function swapped(size: number, out: boolean): Convert {
  if (size === 1) return (from, source, to, target) => to.setUint8(target, from.getUint8(source));
  if (size === 2) return (from, source, to, target) => to.setUint16(target, from.getUint16(source, out), !out);
  if (size === 4) return (from, source, to, target) => to.setUint32(target, from.getUint32(source, out), !out);
  return (from, source, to, target) => {
    for (let k = 0; k < size; k += 4) to.setUint32(target + size - 4 - k, from.getUint32(source + k, out), !out);
  };
}

function narrow(value: number | bigint, least: number, most: number, what: string): number {
  if (value >= least && value <= most) return Number(value);
  const state = `${value} does not fit into ${what}, which the type has there`;
  throw new Exception("ERR_CONVERSION", `Cannot write external32: ${state}`);
}
