// Collectives with counts, data in place and persistent requests on real ranks, short and long, over real sockets.
import { test } from "uvu";
import { equal } from "../support/assert.ts";
import { tsmpi } from "../support/tsmpi.ts";

const script = `
import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
const { rank, size } = comm;
const all = Array.from({ length: size }, (_, i) => i);
const check = (what: string, is: boolean) => { if (!is) throw new Error(what + " is wrong"); };

for (const unit of [1, 20_000]) {
  const counts = all.map((i) => i * unit);
  const total = counts.reduce((a, b) => a + b);
  const mine = new Float64Array(counts[rank]!).fill(rank);
  const expected = Float64Array.from(all.flatMap((i) => new Array<number>(counts[i]!).fill(i)));
  const same = (a: Float64Array | null, b: Float64Array) => a !== null && Bun.deepEquals(a, b);

  const gathered = await comm.gatherv(mine, { counts, ...(rank === 0 && { into: new Float64Array(total) }) });
  check("gatherv", rank === 0 ? same(gathered, expected) : gathered === null);
  check("scatterv", same(await comm.scatterv(gathered, { counts }), mine));
  check("allgatherv", same(await comm.allgatherv(mine, { counts, into: new Float64Array(total) }), expected));
  check("allgatherv of values", (await comm.allgatherv([{ rank }])).every(({ rank }, i) => rank === i));
  const sendcounts = all.map((to) => ((rank + to) % 3) * unit);
  const data = Float64Array.from(all.flatMap((to, i) => new Array<number>(sendcounts[i]!).fill(10 * rank + to)));
  const came = Float64Array.from(all.flatMap((from, i) => new Array<number>(sendcounts[i]!).fill(10 * from + rank)));
  check("alltoallv", same(await comm.alltoallv(data, { sendcounts }), came));
  check("reduceScatter", same(await comm.reduceScatter(expected, { counts }), mine.map((x) => x * size)));

  const into = new Float64Array(3 * unit);
  const sum = comm.allreduceInit(MPI.IN_PLACE, { into });
  for (let round = 0; round < 5; round++) {
    into.fill(rank + round);
    sum.start();
    await sum.wait();
    check("allreduceInit", into.every((x) => x === (size * (size - 1)) / 2 + size * round));
  }
}

for (const bytes of [100, 100_000, 17 << 20]) {
  const whole = new Uint8Array(bytes).fill(bytes % 251);
  const value = { bytes, inside: [whole, "x", new Float64Array(1000).fill(bytes)] };
  check("bcast of a value", Bun.deepEquals(await comm.bcast(rank === 0 ? value : undefined), value));
  const into = new Uint8Array(bytes + 1);
  check("bcast into", (await comm.bcast(whole, { root: size - 1, into })) === into);
  check("bcast", Bun.deepEquals(into.subarray(0, bytes), whole) && into[bytes] === 0);
}

const out = new Int32Array(1);
const requests = [
  comm.recvInit({ source: (rank + size - 1) % size, into: new Int32Array(1) }),
  comm.sendInit(out, { dest: (rank + 1) % size }),
];
for (let round = 0; round < 1000; round++) {
  out[0] = round;
  MPI.Prequest.startall(requests);
  const [got] = await MPI.Request.waitall(requests);
  check("recvInit", got[0] === round);
}
if (rank === 0) console.log("all is right");
`;

for (const size of [1, 2, 5]) {
  test(`collectives with counts and persistent requests on ${size} real ranks`, async () => {
    const { code, stdout, stderr } = await tsmpi(["run", "-np", `${size}`, "script.ts"], {
      files: { "script.ts": script },
      deadline: 60,
    });
    equal({ code, stdout, stderr }, { code: 0, stdout: "all is right\n", stderr: "" });
  });
}

for (const [name, value] of [
  ["BCAST", "scatter-allgather"],
  ["ALLREDUCE", "rabenseifner"],
  ["REDUCE_SCATTER", "linear"],
  ["ALLTOALL", "bruck"],
]) {
  test(`TSMPI_${name}=${value} gives the same on real ranks`, async () => {
    const { code, stdout, stderr } = await tsmpi(["run", "-np", "4", "script.ts"], {
      files: { "script.ts": script },
      env: { [`TSMPI_${name}`]: value },
      deadline: 60,
    });
    equal({ code, stdout, stderr }, { code: 0, stdout: "all is right\n", stderr: "" });
  });
}

const slow = `
import { MPI } from "tsmpi";
let items = 0;
// Sometimes on one rank and sometimes on the other, so that each sleeps now and then.
const slow = (a: number, b: number) => {
  if (++items % 65536 === 0 && (items >> 16) % 2 === MPI.COMM_WORLD.rank) Bun.sleepSync(40);
  return a + b;
};
const op = MPI.Op.create(slow, { commute: true, elementwise: true });
const sum = await MPI.COMM_WORLD.allreduce(new Float64Array(4 * 2 ** 20).fill(1), { op });
console.log(sum.every((item) => item === 2));
`;

test("a collective in shared memory that takes longer than the time after which deadlocks are reported is none", async () => {
  const { code, stdout, stderr } = await tsmpi(["run", "-np", "2", "script.ts"], {
    files: { "script.ts": slow },
    env: { TSMPI_SPIN: "0", TSMPI_DEADLOCK_TIMEOUT: "0.01" },
  });
  equal({ code, stdout, stderr }, { code: 0, stdout: "true\ntrue\n", stderr: "" });
});

test.run();
