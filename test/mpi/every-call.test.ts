// What holds for every method of a communicator, one by one, by the list of names: a freed communicator and COMM_NULL are
// named in a clear error, and an error handler sees it.
import { test } from "uvu";
import { COMM_NULL, Comm, ERR_COMM, Exception, Intracomm } from "../../src/mpi/mpi.ts";
import { apiNames, gapOf } from "../house/api-names.ts";
import { equal, ok } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";

/** These have an answer at any time, or end the job. */
const always = ["abort", "getName", "isInter", "isIntra"];
const methods = apiNames()
  .filter((name) => name.kind === "method" && /^(Comm|Intracomm)$/.test(name.owner) && !gapOf(name))
  .flatMap(({ name }) => (always.includes(name) ? [] : [name]));

/** Calls the method without arguments. @returns what it throws or rejects with */
async function errorOf(comm: Comm, name: string): Promise<unknown> {
  try {
    await (comm as unknown as Record<string, () => unknown>)[name]!();
    return `${name} returned`;
  } catch (error) {
    return error;
  }
}

/** Calls that say something else than ERR_COMM, or that an option or argument is missing. */
async function unclear(comm: Comm): Promise<string[]> {
  const wrong: string[] = [];
  for (const name of methods) {
    const error = await errorOf(comm, name);
    const clear =
      (error instanceof Exception && error.errorClass === ERR_COMM) ||
      ((error instanceof TypeError || error instanceof Exception) && /^Cannot .* expected /.test(error.message));
    if (!clear) wrong.push(`${name}: ${error}`);
  }
  return wrong;
}

test("every method of a communicator that has been freed says so, or which argument it misses", async () => {
  await ranks(1, async (world) => {
    const comm = await world.dup();
    await comm.free();
    equal(await unclear(comm), []);
  });
});

test("every method of COMM_NULL says that it is no communicator, or which argument it misses", async () => {
  equal(await unclear(COMM_NULL), []);
});

test("an error handler sees the error of every method that fails, once", async () => {
  await ranks(1, async (world) => {
    const seen: Exception[] = [];
    const comm = await world.dup();
    comm.setErrhandler(Comm.createErrhandler((_, error) => seen.push(error)));
    await comm.free();
    let handled = 0;
    for (const name of methods) {
      const error = await errorOf(comm, name);
      const expected = error instanceof Exception ? [error] : [];
      equal([name, ...seen.splice(0)], [name, ...expected]);
      handled += expected.length;
    }
    ok(comm instanceof Intracomm && handled > 50, `${handled} of ${methods.length} methods`);
  });
});

test.run();
