// Error handlers that end the job, with real ranks.

import { join } from "node:path";
import { test } from "uvu";
import { is, match, not, ok } from "../support/assert.ts";
import { tsmpi } from "../support/tsmpi.ts";

for (const handler of ["ERRORS_ARE_FATAL", "ERRORS_ABORT"]) {
  test(`${handler} reports the error with its line and ends all ranks, although the script would have caught it`, async () => {
    const script = `
      import { MPI } from "tsmpi";
      const comm = MPI.COMM_WORLD;
      comm.setErrhandler(MPI.${handler});
      if (comm.rank > 0) await comm.recv({ source: 0 });
      try {
        await comm.send("x", { dest: 99 });
      } catch {
        console.log("caught");
      }
      console.log("went on");
    `;
    const result = await tsmpi(["run", "-np", "3", "script.ts"], { files: { "script.ts": script } });
    is(result.code, 6);
    is(result.stdout, "");
    match(result.stderr, /rank 0 of 3 \(pid \d+\) failed/);
    match(result.stderr, "MPI.Exception: Cannot send to rank 99: COMM_WORLD has ranks 0 to 2 (ERR_RANK)");
    match(result.stderr, /script\.ts:7/);
    not.match(result.stderr, "bunfs");
  });
}

test("a request's error is fatal where it is waited for", async () => {
  const script = `
    import { MPI } from "tsmpi";
    const comm = await MPI.COMM_SELF.dup();
    comm.setErrhandler(MPI.ERRORS_ARE_FATAL);
    const request = comm.irecv({ source: 0, into: new Uint8Array(1) });
    await comm.send(new Uint8Array(2), { dest: 0 });
    await comm.barrier();
    console.log("before");
    await request.wait().catch(() => console.log("caught"));
  `;
  const result = await tsmpi(["script.ts"], { files: { "script.ts": script } });
  is(result.code, 15);
  is(result.stdout, "before\n");
  match(result.stderr, "(ERR_TRUNCATE)");
});

test("without the binary, a fatal error is printed and ends the process too", async () => {
  const index = join(import.meta.dir, "../../src/index.ts");
  const script = `
    import { MPI } from ${JSON.stringify(index)};
    MPI.COMM_WORLD.setErrhandler(MPI.ERRORS_ARE_FATAL);
    await MPI.COMM_WORLD.send("x", { dest: 99 }).catch(() => console.log("caught"));
    console.log("went on");
  `;
  const child = Bun.spawn([process.execPath, "-e", script], { stdio: ["ignore", "pipe", "pipe"] });
  const [code, stdout, stderr] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  is(code, 6);
  is(stdout, "");
  match(stderr, "Cannot send to rank 99");
});

test("a handler of one's own sees the error of the rank that made it, with the communicator's name", async () => {
  const script = `
    import { MPI } from "tsmpi";
    await using comm = await MPI.COMM_WORLD.dup();
    comm.setErrhandler(MPI.Comm.createErrhandler((comm, error) => console.log(comm.rank, comm.name, error.errorClass)));
    const part = await comm.split(0);
    if (part.rank === 1) await part.send("x", { dest: 99 }).catch(() => {});
    await part.barrier();
  `;
  const result = await tsmpi(["run", "-np", "3", "script.ts"], { files: { "script.ts": script } });
  is(result.stderr, "");
  is(result.code, 0);
  ok(/^1 split 0 of dup of COMM_WORLD 6\n$/.test(result.stdout), result.stdout);
});

test("MPI.abort() ends all ranks with its exit code", async () => {
  const script = `
    import { MPI } from "tsmpi";
    if (MPI.COMM_WORLD.rank === 1) MPI.abort(7);
    await MPI.COMM_WORLD.barrier();
  `;
  const result = await tsmpi(["run", "-np", "2", "script.ts"], { files: { "script.ts": script } });
  is(result.code, 7);
  match(result.stderr, /rank 1 of 2 \(pid \d+\) called abort\(7\) at script\.ts:3/);
});

test.run();
