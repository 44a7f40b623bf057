// A script of random-ranks.test.ts: random collectives, the same on all ranks, blocking and not, on four communicators at
// once, with results that every rank can work out by itself. Arguments: a seed, and how many steps.
import { MPI } from "tsmpi";

const [seed, steps] = process.argv.slice(2).map(Number) as [number, number];
let state = seed;
/** The next number below `limit`, the same on every rank. */
function random(limit: number): number {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  return Math.floor((state / 2 ** 32) * limit);
}

interface Call {
  readonly request: MPI.Request;
  readonly expected: unknown;
  readonly name: string;
}

async function check({ request, expected, name }: Call): Promise<void> {
  const result: unknown = await request.wait();
  const [got, wanted] = [result, expected].map((value) =>
    JSON.stringify(ArrayBuffer.isView(value) ? [...(value as Float64Array)] : value),
  );
  if (got !== wanted)
    throw new Error(`seed ${seed}, ${name}: got ${got?.slice(0, 200)}, expected ${wanted?.slice(0, 200)}`);
}

function start(comm: MPI.Intracomm, step: number): Call {
  const { rank, size } = comm;
  const [kind, root, length] = [random(9), random(64) % size, [0, 1, 3, 100, 1500, 9000][random(6)]!];
  const name = `step ${step} on ${comm.name}, call ${kind} of ${length} elements, root ${root}`;
  const given = Array.from({ length: size }, (_, other) => (other * 7 + step) % 97);
  const mine = given[rank]!;
  const filled = (value: number) => new Float64Array(length).fill(value);
  const sum = given.reduce((a, b) => a + b, 0);
  const atRoot = <T>(value: T) => (rank === root ? value : null);
  const text = "x".repeat(length % 200);
  const join = (a: string, b: string) => a + b;
  const calls: [() => MPI.Request, unknown][] = [
    [() => comm.ibarrier(), undefined],
    [() => comm.ibcast(atRoot({ value: mine }), { root }), { value: given[root] }],
    [() => comm.ibcast(atRoot(filled(mine)), { root }), filled(given[root]!)],
    [() => comm.iallreduce(mine), sum],
    [() => comm.iallreduce(filled(mine)), filled(sum)],
    [() => comm.igather(mine, { root }), atRoot(given)],
    [() => comm.iallgather(text + mine), given.map((value) => text + value)],
    [() => comm.ireduce(filled(mine), { root, op: MPI.MAX }), atRoot(filled(Math.max(...given)))],
    [() => comm.iallreduce(`${mine},`, { op: join }), given.map((value) => `${value},`).join("")],
  ];
  const [call, expected] = calls[kind]!;
  return { request: call(), expected, name };
}

const world = MPI.COMM_WORLD;
const comms = [world, await world.dup(), await world.split(world.rank % 2), await world.split(0, -world.rank)];
const open: Call[] = [];
for (let step = 0; step < steps; step++) {
  const comm = comms[random(4)]!;
  const call = start(comm, step);
  if (random(3) < 2) await check(call);
  else open.push(call);
  if (open.length > 6 || random(10) === 0) for (const each of open.splice(0).reverse()) await check(each);
  if (random(15) > 0) continue;
  await using copy = await comm.dup();
  await check({ request: copy.iallreduce(1), expected: copy.size, name: `a dup in step ${step}` });
}
for (const call of open) await check(call);
console.log("done");
