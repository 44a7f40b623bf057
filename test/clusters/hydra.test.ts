// Under Hydra, MPICH's mpiexec: PMI-1 on an inherited socket and over TCP.
import { test } from "uvu";
import { equal, is, match, skip } from "../support/assert.ts";
import { tsmpi } from "../support/tsmpi.ts";
import { claims } from "./claims.ts";
import { documented, said, shellBlocks } from "./documented.ts";

if (!Bun.which("mpiexec.hydra")) skip("Hydra", "mpiexec.hydra of the package mpich is not installed");
else {
  claims({ name: "Hydra", engine: "pmi", command: (ranks) => ["mpiexec.hydra", "-n", `${ranks}`] });
  claims({
    name: "Hydra with -pmi-port",
    engine: "pmi",
    command: (ranks) => ["mpiexec.hydra", "-pmi-port", "-n", `${ranks}`],
  });

  test("Hydra: the line of docs/clusters.md works as it is written, with the name of this host", async () => {
    const [line = ""] = shellBlocks("MPICH and Intel MPI");
    const { cwd, env } = documented();
    const under = ["sh", "-c", line.replace("node1,node2", "localhost").replace("mpiexec", "mpiexec.hydra")];
    const { code, stdout, stderr } = await tsmpi([], { cwd, env, under });
    is(code, 0, stderr);
    equal(stdout.trim().split("\n").sort(), said(8));
  });

  test("Hydra: a program that does not take part is named, in a bounded time", async () => {
    const under = ["mpiexec.hydra", "-n", "1", "sleep", "1000", ":", "-n", "2"];
    const { code, stdout, stderr } = await tsmpi(["sample:hello"], { under, env: { TSMPI_WIREUP_TIMEOUT: "1" } });
    is.not(code, 0);
    match(stdout + stderr, /rank [12] of 3: Cannot use PMI: no answer within 1 s \(TSMPI_WIREUP_TIMEOUT\)/);
  });
}

test.run();
