// The point-to-point steps of random programs. Receives are posted in the order of the sends of their pair, so that it is
// known which message each gets.
import { ANY_SOURCE, ANY_TAG, INT32_T, type Request, Status } from "../../../src/mpi/mpi.ts";
import { equal, is, ok } from "../../support/assert.ts";
import { type Data, dataOf, type Model, pick, type Random, type Rank, range, type Step } from "./world.ts";

const sends = ["send", "ssend", "bsend", "isend", "issend", "ibsend", "sendInit", "ssendInit", "column"] as const;
const receives = ["recv", "into", "irecv", "irecv into", "probe", "mprobe", "recvInit", "column"] as const;

/** Columns of a matrix of this many columns carry the same elements as arrays of Int32. */
const COLUMNS = 3;
const column = (length: number) => INT32_T.createVector(length, 1, COLUMNS).createResized(0, 4).commit();

/** A message from one rank to another, or to itself. */
export function messageStep(random: Random, model: Model, step: number): Step {
  const from = model.members;
  const to = model.remote ?? model.members;
  const [source, dest] = [random(from.length), random(to.length)];
  const self = from[source] === to[dest];
  const tag = pick(random, [0, 1, 7, 2 ** 31 - 1]);
  const anyTag = random(4) === 0;
  // A rank that sends to itself cannot wait for the receive that comes after.
  const how = pick(random, self ? sends.slice(2) : sends);
  const into = pick(random, receives);
  const typed = how === "column" || into === "column";
  const drawn = dataOf(random, step);
  const array = (length: number) => Int32Array.from(range(length), (i) => step + i);
  // A type of no elements has no kind.
  const length = Math.max(drawn.length, 1);
  const data: Data = typed ? { ...drawn, length, values: false, give: () => array(length) } : drawn;
  return {
    name: `${how} from ${source} to ${dest} on ${model.name}, tag ${tag}, received by ${into}, length ${data.length}`,
    run: async (rank) => {
      if (from[source] === rank.me) await send(rank, model, how, data, source, { dest, tag });
      if (to[dest] === rank.me) {
        await receive(rank, model, into, data, source, { source, tag: anyTag ? ANY_TAG : tag }, tag, typed);
      }
    },
  };
}

async function send(
  rank: Rank,
  model: Model,
  how: (typeof sends)[number],
  data: Data,
  source: number,
  to: { dest: number; tag: number },
): Promise<void> {
  const comm = rank.comm(model);
  const value = data.give(source);
  if (how === "send" || how === "ssend" || how === "bsend") return comm[how](value, to);
  let request: Request;
  if (how === "column") {
    const matrix = new Int32Array(COLUMNS * data.length);
    for (const [i, number] of (value as Int32Array).entries()) matrix[COLUMNS * i] = number;
    request = comm.isend(matrix, { ...to, type: column(data.length), count: 1 });
  } else request = comm[how](value, to);
  if ("start" in request) (request as ReturnType<typeof comm.sendInit>).start();
  rank.pending.push({ request, check: (_, status) => is(status.isCancelled(), false) });
}

async function receive(
  rank: Rank,
  model: Model,
  how: (typeof receives)[number],
  data: Data,
  source: number,
  from: { source: number; tag: number },
  tag: number,
  typed: boolean,
): Promise<void> {
  const comm = rank.comm(model);
  const expected = data.give(source);
  const check = (result: unknown, status: Status) => {
    equal(result, expected);
    equal([status.source, status.tag], [source, tag]);
    if (!data.values) is(status.count, expected.byteLength);
  };
  const status = new Status();
  const room = () => (data.values ? undefined : typed ? new Int32Array(data.length) : data.room(data.length));
  switch (how) {
    case "recv":
      return check(await comm.recv({ ...from, status }), status);
    case "into":
      return check(await comm.recv({ ...from, into: room(), status }), status);
    case "probe": {
      const seen = await comm.probe(from);
      equal([seen.source, seen.tag], [source, tag]);
      return check(await comm.recv({ ...from, status }), status);
    }
    case "mprobe":
      return check(await (await comm.mprobe(from)).recv({ status }), status);
    case "column": {
      const matrix = new Int32Array(COLUMNS * data.length);
      const request = comm.irecv({ ...from, into: matrix, type: column(data.length), count: 1 });
      const columnOf = () => expected.map((_: number, i: number) => matrix[COLUMNS * i]);
      rank.pending.push({ request, check: (_, status) => check(columnOf(), status) });
      return;
    }
    default: {
      const options = how === "irecv" ? from : { ...from, into: room() };
      const request = how === "recvInit" ? comm.recvInit(options) : comm.irecv(options);
      if (how === "recvInit") (request as ReturnType<typeof comm.recvInit>).start();
      rank.pending.push({ request, check });
    }
  }
}

/** All ranks send to one, which takes what comes first. */
export function collectStep(random: Random, model: Model, step: number): Step {
  const { members } = model;
  const dest = random(members.length);
  const tag = 1000 + step;
  return {
    name: `messages of all to ${dest} on ${model.name}, from any source`,
    run: async (rank) => {
      const me = members.indexOf(rank.me);
      if (me < 0) return;
      const comm = rank.comm(model);
      const request = comm.isend({ step, me }, { dest, tag });
      rank.pending.push({ request, check: () => {} });
      if (me !== dest) return;
      const sources = new Set<number>();
      const status = new Status();
      for (const _ of members) {
        const from = { source: ANY_SOURCE, tag, status };
        const message = step % 2 === 0 ? undefined : await comm.mprobe({ source: ANY_SOURCE, tag });
        equal(message ? await message.recv({ status }) : await comm.recv(from), { step, me: status.source });
        ok(!sources.has(status.source), "one has sent twice");
        sources.add(status.source);
      }
      is(await comm.iprobe({ tag }), false);
    },
  };
}

/** Everyone gives to the right what comes from the left, in one call; a receive of what nobody sends is cancelled meanwhile. */
export function shiftStep(random: Random, model: Model, step: number): Step {
  const { members } = model;
  const data = dataOf(random, step);
  const by = random(members.length);
  return {
    name: `sendrecv by ${by} on ${model.name}`,
    run: async (rank) => {
      const me = members.indexOf(rank.me);
      if (me < 0) return;
      const comm = rank.comm(model);
      const never = comm.irecv({ tag: 999_999 });
      const n = members.length;
      const [dest, source] = [(me + by) % n, (me + n - by) % n];
      equal(await comm.sendrecv(data.give(me), { dest, sendtag: 5, source, recvtag: 5 }), data.give(source));
      never.cancel();
      const status = new Status();
      await never.wait({ status });
      is(status.isCancelled(), true);
    },
  };
}
