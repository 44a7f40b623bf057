// What the module says of itself, the process and the machine, and its clock.
import { availableParallelism, hostname } from "node:os";
import { test } from "uvu";
import { MPI } from "../../src/index.ts";
import { equal, is, match, ok, rejects, throws } from "../support/assert.ts";

test("init() and initThread() have nothing to do, and may be called", () => {
  is(MPI.isInitialized(), true);
  is(MPI.init(), undefined);
  is(MPI.initThread(), MPI.THREAD_FUNNELED);
  is(MPI.initThread(MPI.THREAD_MULTIPLE), MPI.THREAD_FUNNELED);
  is(MPI.queryThread(), MPI.THREAD_FUNNELED);
  is(MPI.isFinalized(), false);
});

test("isThreadMain() is true for the script, and false in a Worker", async () => {
  is(MPI.isThreadMain(), true);
  const index = JSON.stringify(new URL("../../src/index.ts", import.meta.url).href);
  const code = `import { MPI } from ${index}; postMessage(MPI.isThreadMain());`;
  const worker = new Worker(URL.createObjectURL(new Blob([code], { type: "application/typescript" })));
  is(await new Promise((resolve) => worker.addEventListener("message", ({ data }) => resolve(data))), false);
  worker.terminate();
});

test("getVersion() is that of the constants, getAbiVersion() that of their numbers", () => {
  equal(MPI.getVersion(), [MPI.VERSION, MPI.SUBVERSION]);
  equal(MPI.getVersion(), [4, 1]);
  equal(MPI.getAbiVersion(), [1, 0]);
  equal(MPI.getAbiInfo().items(), [
    ["mpi_aint_size", "8"],
    ["mpi_count_size", "8"],
    ["mpi_offset_size", "8"],
  ]);
});

test("getLibraryVersion() names the library and what it runs on, getProcessorName() the host", () => {
  match(MPI.getLibraryVersion(), /^tsmpi \d+\.\d+\.\d+ \(Bun \d+\.\d+\.\d+\)$/);
  is(MPI.getProcessorName(), hostname());
});

test("wtime() counts seconds and never goes back; wtick() is a small part of one", async () => {
  const clock = performance.now();
  const start = MPI.wtime();
  for (let last = start, turns = 0; turns < 1000 || last === start; turns++) {
    const now = MPI.wtime();
    ok(now >= last);
    last = now;
  }
  const [mine, real] = [MPI.wtime() - start, (performance.now() - clock) / 1000];
  ok(mine > 0 && mine <= real, `${mine} s, of ${real} s`);
  ok(MPI.wtick() > 0 && MPI.wtick() < 1e-3);
});

test("pcontrol() takes a level and does nothing", () => {
  for (const level of [0, 1, 2]) is(MPI.pcontrol(level), undefined);
});

test("getHwResourceInfo() tells what splitType() can divide by, and confines this rank to it", async () => {
  const info = MPI.getHwResourceInfo();
  equal(info.items(), [
    ["mpi_shared_memory", "true"],
    ["tsmpi://host", "true"],
    ["tsmpi://core", `${availableParallelism() === 1}`],
  ]);
  for (const [resource, confined] of [...info.items(), ["no such resource", "false"], ["toString", "false"]] as const) {
    const hints = MPI.Info.create({ mpi_hw_resource_type: resource });
    const comm = await MPI.COMM_SELF.splitType(MPI.COMM_TYPE_HW_GUIDED, { info: hints });
    is(comm !== MPI.COMM_NULL, confined === "true", resource);
  }
  info.set("tsmpi://host", "changed");
  is(MPI.getHwResourceInfo().get("tsmpi://host"), "true");
});

test("abort() refuses an exit code that is no whole number", () => {
  for (const wrong of [1.5, "1", null]) {
    throws(() => MPI.abort(wrong as never), /errorcode is .*, expected a whole number/);
    throws(() => MPI.COMM_SELF.abort(wrong as never), /errorcode is .*, expected a whole number/);
  }
});

test("nothing communicates after finalize(), which can be called once", async () => {
  await MPI.finalize();
  is(MPI.isFinalized(), true);
  await rejects(MPI.finalize(), MPI.Exception, "finalized already");
  await rejects(MPI.COMM_SELF.barrier(), MPI.Exception, "MPI has been finalized");
});

test.run();
