// Error handlers: when they are called, with what, and who has them.
import { test } from "uvu";
import {
  COMM_NULL,
  Comm,
  ERR_COMM,
  ERR_ERRHANDLER,
  ERR_OTHER,
  ERR_RANK,
  ERR_REQUEST,
  ERR_TRUNCATE,
  ERRHANDLER_NULL,
  ERRORS_ABORT,
  ERRORS_ARE_FATAL,
  ERRORS_RETURN,
  Errhandler,
  Exception,
  Intercomm,
  Intracomm,
  MESSAGE_NO_PROC,
  Message,
  PROC_NULL,
  Prequest,
  Request,
} from "../../src/mpi/mpi.ts";
import { equal, is, match, ok, rejects, throws } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";

/** A handler that keeps what it is called with. */
function recorder() {
  const calls: [Comm, Exception][] = [];
  const handler = Comm.createErrhandler((comm, error) => calls.push([comm, error]));
  /** The classes of the errors that have come since the last look. */
  const classes = () => calls.splice(0).map(([, error]) => error.errorClass);
  return { handler, calls, classes };
}

for (const size of [1, 3]) {
  test(`a handler sees the error of a call before the call rejects or throws with it, once, on ${size} ranks`, async () => {
    await ranks(size, async (world) => {
      const { handler, calls, classes } = recorder();
      await using comm = await world.dup();
      comm.setErrhandler(handler);
      const error = await rejects(comm.send(1, { dest: size }), Exception);
      equal(calls.length, 1);
      is(calls[0]![0], comm);
      is(calls[0]![1], error);
      classes();
      throws(() => comm.isend(1, { dest: size }), /Cannot send to rank/);
      await rejects(comm.bcast(1, { root: size }), Exception);
      throws(() => comm.ibcast(1, { root: size }), /with root/);
      throws(() => comm.bcastInit(1, { root: size }), /with root/);
      throws(() => comm.getAttr(77), /keyval/);
      await rejects(comm.probe({ source: size }), Exception);
      is(classes().length, 6);
    });
  });
}

test("calls that succeed work as without a handler, and it hears of none", async () => {
  await ranks(3, async (world) => {
    const { handler, classes } = recorder();
    world.setErrhandler(handler);
    const { rank, size } = world;
    equal([rank, size, world.name], [world.getRank(), 3, "COMM_WORLD"]);
    world.name = "all";
    is(world.getName(), "all");
    equal(await world.allgather(rank), [0, 1, 2]);
    is(await world.sendrecv(rank, { dest: (rank + 1) % 3, source: (rank + 2) % 3 }), (rank + 2) % 3);
    const requests = [world.irecv({ source: (rank + 2) % 3 }), world.isend("x", { dest: (rank + 1) % 3 })] as const;
    is((await Request.waitall(requests))[0], "x");
    ok(world instanceof Intracomm);
    equal(classes(), []);
  });
});

test("an error of a request comes to the handler when the request is completed, whichever way", async () => {
  await ranks(2, async (world) => {
    const { handler, classes } = recorder();
    world.setErrhandler(handler);
    const peer = 1 - world.rank;
    const tooShort = async () => {
      const request = world.irecv({ source: peer, into: new Uint8Array(1) });
      // Both have come: a barrier may overtake a message.
      await world.ssend(new Uint8Array(9), { dest: peer });
      await world.barrier();
      return request;
    };
    const ways: ((request: Request) => Promise<unknown>)[] = [
      (request) => request.wait(),
      (request) => request.test(),
      (request) => Request.waitall([request]),
      (request) => Request.waitany([request]),
      (request) => Request.waitsome([request]),
      (request) => Request.testall([request]),
      (request) => Request.testany([request]),
      (request) => Request.testsome([request]),
    ];
    for (const way of ways) {
      const request = await tooShort();
      equal(classes(), []);
      await rejects(way(request), Exception, /ERR_TRUNCATE/);
      equal(classes(), [ERR_TRUNCATE]);
    }
  });
});

test("a persistent request has the handler too, at its start and at its end", async () => {
  await ranks(1, async (world) => {
    const { handler, classes } = recorder();
    world.setErrhandler(handler);
    const request = world.recvInit({ source: 0, into: new Uint8Array(1) });
    for (let round = 0; round < 2; round++) {
      request.start();
      throws(() => request.start(), /it is active/);
      equal(classes(), [ERR_REQUEST]);
      await world.send(new Uint8Array(2), { dest: 0 });
      await rejects(request.wait(), Exception);
      equal(classes(), [ERR_TRUNCATE]);
    }
  });
});

test("what a started call is asked for later has the handler too: startall(), pready(), free()", async () => {
  await ranks(1, async (world) => {
    const { handler, classes } = recorder();
    world.setErrhandler(handler);
    const receive = world.precvInit(new Uint8Array(2), { partitions: 2, source: 0 });
    const send = world.psendInit(new Uint8Array(2), { partitions: 2, dest: 0 });
    Prequest.startall([receive, send]);
    throws(() => Prequest.startall([receive, send]), /it is active/);
    equal(classes(), [ERR_REQUEST]);
    throws(() => send.pready(2), /Cannot .*partition/);
    is(classes().length, 1);
    await rejects(receive.parrived(2), Exception);
    is(classes().length, 1);
    send.preadyRange(0, 1);
    await Request.waitall([receive, send]);
    send.free();
    throws(() => send.start(), /it has been freed/);
    equal(classes(), [ERR_REQUEST]);
  });
});

test("a message that mprobe has taken out has the handler of its communicator", async () => {
  await ranks(1, async (world) => {
    const { handler, calls } = recorder();
    world.setErrhandler(handler);
    await world.send(new Uint8Array(2), { dest: 0 });
    const message = await world.mprobe();
    await rejects(message.recv({ into: new Uint8Array(1) }), Exception);
    is(calls.length, 1);
    is(calls[0]![0], world);
    await world.send(new Uint8Array(2), { dest: 0 });
    const other = (await world.improbe())!;
    await rejects(other.irecv({ into: new Uint8Array(1) }).wait(), Exception);
    is(calls.length, 2);
    // The message from nobody is everyone's.
    is(await world.mprobe({ source: PROC_NULL }), MESSAGE_NO_PROC);
    is(Object.getPrototypeOf(MESSAGE_NO_PROC), Message.prototype);
  });
});

test("communicators have the handler of the one they are made from, however they are made", async () => {
  await ranks(2, async (world) => {
    const { handler, calls } = recorder();
    await using parent = await world.dup();
    is(parent.getErrhandler(), ERRORS_RETURN);
    parent.setErrhandler(handler);
    const made = [
      await parent.dup(),
      await parent.clone(),
      await parent.split(0),
      await parent.create(parent.group),
      await parent.createGroup(parent.group),
      await parent.idup().wait(),
      ...(await Request.waitall([parent.idup()])),
    ];
    made.push(await made[0]!.dup());
    for (const comm of made) {
      is(comm.getErrhandler(), handler);
      await rejects(comm.send(1, { dest: 2 }), Exception);
      is(calls.at(-1)![0], comm);
      await comm.free();
    }
    is(calls.length, made.length);
    is(await parent.split(-32766), COMM_NULL);
    throws(() => COMM_NULL.getErrhandler(), /COMM_NULL/);
  });
});

test("intercommunicators, and what is made from them, have the handler of the one they are made from", async () => {
  await ranks(4, async (world) => {
    const { handler, calls } = recorder();
    const side = world.rank % 2;
    await using half = await world.split(side);
    half.setErrhandler(handler);
    await using inter = await half.createIntercomm(0, world, 1 - side);
    await using copy = await inter.dup();
    await using both = await copy.merge(side === 1);
    for (const comm of [inter, copy, both]) {
      is(comm.getErrhandler(), handler);
      throws(() => comm.isend(1, { dest: 9 }), /Cannot send to rank 9/);
      is(calls.at(-1)![0], comm);
    }
    equal(await inter.allgather(world.rank), side === 0 ? [1, 3] : [0, 2]);
    is(world.getErrhandler(), ERRORS_RETURN);
    is(calls.length, 3);
  });
});

test("createFromGroup() and createFromGroups() take a handler", async () => {
  await ranks(3, async (world) => {
    const { handler, classes } = recorder();
    await using comm = await Intracomm.createFromGroup(world.group, "tag", { errhandler: handler });
    is(comm.getErrhandler(), handler);
    const groups = [world.group.incl([0, 2]), world.group.incl([1])] as const;
    const [mine, others] = world.rank === 1 ? groups.toReversed() : groups;
    await using inter = await Intercomm.createFromGroups(mine!, 0, others!, 0, "tag", { errhandler: handler });
    is(inter.getErrhandler(), handler);
    for (const each of [comm, inter]) await rejects(each.send(1, { dest: 3 }), Exception);
    equal(classes(), [ERR_RANK, ERR_RANK]);
    await using plain = await Intracomm.createFromGroup(world.group);
    is(plain.getErrhandler(), ERRORS_RETURN);
    for (const wrong of [5, null]) {
      await rejects(
        Intracomm.createFromGroup(world.group, "tag", { errhandler: wrong as never }),
        TypeError,
        "errhandler is",
      );
    }
    const none = { errhandler: ERRHANDLER_NULL };
    await rejects(Intracomm.createFromGroup(world.group, "tag", none), Exception, "ERR_ERRHANDLER");
  });
});

test("only the communicator itself is changed, and it is as before with ERRORS_RETURN", async () => {
  await ranks(1, async (world) => {
    const { handler, classes } = recorder();
    await using one = await world.dup();
    await using two = await world.dup();
    one.setErrhandler(handler);
    is(two.send, Intracomm.prototype.send);
    ok(one.send !== Intracomm.prototype.send);
    await rejects(two.send(1, { dest: 1 }), Exception);
    equal(classes(), []);
    one.setErrhandler(ERRORS_RETURN);
    is(one.send, Intracomm.prototype.send);
    is(Object.getPrototypeOf(one), Intracomm.prototype);
    await rejects(one.send(1, { dest: 1 }), Exception);
    equal(classes(), []);
  });
});

test("a second handler takes the place of the first", async () => {
  await ranks(1, async (world) => {
    const [first, second] = [recorder(), recorder()];
    world.setErrhandler(first.handler);
    world.setErrhandler(second.handler);
    is(world.getErrhandler(), second.handler);
    await rejects(world.send(1, { dest: 1 }), Exception);
    equal([first.classes(), second.classes()], [[], [ERR_RANK]]);
  });
});

test("what a handler throws is thrown instead, and not given to it again", async () => {
  await ranks(1, async (world) => {
    let calls = 0;
    const translate = Comm.createErrhandler((_, cause) => {
      calls++;
      throw new Exception(ERR_OTHER, "Cannot go on", { cause });
    });
    world.setErrhandler(translate);
    const error = await rejects(world.bcast(1, { root: 5 }), Exception, "Cannot go on (ERR_OTHER)");
    match((error.cause as Error).message, "ERR_ROOT");
    is(calls, 1);
    world.setErrhandler(
      Comm.createErrhandler(() => {
        throw new RangeError("mine");
      }),
    );
    await rejects(world.send(1, { dest: 5 }), RangeError, "mine");
    throws(() => world.isend(1, { dest: 5 }), /mine/);
  });
});

test("a TypeError about an argument, and the reason of a signal, are no errors of MPI: no handler sees them", async () => {
  await ranks(1, async (world) => {
    const { handler, classes } = recorder();
    world.setErrhandler(handler);
    await rejects(world.send(1, {} as never), TypeError);
    throws(() => world.irecv({ wrong: 1 } as never), /option wrong/);
    const reason = new Error("enough");
    is(await rejects(world.recv({ signal: AbortSignal.abort(reason) }), Error), reason);
    equal(classes(), []);
  });
});

test("callErrhandler() calls the handler with the communicator and an error of the class or code, and throws nothing", async () => {
  await ranks(1, (world) => {
    const { handler, calls } = recorder();
    world.callErrhandler(ERR_OTHER);
    world.setErrhandler(handler);
    world.callErrhandler(ERR_OTHER);
    equal([calls[0]![0] === world, calls[0]![1].errorClass], [true, ERR_OTHER]);
    match(calls[0]![1].message, "ERR_OTHER");
    const own = new Exception("ERR_RANK", "Cannot find anybody");
    world.callErrhandler(own);
    world.callErrhandler(own);
    equal([calls.length, calls[2]![1] === own], [3, true]);
    for (const wrong of ["ERR_RANK", undefined, 1.5]) throws(() => world.callErrhandler(wrong as never), TypeError);
  });
});

test("a handler that has been freed can not be set; where it is set it stays", async () => {
  await ranks(1, async (world) => {
    const { handler, classes } = recorder();
    world.setErrhandler(handler);
    handler.free();
    is(world.getErrhandler(), handler);
    await rejects(world.send(1, { dest: 1 }), Exception);
    equal(classes(), [ERR_RANK]);
    for (const wrong of [handler, ERRHANDLER_NULL]) {
      throws(
        () => world.setErrhandler(wrong),
        (error: Exception) => error.errorClass === ERR_ERRHANDLER,
      );
      throws(
        () => wrong.free(),
        (error: Exception) => error.errorClass === ERR_ERRHANDLER,
      );
    }
    is(world.getErrhandler(), handler);
  });
});

test("the predefined handlers have names, and may be freed, as all that getErrhandler() returns, without effect", async () => {
  await ranks(1, (world) => {
    const all = { ERRORS_RETURN, ERRORS_ABORT, ERRORS_ARE_FATAL };
    for (const [name, handler] of Object.entries(all)) {
      ok(handler instanceof Errhandler);
      is(handler.name, name);
      handler.free();
      handler.free();
      world.setErrhandler(handler);
      is(world.getErrhandler(), handler);
    }
    world.setErrhandler(ERRORS_RETURN);
  });
});

test("ERRORS_ARE_FATAL and ERRORS_ABORT end the job, and so do not let the script go on", async () => {
  await ranks(1, async (world) => {
    for (const handler of [ERRORS_ARE_FATAL, ERRORS_ABORT]) {
      world.setErrhandler(handler);
      // Here ending the job throws, since the test's ranks share a process.
      await rejects(world.send(1, { dest: 1 }), Error, "Cannot end ranks that share a process");
      throws(() => world.isend(1, { dest: 1 }), /Cannot end ranks/);
      throws(() => world.callErrhandler(ERR_OTHER), /Cannot end ranks/);
    }
  });
});

test("a communicator that is freed keeps its handler for errors, and can be given none", async () => {
  await ranks(1, async (world) => {
    const { handler, classes } = recorder();
    const comm = await world.dup();
    comm.setErrhandler(handler);
    await comm.free();
    throws(() => comm.rank, /freed/);
    await rejects(comm.barrier(), Exception);
    equal(classes(), [ERR_COMM, ERR_COMM]);
    throws(() => comm.setErrhandler(handler), /freed/);
    throws(() => comm.getErrhandler(), /freed/);
    equal(classes(), [ERR_COMM, ERR_COMM]);
  });
});

test("arguments of a wrong kind are TypeErrors that name them", async () => {
  await ranks(1, (world) => {
    for (const wrong of [undefined, 5, {}]) {
      throws(() => Comm.createErrhandler(wrong as never), /Cannot call createErrhandler: fn is .* expected a function/);
      throws(() => world.setErrhandler(wrong as never), /Cannot call setErrhandler: errhandler is .* MPI\.Errhandler/);
    }
  });
});

test.run();
