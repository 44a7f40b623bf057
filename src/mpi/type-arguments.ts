// mpi/type-arguments: layer 9. Checks the argument or option `type` of a call that moves data, and of Status.
import { show } from "../base/errors.ts";
import type { TypeTree } from "../data/type-tree.ts";
import { Datatype } from "./datatype.ts";

/**
 * The type map of an argument that must be a datatype that data can be moved with.
 * @throws TypeError when it is no datatype; ERR_TYPE when it is null, freed or not committed
 */
export function checkType(call: string, type: unknown): TypeTree {
  if (type instanceof Datatype) return type.committed(call);
  throw new TypeError(`Cannot call ${call}: type is ${show(type)}, expected an MPI.Datatype`);
}
