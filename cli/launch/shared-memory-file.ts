// cli/launch/shared-memory-file: layer 10. Makes the memory through which the ranks of this host talk. Used by local-starter.
import { wordVariable } from "../../src/base/config.ts";
import { openSparse } from "../../src/transport/nameless-file.ts";
import { MOST_SHARING, sharedLayout } from "../../src/transport/shared-layout.ts";

export interface SharedMemoryFile {
  readonly fd: number;
  readonly bytes: number;
}

/**
 * Opens memory for `size` ranks. Or says why there is none: then ranks talk through their connections alone. It is not
 * reserved: that took 6 % of the start of 2 ranks, and 10 % of that of 16, for memory of which most programs use little.
 * @param transport the ranks' TSMPI_TRANSPORT
 * @throws Error where the user insists on shared memory, and there is none
 */
export function openSharedMemory(size: number, transport: string | undefined): SharedMemoryFile | string {
  const wanted = wordVariable("TSMPI_TRANSPORT", transport);
  if (wanted === "websocket") return "TSMPI_TRANSPORT=websocket";
  const opened = open(size);
  if (typeof opened === "string" && wanted === "shared-memory" && size > 1) {
    throw new Error(`TSMPI_TRANSPORT=shared-memory: ${opened}`);
  }
  return opened;
}

function open(size: number): SharedMemoryFile | string {
  if (size < 2) return "there is one rank";
  if (size > MOST_SHARING) return `there are more than ${MOST_SHARING} ranks on the host`;
  const { bytes } = sharedLayout(size);
  const fd = openSparse(bytes);
  return typeof fd === "string" ? fd : { fd, bytes };
}
