// cli/die-with-parent: layer 10. A rank never outlives its launcher, not even one that was killed, and not even while the
// rank computes and its event loop stands still. Called by rank.ts.
import { cFunctions } from "../src/transport/c-library.ts";

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/** Makes the operating system end this process when process `parent` has ended. */
export function dieWithParent(parent: number): void {
  if (process.platform !== "linux" || !askKernel()) watchInThread();
  // The parent may have died before we asked.
  if (process.ppid !== parent) process.exit(1);
}

function askKernel(): boolean {
  const library = cFunctions({ prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" } });
  return library?.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) === 0;
}

/** A thread that looks at the parent twice a second; it goes on while the main thread computes. */
function watchInThread(): void {
  const code = `const parent = process.ppid; setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, "SIGKILL"); }, 500);`;
  const worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  worker.unref();
}
