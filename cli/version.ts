// cli/version: layer 10. Which tsmpi this is, in one line.

import { version } from "../package.json";

export { version };

/** `tsmpi 0.1.0 (Bun 1.4.5, linux x64)`. */
export function versionLine(): string {
  return `tsmpi ${version} (Bun ${Bun.version}, ${process.platform} ${process.arch})`;
}
