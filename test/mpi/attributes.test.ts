// Attributes of communicators: when callbacks are called, in which order, and what happens when they throw.
import { test } from "uvu";
import {
  ANY_SOURCE,
  APPNUM,
  Comm,
  type Exception,
  IO,
  KEYVAL_INVALID,
  LASTUSEDCODE,
  TAG_UB,
  UNIVERSE_SIZE,
  WTIME_IS_GLOBAL,
} from "../../src/mpi/mpi.ts";
import { equal, is, ok, rejects, throws } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";

function refuses(use: () => unknown): void {
  throws(use, (error: Exception) => {
    ok(error.message.endsWith("(ERR_KEYVAL)"), `it threw: ${error.message}`);
    return true;
  });
}

test("an attribute is set, read, replaced and deleted; its delete callback hears of each value that goes", async () => {
  await ranks(1, (comm) => {
    const gone: unknown[] = [];
    const keyval = Comm.createKeyval({ delete: (owner, key, value) => gone.push([owner === comm, key, value]) });
    is(comm.getAttr(keyval), undefined);
    comm.setAttr(keyval, "one");
    is(comm.getAttr(keyval), "one");
    comm.setAttr(keyval, null);
    is(comm.getAttr(keyval), null);
    equal(gone, [[true, keyval, "one"]]);
    comm.deleteAttr(keyval);
    is(comm.getAttr(keyval), undefined);
    equal(gone.slice(1), [[true, keyval, null]]);
    refuses(() => comm.deleteAttr(keyval));
  });
});

test("dup() calls copy callbacks in the order of setting; true carries the value over; none and undefined do not", async () => {
  await ranks(2, async (comm) => {
    const called: string[] = [];
    const copy = (name: string, result: (value: any) => unknown) =>
      Comm.createKeyval({
        copy: (owner, _, value) => {
          is(owner, comm);
          called.push(name);
          return result(value);
        },
      });
    const doubled = copy("doubled", (value) => value * 2);
    const dropped = copy("dropped", () => undefined);
    const kept = Comm.createKeyval({ copy: true });
    const own = Comm.createKeyval();
    for (const [i, keyval] of [own, dropped, doubled, kept].entries()) comm.setAttr(keyval, i + 1);
    for (const duplicated of [() => comm.dup(), () => comm.clone(), () => comm.idup().wait()]) {
      const duplicate = await duplicated();
      equal(called.splice(0), ["dropped", "doubled"]);
      equal(
        [own, dropped, doubled, kept].map((keyval) => duplicate.getAttr(keyval)),
        [undefined, undefined, 6, 4],
      );
      await duplicate.free();
    }
    const part = await comm.split(0);
    is(part.getAttr(kept), undefined);
    equal(called, []);
  });
});

test("dup() rejects with what a copy callback throws, on that rank", async () => {
  await ranks(1, async (comm) => {
    const keyval = Comm.createKeyval({
      copy() {
        throw new RangeError("no copy");
      },
    });
    comm.setAttr(keyval, 1);
    await rejects(comm.dup(), RangeError, /no copy/);
    throws(() => comm.idup(), /no copy/);
  });
});

test("free() calls delete callbacks, the last set first, while the communicator still works", async () => {
  await ranks(2, async (world) => {
    const comm = await world.dup();
    const called: unknown[] = [];
    const keyvals = ["a", "b", "c"].map(() =>
      Comm.createKeyval({ delete: (owner, _, value) => called.push([value, owner.size]) }),
    );
    for (const [i, keyval] of keyvals.entries()) comm.setAttr(keyval, "abc"[i]);
    await comm.free();
    equal(called, [
      ["c", 2],
      ["b", 2],
      ["a", 2],
    ]);
  });
});

test("a delete callback that throws keeps the attribute, and free() rejects without freeing", async () => {
  await ranks(1, async (world) => {
    const comm = await world.dup();
    let stubborn = true;
    const keyval = Comm.createKeyval({
      delete() {
        if (stubborn) throw new Error("not yet");
      },
    });
    comm.setAttr(keyval, 7);
    throws(() => comm.deleteAttr(keyval), /not yet/);
    throws(() => comm.setAttr(keyval, 8), /not yet/);
    await rejects(comm.free(), Error, /not yet/);
    is(comm.getAttr(keyval), 7);
    stubborn = false;
    await comm.free();
  });
});

test("a freed keyval lives on in the attributes that have it", async () => {
  await ranks(1, async (comm) => {
    let deleted = 0;
    const keyval = Comm.createKeyval({ copy: true, delete: () => deleted++ });
    comm.setAttr(keyval, 1);
    is(Comm.freeKeyval(keyval), KEYVAL_INVALID);
    refuses(() => comm.setAttr(keyval, 2));
    refuses(() => Comm.freeKeyval(keyval));
    is(comm.getAttr(keyval), 1);
    const duplicate = await comm.dup();
    is(duplicate.getAttr(keyval), 1);
    await duplicate.free();
    is(deleted, 1);
    comm.deleteAttr(keyval);
    is(deleted, 2);
    refuses(() => comm.getAttr(keyval));
  });
});

test("the predefined attributes have their values on every communicator and cannot be changed", async () => {
  await ranks(3, async (world) => {
    for (const comm of [world, await world.dup()]) {
      is(comm.getAttr(TAG_UB), 2 ** 31 - 1);
      is(comm.getAttr(IO), ANY_SOURCE);
      is(comm.getAttr(WTIME_IS_GLOBAL), 0);
      is(comm.getAttr(UNIVERSE_SIZE), 3);
      is(comm.getAttr(APPNUM), 0);
      is(comm.getAttr(LASTUSEDCODE), 0x3fff);
      refuses(() => comm.setAttr(TAG_UB, 1));
      refuses(() => comm.deleteAttr(IO));
    }
    refuses(() => Comm.freeKeyval(APPNUM));
    refuses(() => world.getAttr(KEYVAL_INVALID));
    refuses(() => world.setAttr(KEYVAL_INVALID, 1));
    throws(() => Comm.createKeyval({ copy: 1 as never }), /option copy is 1/);
    throws(() => Comm.createKeyval({ destroy() {} } as never), /option destroy is unknown/);
    throws(() => world.setAttr(Comm.createKeyval(), undefined), /value is undefined/);
  });
});

test.run();
