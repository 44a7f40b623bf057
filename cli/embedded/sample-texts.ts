// cli/embedded/sample-texts: layer 10. The samples as text, inside the executable. Called by the commands samples and init.

import { readDependencies, readSamples } from "./read-files.ts" with { type: "macro" };

/** Contents by path below samples/: the programs and the files that they read. */
export const sampleTexts: Readonly<Record<string, string>> = readSamples();

/** Versions, as in package.json, of the npm packages that samples may import. */
export const dependencies: Readonly<Record<string, string>> = readDependencies();
