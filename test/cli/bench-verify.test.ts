// That a bench notices when what it measures gives wrong data: with a transport that changes a bit on the way, with calls that
// give something else, and on mpi4py's side too.
import { join } from "node:path";
import { test } from "uvu";
import { equal, is, match, skip } from "../support/assert.ts";
import { type Result, tsmpi, workspace } from "../support/tsmpi.ts";

const root = join(import.meta.dir, "../..");

/** The script of a rank that does `first` and then what the bench's own program does. */
const script = (bench: string, first: string) => `import { MPI } from "tsmpi";
${first}
await import(${JSON.stringify(join(root, `cli/bench/programs/${bench}.ts`))});`;

const taskOf = (bench: string, size: unknown) =>
  JSON.stringify({ bench, rows: [{ size, warmup: 2, iterations: 2 }], window: 2, json: true });

/** From source: there, a script can reach the runtime that it runs on. */
async function fromSource(bench: string, size: unknown, first: string, transport: string) {
  const cwd = workspace({ "script.ts": script(bench, first) });
  const command = [process.execPath, join(root, "cli/main.ts"), "run", "-np", "2", "--transport", transport];
  const child = Bun.spawn([...command, "script.ts", taskOf(bench, size)], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code: child.exitCode, stdout, stderr };
}

/** Changes a bit of a short message of the user's, which begins with the kind 0 and the context 0. */
const changeShort = `import { Engine } from ${JSON.stringify(join(root, "src/engine/engine.ts"))};
const { message } = Engine.prototype;
Engine.prototype.message = function (peer, bytes, start = 0, end = bytes.length) {
  if (bytes[start + 1] === 0 && bytes[start + 2] === 0) bytes[end - 1] ^= 1;
  return message.call(this, peer, bytes, start, end);
};`;

/** Changes a bit at the end of every long message but the first `right` ones. */
const changeLong = (right: number) => `import { Engine } from ${JSON.stringify(join(root, "src/engine/engine.ts"))};
const { bulk } = Engine.prototype;
let count = 0;
Engine.prototype.bulk = function (peer, window, length) {
  const landing = bulk.call(this, peer, window, length);
  if (!landing || count++ < ${right}) return landing;
  const { head, into, done } = landing;
  return { head, into, done() { into[into.length - 1] ^= 1; done(); } };
};`;

for (const transport of ["shared-memory", "websocket"]) {
  if (transport === "shared-memory" && process.platform !== "linux") continue;
  test(`a bench on ${transport} fails when a bit of a short message changes on the way`, async () => {
    for (const [bench, size] of [
      ["latency", "object"],
      ["latency", 1000],
      ["rate", "object"],
    ]) {
      const { code, stdout, stderr } = await fromSource(bench as string, size, changeShort, transport);
      match(stderr, /Cannot measure messages of .*: its data is wrong, got/);
      equal([code, stdout], [1, ""]);
    }
  });

  test(`a bench on ${transport} fails when a bit of a long message changes, at once or only later`, async () => {
    // The first four are those that are verified before the clock runs.
    for (const right of [0, 4]) {
      for (const bench of ["latency", "bandwidth", "holding"]) {
        const { code, stdout, stderr } = await fromSource(bench, 2 ** 18, changeLong(right), transport);
        match(stderr, /Cannot measure messages of 262144 bytes from rank \d: its data is wrong, got/, bench);
        equal([code, stdout], [1, ""]);
      }
    }
  });

  test(`without a change the same programs measure, on ${transport}`, async () => {
    const { code, stdout, stderr } = await fromSource("holding", 2 ** 18, changeLong(1000), transport);
    equal([code, stderr], [0, ""]);
    is(JSON.parse(stdout).size, 2 ** 18);
  });
}

/** Gives something else than the call of this name does. */
const changeCall = (name: string) => `let proto = MPI.Intracomm.prototype;
while (!Object.hasOwn(proto, "${name}")) proto = Object.getPrototypeOf(proto);
const whole = proto.${name};
function change(got) {
  if (ArrayBuffer.isView(got)) got[got.length - 1] += 1;
  else if (Array.isArray(got)) got[got.length - 1] = change(got.at(-1));
  else if (typeof got === "number") return got + 1;
  else if (got?.k !== undefined) return { k: got.k + 1 };
  return got;
}
proto.${name} = async function (...args) { return change(await whole.apply(this, args)); };`;

function fromBinary(bench: string, size: unknown, first: string): Promise<Result> {
  const files = { "script.ts": script(bench, first) };
  return tsmpi(["run", "-np", "4", "script.ts", taskOf(bench, size)], { files });
}

test("a bench of a collective fails when that gives wrong data, for objects and for buffers", async () => {
  for (const bench of ["bcast", "gather", "allreduce"]) {
    for (const size of ["object", 800]) {
      const { code, stdout, stderr } = await fromBinary(bench, size, changeCall(bench));
      match(stderr, /Cannot measure .*: its data is wrong, got/, bench);
      equal([code, stdout], [1, ""]);
    }
  }
});

test("the benches barrier, memory and idle fail when a barrier does not hold, or an object is another one", async () => {
  const open = "MPI.Intracomm.prototype.barrier = async () => {};";
  const barrier = await fromBinary("barrier", undefined, changeCall("barrier").replace(/proto\.barrier = .*/, open));
  match(barrier.stderr, /Cannot measure a barrier: rank \d left it before rank \d entered/);
  equal([barrier.code, barrier.stdout], [1, ""]);
  for (const bench of ["memory", "idle"]) {
    if (bench === "memory" && process.platform !== "linux") continue;
    const { code, stderr } = await fromBinary(bench, undefined, changeCall("recv"));
    match(stderr, /Cannot measure .*: its data is wrong, got \{"k":\d\}, expected/);
    is(code, 1);
  }
});

/** Does something else than the call of a window of this name. */
const changeWin = (name: string, does: string) => `MPI.Win.prototype.${name} = async function (...args) { ${does} };`;

test("the bench rma fails when a put or an accumulate does nothing, and when a get or fetchAndOp gives something else", async () => {
  for (const [name, does] of [
    ["put", ""],
    ["get", "args[0][args[0].length - 1] = -1; return args[0];"],
    ["accumulate", ""],
    ["fetchAndOp", "return args[1];"],
  ] as const) {
    const { code, stdout, stderr } = await fromBinary("rma", 800, changeWin(name, does));
    match(stderr, /Cannot measure one-sided calls of 800 bytes .*: its data is wrong, got/, name);
    equal([code, stdout], [1, ""]);
  }
});

test("the bench io fails when a collective write or read of a file has a wrong byte", async () => {
  const change = (name: string, before: string, after: string) => `const whole = MPI.File.prototype.${name};
    MPI.File.prototype.${name} = async function (offset, bytes) {
      ${before}
      const got = await whole.call(this, offset, bytes);
      ${after}
      return got;
    };`;
  for (const first of [
    change("writeAtAll", "if (MPI.COMM_WORLD.rank === 3) (bytes = bytes.slice())[bytes.length - 1] ^= 1;", ""),
    change("readAtAll", "", "if (MPI.COMM_WORLD.rank === 2) bytes[0] ^= 1;"),
  ]) {
    const task = JSON.stringify({ ...JSON.parse(taskOf("io", 1_000_000)), path: workspace() });
    const files = { "script.ts": script("io", first) };
    const { code, stdout, stderr } = await tsmpi(["run", "-np", "4", "script.ts", task], { files });
    match(stderr, /Cannot measure .*: its data is wrong, got/);
    equal([code, stdout], [1, ""]);
  }
});

/** A module that stands in for mpi4py: a communicator of one rank, whose `sendrecv` and `bcast` give something else. */
const wrongMpi4py = `import time
class Comm:
    rank, size = 0, 2
    def sendrecv(self, value, dest, source): return {"k": 0}
    def bcast(self, value, root=0): return {"k": -1}
    def allreduce(self, value): return -1
    def gather(self, value, root=0): return [value]
    def Sendrecv(self, value, dest, recvbuf, source): recvbuf[:] = 0
    def barrier(self): pass
class Win:
    Allocate = lambda *args, **rest: Win()
    def __getattr__(self, name): return lambda *args, **rest: None
class MPI:
    COMM_WORLD = Comm()
    Win = Win
    Wtime = time.time
`;

test("mpi4py's programs fail on wrong data too", () => {
  const python = ["python3", "/usr/bin/python3"].find((name) => {
    const found = Bun.which(name);
    return found !== null && Bun.spawnSync([found, "-c", "import numpy"]).exitCode === 0;
  });
  if (python === undefined) return skip("mpi4py's programs", "there is no Python with numpy");
  const PYTHONPATH = workspace({ "mpi4py/__init__.py": wrongMpi4py });
  for (const [program, size] of [
    ["latency", "object"],
    ["latency", 100],
    ["bandwidth", 100],
    ["rate", "object"],
    ["holding", 80],
    ["bcast", "object"],
    ["gather", "object"],
    ["allreduce", "object"],
    ["rma", 80],
  ] as const) {
    const command = [python, join(root, `samples/bench/${program}.py`), taskOf(program, size)];
    const env = { ...process.env, PYTHONPATH, PYTHONDONTWRITEBYTECODE: "1" };
    const { exitCode, stderr } = Bun.spawnSync(command, { env, stderr: "pipe" });
    match(`${stderr}`, "AssertionError: the data is wrong", program);
    is(exitCode, 1);
  }
});

test.run();
