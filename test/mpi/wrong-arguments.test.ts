// Every wrong value in every argument and option of every public method: what fails, fails with an error that is ours, and
// sends nothing. arguments.test.ts says what the messages are.
import { test } from "uvu";
import { show } from "../../src/base/errors.ts";
import { COMM_NULL } from "../../src/mpi/mpi.ts";
import { equal, is, ok } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";
import { turns } from "../support/sinks.ts";
import { failureOf, goodArguments, isClear, methodsOf, optionsOf, subjects, wrongValues } from "./wrong-arguments.ts";

const names = Object.keys(subjects(COMM_NULL, COMM_NULL));

for (const name of names) {
  test(`${name}: no method with a wrong argument fails with an error of JavaScript's`, async () => {
    await ranks(2, async (comm) => {
      const world = await comm.split(comm.rank);
      const between = await world.createIntercomm(0, comm, 1 - comm.rank);
      if (comm.rank === 1) return;
      const values = await wrongValues(world);
      const { make, done } = subjects(world, between)[name]!;
      const methods = methodsOf(await make());
      const unclear: string[] = [];
      let failures = 0;
      const check = async (method: string, args: unknown[], what: string) => {
        const subject = await make();
        const error = await failureOf(subject, method, args);
        try {
          done?.(subject);
        } catch {
          // The method has done it already.
        }
        if (error === undefined) return;
        failures++;
        if (!isClear(error)) unclear.push(`${method} with ${what}: ${error}`);
      };
      for (const method of methods) {
        const good = goodArguments(world, method);
        for (let at = 0; at <= good.length; at++) {
          for (const [value, argument] of values) {
            const args = good.slice();
            args[at] = argument;
            await check(method, args, `${value} as argument ${at}`);
          }
          const before = at === good.length && at === 0 ? [[], [new Int8Array(1)], [[1]]] : [good.slice(0, at)];
          for (const args of before) {
            const options = await optionsOf(await make(), method, args);
            for (const option of options) {
              const given = { dest: 0, partitions: 1 };
              const needed = Object.fromEntries(Object.entries(given).filter(([key]) => options.includes(key)));
              for (const [value, argument] of values) {
                await check(method, [...args, { ...needed, [option]: argument }], `${value} as option ${option}`);
              }
            }
          }
        }
      }
      equal(unclear, []);
      // Methods without arguments are called with them too, and take no notice.
      ok(failures > 0 || name === "Errhandler", `nothing failed in ${methods.map(show).join(", ")}`);
      await turns();
      is(await world.iprobe(), false);
      is(await between.iprobe(), false);
    });
  });
}

test.run();
