// test/clusters/documented: the command lines and batch scripts of docs/clusters.md, to be run as they are written. Used by the
// tests of each launcher.
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { binary, workspace } from "../support/tsmpi.ts";

const page = readFileSync(join(import.meta.dir, "../../docs/clusters.md"), "utf8");

/** The `sh` blocks below a heading. */
export function shellBlocks(heading: string): string[] {
  const [section = ""] = page.split(`\n## ${heading}\n`)[1]?.split("\n## ") ?? [];
  return [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block!);
}

/** What they find: a script, which says who it is, and `tsmpi` in the PATH. */
export function documented(): { cwd: string; env: { PATH: string } } {
  const cwd = workspace({
    "script.ts": `import { MPI } from "tsmpi";
const { rank, size } = MPI.COMM_WORLD;
const sum = await MPI.COMM_WORLD.allreduce(1);
console.log("rank " + rank + " of " + size + ", all are " + sum);`,
  });
  const programs = workspace();
  symlinkSync(binary, join(programs, "tsmpi"));
  return { cwd, env: { PATH: `${programs}:${process.env.PATH}` } };
}

/** What `size` ranks print, in order. */
export const said = (size: number) =>
  Array.from({ length: size }, (_, rank) => `rank ${rank} of ${size}, all are ${size}`);
