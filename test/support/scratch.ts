// test/support/scratch: a directory for the files of a test, which is gone when the process is.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const directory = mkdtempSync(join(tmpdir(), "files-"));
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));

let made = 0;

/** A name that no file has. */
export function scratch(name = "file"): string {
  return join(directory, `${++made}-${name}`);
}
