// Under Open MPI's mpirun: through libpmix, and without it.
import { test } from "uvu";
import { equal, is, match, skip } from "../support/assert.ts";
import { tsmpi, workspace } from "../support/tsmpi.ts";
import { claims, type Launcher, run } from "./claims.ts";
import { documented, said, shellBlocks } from "./documented.ts";

const version = Bun.which("mpirun") && Bun.spawnSync(["mpirun", "--version"]).stdout.toString();
const command = (ranks: number) => ["mpirun", "--oversubscribe", "--allow-run-as-root", "-n", `${ranks}`];

if (!version?.includes("Open MPI")) skip("Open MPI", "mpirun of the package openmpi-bin is not installed");
else {
  claims({ name: "Open MPI", engine: "pmix", command });

  test("Open MPI: the line of docs/clusters.md works as it is written, with the name of this host", async () => {
    const [line = ""] = shellBlocks("Open MPI");
    const { cwd, env } = documented();
    const root = { OMPI_ALLOW_RUN_AS_ROOT: "1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1" };
    const under = ["sh", "-c", line.replace("node1:4,node2:4", "localhost:8")];
    const { code, stdout, stderr } = await tsmpi([], { cwd, env: { ...root, ...env }, under });
    is(code, 0, stderr);
    equal(stdout.trim().split("\n").sort(), said(8));
  });

  const home = workspace();
  const without: Launcher = {
    name: "Open MPI without libpmix",
    engine: "pmix",
    command,
    env: () => ({ TSMPI_LIBPMIX: "/nowhere/libpmix.so.2", HOME: home }),
  };
  claims(without);

  test("Open MPI without libpmix: ranks on several hosts are an error that says what is missing", async () => {
    const env = {
      ...without.env?.(),
      OMPI_COMM_WORLD_LOCAL_SIZE: "1",
      OMPI_COMM_WORLD_SIZE: "2",
      OMPI_COMM_WORLD_RANK: "0",
    };
    const { code, stderr } = await run({ ...without, command: () => [] }, 1, ["sample:hello"], { env });
    is(code, 1);
    match(
      stderr,
      "tsmpi: Cannot meet the ranks on other hosts: libpmix.so.2 is not here; install libpmix2, or name it with TSMPI_LIBPMIX",
    );
  });
}

test.run();
