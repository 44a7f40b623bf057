// cli/embedded/mpi4py-texts: layer 10. The Python side of `tsmpi bench --against mpi4py`, inside the executable. Called by
// bench/against.

import { readMpi4py } from "./read-files.ts" with { type: "macro" };

/** Contents by file name. */
export const mpi4pyTexts: Readonly<Record<string, string>> = readMpi4py();
