// data/type-subarray: layer 1. Parts of multidimensional arrays as type maps: subarrays (MPI-4.1 §5.1.3) and the parts
// that distributed arrays give to one process (§5.1.4). Called by mpi/datatype.ts.
import { contiguous, hvector } from "./type-construct.ts";
import { TypeTree } from "./type-tree.ts";

/** How a dimension is dealt out: in blocks of so many elements in turn. */
export interface Share {
  /** Elements of the whole array in this dimension. */
  readonly size: number;
  readonly block: number;
  /** How many processes there are in this dimension, and which of them this is. */
  readonly processes: number;
  readonly process: number;
}

/** The same data at another place, with bounds of its own. */
function within(offsets: readonly number[], of: readonly TypeTree[], bytes: number): TypeTree {
  return new TypeTree({ kind: "fields", offsets, of }, { lb: 0, ub: bytes });
}

/** `subsizes` elements from `starts` on, of an array with `sizes` elements; the last dimension is the fastest. */
export function subarray(
  sizes: readonly number[],
  subsizes: readonly number[],
  starts: readonly number[],
  of: TypeTree,
): TypeTree {
  let tree = of;
  let offset = 0;
  let bytes = of.extent;
  for (let i = sizes.length - 1; i >= 0; i--) {
    tree = hvector(subsizes[i]!, 1, bytes, tree);
    offset += starts[i]! * bytes;
    bytes *= sizes[i]!;
  }
  return within([offset], [tree], bytes);
}

/** The elements that one process has of a distributed array; the last dimension is the fastest. */
export function darray(shares: readonly Share[], of: TypeTree): TypeTree {
  return shares.reduceRight(deal, of);
}

/** One dimension: every `processes`-th block, of which the array's last one may be short. */
function deal(of: TypeTree, { size, block, processes, process }: Share): TypeTree {
  const { extent } = of;
  const blocks = Math.ceil(size / block);
  const mine = Math.max(0, Math.ceil((blocks - process) / processes));
  const rest = size - (blocks - 1) * block;
  const short = mine > 0 && rest < block && (blocks - 1) % processes === process ? 1 : 0;
  const whole = hvector(mine - short, block, processes * block * extent, of);
  const parts = short === 1 ? [whole, contiguous(rest, of)] : [whole];
  return within([process * block * extent, (blocks - 1) * block * extent].slice(0, parts.length), parts, size * extent);
}
