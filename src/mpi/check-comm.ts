// mpi/check-comm: layer 9. The option `comm` of what all ranks of an intracommunicator make together. Called by win.ts and src/sync/.
import { Exception, show } from "../base/errors.ts";
import { Comm } from "./comm.ts";
import { Intracomm } from "./intracomm.ts";

/** @throws TypeError where it is no communicator, ERR_COMM where it is one between two groups */
export function checkIntracomm(call: string, comm: unknown): Intracomm {
  if (comm instanceof Intracomm) return comm;
  if (comm instanceof Comm) {
    const state = `${comm.name} is an intercommunicator, expected an intracommunicator`;
    throw new Exception("ERR_COMM", `Cannot call ${call}: ${state}`);
  }
  const given = comm === undefined ? "missing" : show(comm);
  throw new TypeError(`Cannot call ${call}: option comm is ${given}, expected an MPI.Intracomm`);
}
