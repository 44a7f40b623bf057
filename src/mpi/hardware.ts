// mpi/hardware: layer 9. Which parts of the hardware this rank is known to be confined to: getHwResourceInfo tells, and
// splitType groups ranks by them.
import { availableParallelism } from "node:os";
import { Info } from "./info.ts";

/** Whether this rank runs on one instance of the resource alone. */
const resources: Readonly<Record<string, () => boolean>> = {
  mpi_shared_memory: () => true,
  "tsmpi://host": () => true,
  "tsmpi://core": () => availableParallelism() === 1,
};

/**
 * The hardware resources that are known, in a new Info: `"true"` for those of which this rank uses one instance alone, else
 * `"false"`. The keys are what `splitType` takes as `mpi_hw_resource_type`: `mpi_shared_memory` and `tsmpi://host`, the host,
 * and `tsmpi://core`, a processor core.
 *
 * @example
 * ```ts
 * console.log(MPI.getHwResourceInfo().get("mpi_shared_memory")); // true
 * ```
 * @see MPI-4.1 §9.1.2
 */
export function getHwResourceInfo(): Info {
  return Info.create(Object.entries(resources).map(([resource, confined]) => [resource, `${confined()}`] as const));
}

/** Whether this rank is confined to one instance of a resource, which then is its host's; false for unknown ones. */
export function confinedTo(resource: string | undefined): boolean {
  return resource !== undefined && Object.hasOwn(resources, resource) && resources[resource]!();
}
