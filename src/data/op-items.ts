// data/op-items: layer 1. What operators do to packed items of a datatype, where that is not what they do to the elements of
// a typed array: pairs for MAXLOC and MINLOC, complex numbers for PROD. Called by reductions with the option `type`.
import type { Op } from "./op.ts";
import type { Loop } from "./op-loop.ts";
import type { TypeMap } from "./type-map.ts";

/** Combines packed items in typed arrays of the map's element kind, or in Uint8Arrays where that is untyped bytes. */
export interface ItemLoop {
  /** Array elements that belong together: arrays are divided between units only. */
  readonly unit: number;
  readonly loop: Loop;
}

/**
 * How `op` combines items of a type; undefined where it does so element by element.
 * @throws ERR_OP when the operator is not defined for the type
 */
export function itemLoopOf(_op: Op, _map: TypeMap): ItemLoop | undefined {
  return undefined;
}
