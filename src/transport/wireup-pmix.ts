// transport/wireup-pmix: layer 3. Ranks that Open MPI's mpirun, PRRTE or `srun --mpi=pmix` has started: through libpmix, and
// without it by mpirun's variables, which will do on one host. Called by engines.ts.
import { variable } from "../base/config.ts";
import { agreedPorts } from "./agreed-ports.ts";
import { openPmix } from "./pmix-library.ts";
import { jobToken } from "./token.ts";
import type { Engine } from "./wireup-engine.ts";

const KEY = "tsmpi.rendezvous";

export function pmix(): Engine {
  const library = openPmix();
  if (!library) return withoutLibrary();
  library.begin();
  const { rank, size, namespace } = library;
  return {
    rank,
    size,
    oneHost: variable("OMPI_COMM_WORLD_LOCAL_SIZE") === `${size}`,
    job: namespace,
    meeting: {
      share: async (text) => {
        if (text !== undefined) library.put(KEY, text);
        library.fence();
        return text ?? library.get(0, KEY);
      },
    },
    abort: (code) => library.abort(code),
    leave: () => library.end(),
  };
}

function withoutLibrary(): Engine {
  const [rank, size, local] = ["RANK", "SIZE", "LOCAL_SIZE"].map((name) =>
    Number(variable(`OMPI_COMM_WORLD_${name}`) ?? Number.NaN),
  ) as [number, number, number];
  const help = "install libpmix2, or name it with TSMPI_LIBPMIX";
  if (Number.isNaN(rank + size)) throw new Error(`Cannot use PMIx: libpmix.so.2 is not here; ${help}`);
  if (local !== size) {
    throw new Error(`Cannot meet the ranks on other hosts: libpmix.so.2 is not here; ${help}`);
  }
  const job = `ompi.${variable("PMIX_NAMESPACE") ?? variable("OMPI_MCA_ess_base_jobid") ?? ""}`;
  return {
    rank,
    size,
    oneHost: true,
    job,
    meeting: { host: "127.0.0.1", ports: agreedPorts(job), token: jobToken(true) },
    // mpirun ends the others when one ends badly.
    abort: () => {},
    leave: () => {},
  };
}
