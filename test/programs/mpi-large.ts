// Large data between ranks: `exchange` swaps SIZE bytes with sendrecv, `several` sends one value with buffers of SIZE bytes.
//   mpi-large.ts exchange SIZE | several COUNT SIZE
import { MPI } from "tsmpi";

const comm = MPI.COMM_WORLD;
const peer = comm.rank ^ 1;
const [what, ...numbers] = process.argv.slice(2);

/** Memory whose first and last byte, and one each MiB, tell who made it. */
function marked(bytes: number, mark: number): Uint8Array {
  const memory = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i += 2 ** 20) memory[i] = mark;
  memory[bytes - 1] = mark;
  return memory;
}

function check(memory: Uint8Array, bytes: number, mark: number): void {
  if (memory.length !== bytes) throw new Error(`${memory.length} bytes, expected ${bytes}`);
  for (let i = 0; i < bytes; i += 2 ** 20) if (memory[i] !== mark) throw new Error(`byte ${i} is ${memory[i]}`);
  if (memory[bytes - 1] !== mark) throw new Error(`the last byte is ${memory[bytes - 1]}`);
}

if (what === "exchange") {
  const [bytes = 0] = numbers.map(Number);
  const mine = marked(bytes, comm.rank + 1);
  check(await comm.sendrecv<Uint8Array>(mine, { dest: peer, source: peer }), bytes, peer + 1);
  await comm.sendrecvReplace(mine, { dest: peer, source: peer });
  check(mine, bytes, peer + 1);
} else {
  const [count = 0, bytes = 0] = numbers.map(Number);
  if (comm.rank === 0) {
    const buffers = Array.from({ length: count }, (_, i) => marked(bytes, i + 1));
    await comm.send({ buffers, again: buffers[0], text: "beside" }, { dest: 1 });
  } else {
    const { buffers, again, text } = await comm.recv({ source: 0 });
    if (buffers.length !== count || again !== buffers[0] || text !== "beside") throw new Error("not the same value");
    for (const [i, buffer] of buffers.entries()) check(buffer, bytes, i + 1);
  }
}
console.log(`rank ${comm.rank} has checked it`);
