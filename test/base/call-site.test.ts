// Call sites: this file is the script that makes calls.
import { test } from "uvu";
import { CallSite, ownFrame } from "../../src/base/call-site.ts";
import { Exception } from "../../src/base/errors.ts";
import { Operation } from "../../src/engine/operation.ts";
import { equal, is, match, not, ok } from "../support/assert.ts";

const here = import.meta.path;
const root = here.replace(/test\/base\/.*$/, "");

/** The line that calls this function. */
function line(): number {
  return Number(/call-site\.test\.ts:(\d+)/.exec(new Error().stack!.split("\n")[2]!)![1]);
}

test("where is the file, line and column of the call", () => {
  const [site, at] = [new CallSite(), line()];
  match(site.where!, new RegExp(`^call-site\\.test\\.ts:${at}:\\d+$`));
});

test("frames are the script's, innermost first", () => {
  function inner() {
    return new CallSite();
  }
  function outer() {
    // In an array, because a tail call leaves no frame.
    return [inner()];
  }
  const { frames } = outer()[0]!;
  match(frames[0]!, "inner");
  match(frames[1]!, "outer");
  ok(frames.every((frame) => !frame.includes("/src/base/")));
});

test("a call through the library is the script's", () => {
  let site: CallSite | undefined;
  const at = line() + 1;
  Operation.done(1).onSettled(() => (site = new CallSite()));
  match(site!.where!, `call-site.test.ts:${at}:`);
});

test("taking a site leaves the limit of stack traces as it was", () => {
  const before = Error.stackTraceLimit;
  new CallSite();
  is(Error.stackTraceLimit, before);
});

test("locate() gives an error the stack of the call, with its name and message", () => {
  const site = new CallSite();
  const error = new Exception("ERR_RANK", "Cannot send");
  site.locate(error);
  const [first, second] = error.stack!.split("\n");
  is(first, "MPI.Exception: Cannot send (ERR_RANK)");
  is(second, site.frames[0]);
});

test("ownFrame() knows the library's frames and the engine's from the script's", () => {
  const own = [
    `    at send (${root}src/mpi/point-to-point.ts:10:5)`,
    `    at ${root}cli/rank.ts:1:1`,
    "    at /$bunfs/root/tsmpi:100:20",
    "    at start (B:/~BUN/root/tsmpi.exe:100:20)",
    "    at processTicksAndRejections (native:7:39)",
    "    at <anonymous>",
    "    at loadAndEvaluateModule (unknown:2:1)",
    "    at async loadAndEvaluateModule (2:1)",
    "    at recv (src/mpi/point-to-point.ts:10:5)",
  ];
  const script = [
    "    at main (/home/you/scripts/hello.ts:3:7)",
    "    at /home/you/src/work.ts:3:7",
    "    at step (/home/you/cli/step.ts:3:7)",
    "    at async main (/home/you/native/x.ts:3:7)",
    "    at <anonymous> (/home/you/hello.ts:3:7)",
    `    at main (${root}samples/hello.ts:3:7)`,
    "    at main (/$bunfs/root/samples/hello.ts:3:7)",
    `    at ${here}:3:7`,
  ];
  equal(
    own.filter((frame) => !ownFrame(frame)),
    [],
  );
  equal(script.filter(ownFrame), []);
});

test("an error of a call whose script is not known keeps its stack", () => {
  const error = new Error("x");
  const { stack } = error;
  const site = new CallSite();
  Object.defineProperty(site, "frames", { value: [] });
  site.locate(error);
  is(error.stack, stack);
  is(site.where, undefined);
  not.equal(stack, undefined);
});

test.run();
