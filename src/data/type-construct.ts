// data/type-construct: layer 1. The constructors of derived datatypes as type maps (MPI-4.1 §5.1.2); displacements are in
// bytes unless said otherwise. Subarrays and distributed arrays are in type-subarray.ts. Called by mpi/datatype-….ts.
import { TypeTree } from "./type-tree.ts";

/** `count` items one behind the other. */
export function contiguous(count: number, of: TypeTree): TypeTree {
  return new TypeTree({ kind: "repeat", count, stride: of.extent, of });
}

/** `count` blocks of `blocklength` items, every `stride` bytes. */
export function hvector(count: number, blocklength: number, stride: number, of: TypeTree): TypeTree {
  return new TypeTree({ kind: "repeat", count, stride, of: contiguous(blocklength, of) });
}

/** `count` blocks of `blocklength` items, every `stride` extents. */
export function vector(count: number, blocklength: number, stride: number, of: TypeTree): TypeTree {
  return hvector(count, blocklength, stride * of.extent, of);
}

/** Blocks at byte displacements; `blocklengths` is one number where all are of one length. */
export function hindexed(
  blocklengths: readonly number[] | number,
  displacements: readonly number[],
  of: TypeTree,
): TypeTree {
  const offsets = Float64Array.from(displacements);
  const same = typeof blocklengths === "number";
  const counts = same ? new Float64Array(offsets.length).fill(blocklengths) : Float64Array.from(blocklengths);
  return new TypeTree({ kind: "table", offsets, counts, of });
}

/** Blocks at displacements in extents. */
export function indexed(
  blocklengths: readonly number[] | number,
  displacements: readonly number[],
  of: TypeTree,
): TypeTree {
  const { extent } = of;
  return hindexed(
    blocklengths,
    displacements.map((displacement) => displacement * extent),
    of,
  );
}

/** So many items of each type at its byte displacement. */
export function struct(
  blocklengths: readonly number[],
  displacements: readonly number[],
  types: readonly TypeTree[],
): TypeTree {
  const of = types.map((type, i) => (blocklengths[i] === 1 ? type : contiguous(blocklengths[i]!, type)));
  return new TypeTree({ kind: "fields", offsets: displacements, of });
}

/** The same data with other bounds. */
export function resized(of: TypeTree, lb: number, extent: number): TypeTree {
  return new TypeTree(of.form, { lb, ub: lb + extent });
}
