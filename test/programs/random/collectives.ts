// The collectives of random programs: for each, what a rank gives and what it must get.
import { IN_PLACE, MAX, PROC_NULL, ROOT, SUM } from "../../../src/mpi/mpi.ts";
import { equal } from "../../support/assert.ts";
import { type Data, dataOf, joined, type Model, pick, type Random, type Rank, range, type Step } from "./world.ts";

interface Draw {
  /** Ranks; of an intercommunicator, those of the other side. */
  readonly n: number;
  readonly me: number;
  readonly root: number;
  readonly data: Data;
  /** True where a buffer is received into the caller's memory. */
  readonly into: boolean;
  readonly place: boolean;
  readonly step: number;
}

interface Call {
  readonly data?: unknown;
  readonly options?: Record<string, unknown>;
  readonly expected: unknown;
}

/** What `n` ranks give, as a call without `into` returns it, and as one with `into` does. */
function gathered({ data, into, n }: Draw, to = 0) {
  const parts = range(n).map((rank) => data.give(rank, to));
  const fills = into && !data.values;
  return { parts: fills ? joined(data, parts) : parts, options: fills ? { into: data.room(n * data.length) } : {} };
}

const count = (draw: Draw, from: number, to: number) => (from * 3 + to + draw.step) % 4;
/** A run of elements that goes from one rank to another, and all that one gives, or gets. */
const run = (draw: Draw, from: number, to: number) => {
  const length = count(draw, from, to);
  return draw.data.values
    ? range(length).map((i) => draw.data.give(from, 10 * to + i))
    : draw.data.give(from, to, length);
};
const runs = (draw: Draw, parts: any[]) => (draw.data.values ? parts.flat(1) : joined(draw.data, parts));

const operators = [
  { op: SUM, numbers: true, combine: (a: any, b: any) => a + b },
  { op: MAX, numbers: true, combine: (a: any, b: any) => (a > b ? a : b) },
  { op: (a: string, b: string) => `${a}${b}`, numbers: false, combine: (a: any, b: any) => `${a}${b}` },
];

/** A reduction: what rank r gives, and the fold of the first ranks. */
function reduction({ data, step, root }: Draw) {
  const { op, numbers, combine } = operators[(step + root) % 3]!;
  const strings = !numbers;
  const single = strings || data.values;
  const operand = (rank: number, length = data.length): any => {
    if (strings) return `<${rank}.${step}>`;
    return data.values ? rank * 5 + step : Int32Array.from(range(length), (i) => rank * 3 + step + (i % 11));
  };
  const fold = (ranks: readonly number[], length = data.length) =>
    ranks
      .map((rank) => operand(rank, length))
      .reduce((a, b) => (single ? combine(a, b) : Int32Array.from(a, (x: number, i: number) => combine(x, b[i]))));
  return { op, operand, fold, single };
}

type Collective = (draw: Draw) => Call;

const collectives: Record<string, Collective> = {
  barrier: () => ({ expected: undefined }),
  bcast: ({ data, me, root, into }) => {
    const options = into && !data.values ? { root, into: data.room(data.length) } : { root };
    return { data: me === root ? data.give(root) : null, options, expected: data.give(root) };
  },
  scatter: ({ data, me, root, n, into }) => {
    const parts = range(n).map((rank) => data.give(root, rank));
    const options = into && !data.values ? { root, into: data.room(data.length) } : { root };
    const given = me === root ? (data.values ? parts : joined(data, parts)) : null;
    return { data: given, options, expected: data.give(root, me) };
  },
  gather: (draw) => {
    const { parts, options } = gathered(draw);
    const { data, me, root } = draw;
    return {
      data: data.give(me),
      options: { root, ...(me === root && options) },
      expected: me === root ? parts : null,
    };
  },
  allgather: (draw) => {
    const { data, me, n } = draw;
    if (draw.place && !data.values) {
      const into = data.room(n * data.length);
      into.set(data.give(me), me * data.length);
      return { data: IN_PLACE, options: { into }, expected: gathered({ ...draw, into: true }).parts };
    }
    const { parts, options } = gathered(draw);
    return { data: data.give(me), options, expected: parts };
  },
  alltoall: (draw) => {
    const { data, me, n } = draw;
    const { parts, options } = gathered({ ...draw, into: true }, me);
    const given = range(n).map((rank) => data.give(me, rank));
    return { data: data.values ? given : joined(data, given), options, expected: parts };
  },
  gatherv: (draw) => {
    const { data, me, root, n } = draw;
    const all = range(n).map((rank) => run(draw, rank, 0));
    const counts = range(n).map((rank) => count(draw, rank, 0));
    if (me !== root) return { data: run(draw, me, 0), options: { root }, expected: null };
    if (data.values || !draw.into)
      return { data: run(draw, me, 0), options: { root, counts }, expected: runs(draw, all) };
    // Each run two elements behind the one before, the last rank's first.
    const displs = counts.map((_, rank) => counts.slice(rank + 1).reduce((sum, more) => sum + more + 2, 0));
    const into = data.room(counts.reduce((sum, more) => sum + more + 2, 0));
    const expected = into.slice();
    for (const rank of range(n)) expected.set(all[rank], displs[rank]!);
    return { data: run(draw, me, 0), options: { root, counts, displs, into }, expected };
  },
  scatterv: (draw) => {
    const { me, root, n } = draw;
    const counts = range(n).map((rank) => count(draw, root, rank));
    const given = runs(
      draw,
      range(n).map((rank) => run(draw, root, rank)),
    );
    const expected = run(draw, root, me);
    return me === root ? { data: given, options: { root, counts }, expected } : { options: { root }, expected };
  },
  allgatherv: (draw) => {
    const { data, me, n, into } = draw;
    const all = runs(
      draw,
      range(n).map((rank) => run(draw, rank, 0)),
    );
    const counts = range(n).map((rank) => count(draw, rank, 0));
    return {
      data: run(draw, me, 0),
      options: into && !data.values ? { counts, into: data.room(all.length) } : {},
      expected: all,
    };
  },
  alltoallv: (draw) => {
    const { data, me, n } = draw;
    const parts = range(n).map((rank) => run(draw, me, rank));
    const came = range(n).map((rank) => run(draw, rank, me));
    const sendcounts = parts.map((part) => part.length);
    const recvcounts = came.map((part) => part.length);
    const expected = runs(draw, came);
    const options = data.values ? { sendcounts } : { sendcounts, recvcounts, into: data.room(expected.length) };
    return { data: runs(draw, parts), options, expected };
  },
  reduce: (draw) => {
    const { op, operand, fold, single } = reduction(draw);
    const { me, root, into, data } = draw;
    const options = into && !single && me === root ? { op, root, into: new Int32Array(data.length) } : { op, root };
    return { data: operand(me), options, expected: me === root ? fold(range(draw.n)) : null };
  },
  allreduce: (draw) => {
    const { op, operand, fold, single } = reduction(draw);
    const expected = fold(range(draw.n));
    if (draw.place && !single) return { data: IN_PLACE, options: { op, into: operand(draw.me) }, expected };
    return { data: operand(draw.me), options: { op }, expected };
  },
  scan: (draw) => {
    const { op, operand, fold } = reduction(draw);
    return { data: operand(draw.me), options: { op }, expected: fold(range(draw.me + 1)) };
  },
  exscan: (draw) => {
    const { op, operand, fold } = reduction(draw);
    return { data: operand(draw.me), options: { op }, expected: draw.me === 0 ? undefined : fold(range(draw.me)) };
  },
  reduceScatterBlock: (draw) => {
    const { n, me, data } = draw;
    // The sum of all arrays, of which each rank gets a block.
    const { operand, fold } = reduction({ ...draw, step: 3 * draw.step, root: 0, data: { ...data, values: false } });
    const whole = fold(range(n), data.length * n) as Int32Array;
    const expected = whole.slice(me * data.length, (me + 1) * data.length);
    return { data: operand(me, data.length * n), options: { op: SUM }, expected };
  },
  reduceScatter: (draw) => {
    const { n, me, data } = draw;
    const { operand, fold } = reduction({ ...draw, step: 3 * draw.step, root: 0, data: { ...data, values: false } });
    const counts = range(n).map((rank) => count(draw, 0, rank));
    const ends = counts.map((_, rank) => counts.slice(0, rank + 1).reduce((a, b) => a + b));
    const length = ends.at(-1)!;
    const expected = (fold(range(n), length) as Int32Array).slice(ends[me]! - counts[me]!, ends[me]);
    return { data: operand(me, length), options: { op: SUM, counts }, expected };
  },
};

const onRings: Record<string, Collective> = {
  neighborAllgather: ({ data, me, n }) => ({
    data: data.give(me),
    expected: [(me + n - 1) % n, (me + 1) % n].map((rank) => data.give(rank)),
  }),
  neighborAlltoall: ({ data, me, n }) => {
    const sent = [data.give(me, 0), data.give(me, 1)];
    const came = [data.give((me + n - 1) % n, 1), data.give((me + 1) % n, 0)];
    if (data.values) return { data: sent, expected: came };
    return { data: joined(data, sent), options: { into: data.room(2 * data.length) }, expected: joined(data, came) };
  },
};

const forms = ["blocking", "nonblocking", "persistent"] as const;

/** Starts a collective in one of its forms; what comes is checked now or when it is completed. */
async function start(rank: Rank, model: Model, name: string, form: (typeof forms)[number], call: Call): Promise<void> {
  const methods = rank.comm(model) as unknown as Record<string, (...args: any[]) => any>;
  const args = name === "barrier" ? [] : [call.data, call.options];
  const check = (result: unknown) => equal(result, call.expected, `${name} gave something else`);
  if (form === "blocking") return check(await methods[name]!(...args));
  const request = methods[form === "nonblocking" ? `i${name}` : `${name}Init`]!(...args);
  if (form === "persistent") request.start();
  rank.pending.push({ request, check });
}

/** A step in which all ranks of a communicator call a collective. */
export function collectiveStep(random: Random, model: Model, step: number): Step {
  const form = pick(random, forms);
  const [into, place] = [random(2) === 0, random(3) === 0];
  const data = dataOf(random, step);
  const { members, remote } = model;
  const root = random(members.length);
  if (remote) return acrossStep(random, model, step, form, data);
  const table = model.ring && random(2) === 0 ? onRings : collectives;
  const name = pick(random, Object.keys(table));
  return {
    name: `${form} ${name} on ${model.name}, root ${root}, ${data.values ? "values" : `${data.kind.name}(${data.length})`}`,
    run: async (rank) => {
      const me = members.indexOf(rank.me);
      if (me < 0) return;
      const call = table[name]!({ n: members.length, me, root, data, into, place, step });
      await start(rank, model, name, form, call);
    },
  };
}

/** The same between two groups: what comes is of the other one. */
function acrossStep(random: Random, model: Model, _step: number, form: (typeof forms)[number], data: Data): Step {
  const name = pick(random, ["barrier", "bcast", "gather", "allgather", "alltoall", "allreduce", "scatter"]);
  const sides = [model.members, model.remote!] as const;
  const rootSide = random(2);
  const root = random(sides[rootSide]!.length);
  return {
    name: `${form} ${name} on ${model.name}, root ${root} of side ${rootSide}`,
    run: async (rank) => {
      const side = sides.findIndex((members) => members.includes(rank.me));
      if (side < 0) return;
      const me = sides[side]!.indexOf(rank.me);
      const n = sides[1 - side]!.length;
      const [mine, theirs] = side === 0 ? [0, 100] : [100, 0];
      const others = range(n).map((other) => theirs + other);
      const rooted = side === rootSide ? (me === root ? ROOT : PROC_NULL) : root;
      const options = { root: rooted };
      const isRoot = rooted === ROOT;
      const calls: Record<string, () => Call> = {
        barrier: () => ({ expected: undefined }),
        bcast: () => ({
          data: isRoot ? data.give(mine + me) : null,
          options,
          // The root has its own value back; the ranks beside it get nothing that matters.
          expected: isRoot ? data.give(mine + me) : side === rootSide ? null : data.give(theirs + root),
        }),
        gather: () => ({
          data: side === rootSide ? null : data.give(mine + me),
          options,
          expected: isRoot ? others.map((other) => data.give(other)) : null,
        }),
        scatter: () => ({
          data: isRoot ? others.map((other) => data.give(mine + me, other)) : null,
          options,
          expected: side === rootSide ? null : data.give(theirs + root, mine + me),
        }),
        allgather: () => ({
          data: data.give(mine + me),
          options: {},
          expected: others.map((other) => data.give(other)),
        }),
        alltoall: () => ({
          data: others.map((other) => data.give(mine + me, other)),
          options: {},
          expected: others.map((other) => data.give(other, mine + me)),
        }),
        allreduce: () => ({ data: mine + me, options: {}, expected: others.reduce((sum, other) => sum + other, 0) }),
      };
      const call = calls[name]!();
      const methods = rank.between(model) as unknown as Record<string, (...args: any[]) => any>;
      const args = name === "barrier" ? [] : [call.data, call.options];
      const check = (result: unknown) => {
        // Beside a root, what a call returns is nothing.
        if (side === rootSide && !isRoot && "root" in (call.options ?? {})) return;
        if (isRoot && /bcast|scatter/.test(name)) return;
        equal(result, call.expected, `${name} across gave something else`);
      };
      if (form === "blocking") return check(await methods[name]!(...args));
      const request = methods[form === "nonblocking" ? `i${name}` : `${name}Init`]!(...args);
      if (form === "persistent") request.start();
      rank.pending.push({ request, check });
    },
  };
}
