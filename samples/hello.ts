// Says hello from every rank.
//   tsmpi run -np 5 sample:hello
import { MPI } from "tsmpi";

const comm = MPI.COMM_WORLD;
console.log(`Hello from rank ${comm.rank} of ${comm.size} on ${MPI.getProcessorName()}`);
