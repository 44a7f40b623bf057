// test/cli/agent/own-binary: dist/tsmpi, built if it has to be, with what the launcher knows it by.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { version } from "../../../cli/version.ts";
import { binary, tsmpi } from "../../support/tsmpi.ts";

let known: Promise<{ path: string; version: string; sha256: string; size: number }> | undefined;

export function hashedOwnBinary(): NonNullable<typeof known> {
  known ??= (async () => {
    await tsmpi(["--version"]);
    const bytes = readFileSync(binary);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    return { path: binary, version, sha256, size: bytes.byteLength };
  })();
  return known;
}
