// Random programs: steps drawn from a seed, on communicators that they make and free, run by ranks inside this process. Each
// rank goes its own way between the steps: what is under way is completed at any time, in any of the ways that there are.
import { type Comm, type Intracomm, UNDEFINED } from "../../../src/mpi/mpi.ts";
import { equal, is } from "../../support/assert.ts";
import { numbersFrom } from "../../support/random-types.ts";
import { ranks } from "../../support/ranks.ts";
import { collectiveStep } from "./collectives.ts";
import { collectStep, messageStep, shiftStep } from "./messages.ts";
import { type Model, pick, type Random, Rank, range, type Step } from "./world.ts";

/** Communicators that are there at once, at most. */
const MOST = 8;

/** Draws a program for `size` ranks. */
function draw(random: Random, size: number, length: number): Step[] {
  let next = 1;
  let models: Model[] = [{ id: 0, name: "world", members: range(size) }];
  const persistent: { id: number; model: Model }[] = [];
  const steps: Step[] = [];

  /** A step that makes communicators of one: each model, and how a rank makes its own. */
  const making = (
    what: string,
    made: readonly Model[],
    parent: Model,
    make: (rank: Rank, comm: Intracomm) => Promise<Comm>,
  ) => {
    models.push(...made);
    steps.push({
      name: `${what} of ${parent.name}: ${made.map(({ name, members }) => `${name} [${members}]`).join(", ")}`,
      run: async (rank) => {
        const members = [...parent.members, ...(parent.remote ?? [])];
        if (!members.includes(rank.me)) return;
        const comm = await make(rank, rank.comm(parent));
        const model = made.find((one) => one.members.includes(rank.me) || one.remote?.includes(rank.me));
        if (!model) return;
        rank.comms.set(model.id, comm);
        const mine = model.members.includes(rank.me) ? model.members : model.remote!;
        equal([comm.rank, comm.size], [mine.indexOf(rank.me), mine.length]);
      },
    });
  };
  const named = (kind: string, members: readonly number[], more: Partial<Model> = {}): Model => {
    return { id: next, name: `${kind}${next++}`, members, ...more };
  };

  const create = (parent: Model) => {
    const { members } = parent;
    switch (random(6)) {
      case 0:
        return making("dup", [named("dup", members, parent.ring ? { ring: true } : {})], parent, (_, comm) =>
          comm.dup(),
        );
      case 1: {
        const model = named("idup", members, parent.ring ? { ring: true } : {});
        return making("idup", [model], parent, async (_, comm) => {
          const request = comm.idup();
          const barrier = comm.ibarrier();
          await barrier.wait();
          return (await request.wait()) as Comm;
        });
      }
      case 2: {
        // Some take no part; the others in the order of their keys, some of which are equal.
        const colors = members.map(() => pick(random, [0, 0, 1, 1, UNDEFINED]));
        const keys = members.map(() => random(3) - 1);
        const parts = [0, 1].map((color) =>
          range(members.length)
            .filter((rank) => colors[rank] === color)
            .sort((a, b) => keys[a]! - keys[b]! || a - b)
            .map((rank) => members[rank]!),
        );
        const made = parts.filter(({ length }) => length > 0).map((part) => named("part", part));
        return making("split", made, parent, (_, comm) => comm.split(colors[comm.rank]!, keys[comm.rank]!));
      }
      case 3: {
        const order = range(members.length)
          .filter(() => random(3) > 0)
          .sort(() => random(3) - 1);
        if (order.length === 0) return;
        const model = named(
          "group",
          order.map((rank) => members[rank]!),
        );
        return making("createGroup", [model], parent, async (rank, comm) => {
          const group = comm.group.incl(order);
          return model.members.includes(rank.me) ? comm.createGroup(group, { tag: model.id }) : comm;
        });
      }
      case 4:
        return making("createCart", [named("ring", members, { ring: true })], parent, (_, comm) =>
          comm.createCart([members.length], { periods: true }),
        );
      default: {
        if (members.length < 2) return;
        const at = 1 + random(members.length - 1);
        const [left, right] = [members.slice(0, at), members.slice(at)];
        making("createIntercomm", [named("inter", left, { remote: right })], parent, async (_, comm) => {
          await using half = await comm.split(comm.rank < at ? 0 : 1);
          return half.createIntercomm(0, comm, comm.rank < at ? at : 0);
        });
      }
    }
  };

  const free = (model: Model) => {
    models = models.filter((other) => other !== model);
    for (const [i, { model: of }] of [...persistent.entries()].reverse()) if (of === model) persistent.splice(i, 1);
    steps.push({
      name: `free ${model.name}`,
      run: async (rank) => {
        await rank.comms.get(model.id)?.free();
        rank.comms.delete(model.id);
      },
    });
  };

  /** An allreduce that is started again and again, by all ranks at the same steps. */
  const restart = (model: Model, step: number) => {
    const { members } = model;
    const known = persistent.find((one) => one.model === model);
    const id = known?.id ?? step;
    if (!known) persistent.push({ id, model });
    steps.push({
      name: `start persistent allreduce ${id} on ${model.name}`,
      run: async (rank) => {
        const me = members.indexOf(rank.me);
        if (me < 0) return;
        const length = 50 * (id % 9);
        if (!rank.persistent.has(id)) {
          const [data, into] = [new Int32Array(length), new Int32Array(length)];
          rank.persistent.set(id, { request: rank.comm(model).allreduceInit(data, { into }), data, into });
        }
        const { request, data, into } = rank.persistent.get(id)!;
        if (request.active) await rank.complete();
        data.fill(me + step);
        request.start();
        const sum = members.reduce((total, _, other) => total + other + step, 0);
        rank.pending.push({ request, check: () => equal(into, new Int32Array(length).fill(sum)) });
      },
    });
  };

  for (let step = 1; step <= length; step++) {
    const model = pick(random, models);
    const dice = random(100);
    if (dice < 30) steps.push(messageStep(random, model, step));
    else if (dice < 65) steps.push(collectiveStep(random, model, step));
    else if (model.remote) continue;
    else if (dice < 70) steps.push(collectStep(random, model, step));
    else if (dice < 75) steps.push(shiftStep(random, model, step));
    else if (dice < 82) restart(model, step);
    else if (models.length < MOST) create(model);
    else free(pick(random, models.slice(1)));
  }
  return steps;
}

/** Runs a program on ranks in this process. @throws with the seed, and the step at which a rank was */
export async function runProgram(seed: number, size: number, length: number): Promise<void> {
  const steps = draw(numbersFrom(seed), size, length);
  const at: (Step | undefined)[] = new Array(size);
  try {
    await ranks(
      size,
      async (world) => {
        const rank = new Rank(world, numbersFrom(seed * 31 + world.rank));
        for (const step of steps) {
          at[world.rank] = step;
          await step.run(rank);
          if (rank.random(6) === 0) await rank.complete();
        }
        at[world.rank] = undefined;
        await rank.complete();
        await world.barrier();
        for (const comm of rank.comms.values()) is(await comm.iprobe(), false, "a message is left");
      },
      { eager: 500, unexpected: 20_000, deadline: 30 },
    );
  } catch (error) {
    const where = at.flatMap((step, rank) =>
      step ? `rank ${rank} is at step ${steps.indexOf(step)}, ${step.name}` : [],
    );
    const what = `seed ${seed} on ${size} ranks, ${length} steps: ${(error as Error).message}`;
    throw new Error([what, ...where].join("\n"), { cause: error });
  }
}
