// transport/token: layer 3. The secret by which the ranks of a job know each other where the engine that started them has no
// private place for one: TSMPI_TOKEN, a file, or one that is made once in the user's home. Called by engines.
import { createHash, randomBytes } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { takeVariable, variable } from "../base/config.ts";

/** Characters; what is shorter can be guessed. */
const SHORTEST = 16;

/** The token, from where the user has put it. @param home whether one in the user's home will do */
export function jobToken(home: boolean): Uint8Array {
  const given = takeVariable("TSMPI_TOKEN");
  if (given) return tokenOf(given, "TSMPI_TOKEN");
  const file = variable("TSMPI_TOKEN_FILE");
  if (file) return tokenOf(readToken(file), file);
  if (home) return homeToken(join(homedir(), ".tsmpi", "token"));
  throw new Error(
    "Cannot meet the other ranks: TSMPI_TOKEN or TSMPI_TOKEN_FILE has to give all of them the same secret",
  );
}

/** The token in `file`, which is made if there is none: ranks on hosts that share it all get the same one. */
export function homeToken(file: string): Uint8Array {
  try {
    return tokenOf(readPrivate(file), file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const own = `${file}.${randomBytes(6).toString("hex")}`;
  writeFileSync(own, `${randomBytes(32).toString("hex")}\n`, { mode: 0o600, flag: "wx" });
  chmodSync(own, 0o600);
  try {
    // Unlike a rename this leaves the file of another rank, which has been quicker, where it is.
    linkSync(own, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(own);
  }
  return tokenOf(readPrivate(file), file);
}

function readPrivate(file: string): string {
  const { mode, uid } = statSync(file);
  const others = process.platform !== "win32" && (mode & 0o077) !== 0;
  if (others) throw new Error(`Cannot use the token in ${file}: others may read it, expected mode 600`);
  if (process.getuid && uid !== process.getuid()) throw new Error(`Cannot use the token in ${file}: it is not yours`);
  return readFileSync(file, "utf8");
}

/** A file that the user has named: how private it is, is for the user to see to (a mounted secret has other modes). */
function readToken(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`Cannot read TSMPI_TOKEN_FILE: ${(error as Error).message}`);
  }
}

function tokenOf(text: string, source: string): Uint8Array {
  const trimmed = text.trim();
  if (trimmed.length < SHORTEST) {
    throw new Error(
      `Cannot use the token in ${source}: it has ${trimmed.length} characters, expected ${SHORTEST} or more`,
    );
  }
  return createHash("sha256").update(trimmed).digest();
}
