// cli/bench/mpi4py: layer 10. Finds Open MPI and a Python with mpi4py, and says how to start programs on them. Used by against.

import { userInfo } from "node:os";
import { sampleTexts } from "../embedded/sample-texts.ts";
import { UsageError } from "../usage-error.ts";
import type { Workplace } from "./workplace.ts";

/** Restricts Open MPI to TCP: no shared memory. */
const tcp = ["--mca", "btl", "tcp,self", "--mca", "pml", "ob1"];

/** Where the programs are among the samples. */
const FOLDER = "bench/";

/** The programs by file name, as a workplace needs them. */
export const mpi4pyFiles: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(sampleTexts).flatMap(([path, text]) =>
    path.startsWith(FOLDER) ? [[path.slice(FOLDER.length), text] as const] : [],
  ),
);

export class Mpi4py {
  readonly #mpirun: string;
  readonly #python: string;
  /** mpi4py's, Open MPI's and Python's. */
  readonly versions: string;

  private constructor(mpirun: string, python: string, versions: string) {
    this.#mpirun = mpirun;
    this.#python = python;
    this.versions = versions;
  }

  /** Tries what is installed with a job of two ranks; the workplace has the programs. @throws UsageError that says what to install */
  static async find(workplace: Workplace): Promise<Mpi4py> {
    const mpirun = Bun.which("mpirun");
    if (mpirun === null) throw missing("there is no mpirun on the PATH");
    if (!Bun.spawnSync([mpirun, "--version"]).stdout.includes("Open MPI")) {
      throw missing(`${mpirun} is not Open MPI's, which alone can be restricted to TCP`);
    }
    const pythons = ["python3", "/usr/bin/python3"].flatMap((name) => Bun.which(name) ?? []);
    const python = pythons.find((python) => Bun.spawnSync([python, "-c", "import mpi4py, numpy"]).exitCode === 0);
    if (python === undefined) {
      const tried = pythons.length > 0 ? `tried ${[...new Set(pythons)].join(", ")}` : "there is no python3";
      throw missing(`no Python can import mpi4py and numpy (${tried})`);
    }
    const found = new Mpi4py(mpirun, python, "");
    const output = await workplace.outputOf(found.command("versions.py", 2, false));
    const { np, text } = JSON.parse(output.split("\n")[0]!);
    if (np !== 2) throw missing(`the mpi4py of ${python} was made for another MPI than ${mpirun} starts`);
    return new Mpi4py(mpirun, python, text);
  }

  /** The command line that runs a program of the workplace on `np` ranks. */
  command(program: string, np: number, overTcp: boolean, ...args: string[]): string[] {
    const root = userInfo().uid === 0 ? ["--allow-run-as-root"] : [];
    const options = [...root, "--oversubscribe", ...(overTcp ? tcp : []), "-np", String(np)];
    return [this.#mpirun, ...options, this.#python, program, ...args];
  }
}

function missing(reason: string): UsageError {
  return new UsageError(
    `Cannot measure against mpi4py: ${reason}`,
    "all comes with, for instance, `apt-get install openmpi-bin python3-mpi4py python3-numpy`",
  );
}
