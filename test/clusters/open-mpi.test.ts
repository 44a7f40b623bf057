// Under Open MPI's mpirun: through libpmix, and without it.
import { test } from "uvu";
import { is, match, skip } from "../support/assert.ts";
import { workspace } from "../support/tsmpi.ts";
import { claims, type Launcher, run } from "./claims.ts";

const version = Bun.which("mpirun") && Bun.spawnSync(["mpirun", "--version"]).stdout.toString();
const command = (ranks: number) => ["mpirun", "--oversubscribe", "--allow-run-as-root", "-n", `${ranks}`];

if (!version?.includes("Open MPI")) skip("Open MPI", "mpirun of the package openmpi-bin is not installed");
else {
  claims({ name: "Open MPI", engine: "pmix", command });

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
