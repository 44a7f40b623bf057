// cli/agent/known-codes: layer 10. The codes of agents that this user has: in TSMPI_AGENT_CODE, and those that have led to
// an agent before, in a file that nobody else may read. Used by known-agents.ts and open-hosts.ts.
import { closeSync, fchmodSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { agentId, type JoinCode, readCode, writeCode } from "./join-code.ts";

/** Agents make a new code at each start: old ones are worth nothing. */
const MOST_CODES = 32;

/** Codes with commas between them: not seen by other users of the machine, as arguments are. */
export const CODE_VARIABLE = "TSMPI_AGENT_CODE";

type Environment = Readonly<Record<string, string | undefined>>;

function codeFile(env: Environment): string {
  return join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), ".config"), "tsmpi", "agents");
}

export interface KnownCodes {
  /** By agentId; the newest first. */
  readonly codes: ReadonlyMap<string, JoinCode>;
  /** What is wrong, one line each. */
  readonly notes: readonly string[];
}

/** The codes that this user has. @throws Error where TSMPI_AGENT_CODE is wrong */
export function knownCodes(env: Environment): KnownCodes {
  const codes = new Map<string, JoinCode>();
  const notes: string[] = [];
  for (const [index, text] of (env[CODE_VARIABLE] ?? "").split(",").entries()) {
    if (text.trim() === "") continue;
    try {
      const code = readCode(text);
      codes.set(agentId(code), code);
    } catch (error) {
      throw new Error(`Cannot use code ${index + 1} of ${CODE_VARIABLE}: ${(error as Error).message}`);
    }
  }
  for (const code of remembered(env, notes)) if (!codes.has(agentId(code))) codes.set(agentId(code), code);
  return { codes, notes };
}

function remembered(env: Environment, notes: string[]): JoinCode[] {
  const file = codeFile(env);
  let text: string;
  try {
    if (process.platform !== "win32" && (statSync(file).mode & 0o077) !== 0) {
      notes.push(`${file} is not read, as others may read it too; keep it to yourself: chmod 600 ${file}`);
      return [];
    }
    text = readFileSync(file, "utf8");
  } catch {
    return []; // nothing remembered yet, or no home
  }
  return text.split("\n").flatMap((line) => {
    try {
      return line.trim() === "" ? [] : [readCode(line)];
    } catch {
      return []; // written by hand, or by another version
    }
  });
}

/** Remembers codes that have led to an agent. Where that cannot be done, they have to be given again. */
export function rememberCodes(codes: readonly JoinCode[], env: Environment): void {
  const file = codeFile(env);
  const all = new Map([...codes, ...remembered(env, [])].map((code) => [agentId(code), code] as const).reverse());
  const text = [...all.values()]
    .reverse()
    .slice(0, MOST_CODES)
    .map((code) => `${writeCode(code)}\n`);
  const fresh = `${file}.${process.pid}.new`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const fd = openSync(fresh, "w", 0o600);
    try {
      fchmodSync(fd, 0o600);
      writeSync(fd, text.join(""));
    } finally {
      closeSync(fd);
    }
    renameSync(fresh, file);
  } catch {
    // A home that cannot be written is no reason not to run the job.
  }
}
