// Rank 0 sends to rank 1, which sleeps first; then rank 1 checks what came. Both print the most memory they have had.
//   mpi-flood.ts COUNT BYTES [doze]
// Messages of 0 bytes are small values, others buffers, received into the same memory again and again. A rank that dozes
// lets messages in while it sleeps; one that sleeps does not even do that.
import { readFileSync } from "node:fs";
import { MPI } from "tsmpi";

const comm = MPI.COMM_WORLD;
const [count = 0, bytes = 0] = process.argv.slice(2).map(Number);
const awake = process.argv[4] === "doze";

if (comm.rank === 0) {
  const data = new Uint8Array(bytes).fill(1); // Written, so that the memory is there.
  for (let i = 0; i < count; i++) {
    if (bytes === 0) await comm.send(i, { dest: 1 });
    else {
      data[0] = i;
      data[bytes - 1] = ~i;
      await comm.send(data, { dest: 1 });
    }
  }
} else {
  if (awake) await Bun.sleep(1000);
  else Bun.sleepSync(1000);
  const into = new Uint8Array(bytes);
  for (let i = 0; i < count; i++) {
    if (bytes === 0) {
      const got = await comm.recv({ source: 0 });
      if (got !== i) throw new Error(`message ${i} is ${got}`);
    } else {
      await comm.recv({ source: 0, into });
      const [first, last] = [into[0], into[bytes - 1]];
      if (first !== (i & 255) || last !== (~i & 255)) throw new Error(`message ${i} has ${first} … ${last}`);
      into.fill(0, bytes - 1);
    }
  }
}

const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))![1];
console.log(`rank ${comm.rank}: ${Math.ceil(Number(peak) / 1024)} MiB`);
