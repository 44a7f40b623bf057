// cli/embedded/declarations: layer 10. The type declarations of tsmpi, inside the executable. Called by the command init.

import { makeDeclarations } from "./read-files.ts" with { type: "macro" };

/** Contents by path below the directory that `import "tsmpi"` is to resolve to: `index.d.ts`, and `sync.d.ts` for "tsmpi/util". */
export const declarations: Readonly<Record<string, string>> = makeDeclarations();
