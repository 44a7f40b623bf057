// Signals to the launcher, and its own death. With stand-ins for ranks.
import { test } from "uvu";
import { equal, is, match, ok } from "../../support/assert.ts";
import { type Running, run, start } from "./launching.ts";

async function ready(job: Running, ranks: number): Promise<void> {
  for (let rank = 0; rank < ranks; rank++) await job.prints(`ready ${rank}`);
}

for (const [signal, code, word] of [
  ["SIGINT", 130, "interrupted"],
  ["SIGTERM", 143, "terminated"],
  ["SIGHUP", 129, "hung up"],
] as const) {
  test(`${signal} ends the job with ${code}, also ranks that ignore it, and their children`, async () => {
    const job = start({ ranks: 3, args: ["stubborn"] });
    await ready(job, 3);
    ok(job.processes().length >= 7, "each rank has a child");
    job.kill(signal);
    const ended = await job.ended;
    equal({ code: ended.code, left: ended.left }, { code, left: [] });
    const again = signal === "SIGINT" ? "; press Ctrl-C again to kill them at once" : "";
    is(ended.stderr, `tsmpi: ${word}, stopping 3 ranks${again}\n`);
  });
}

test("SIGINT lets ranks end in good order, and shows what they print", async () => {
  const job = start({ ranks: 2, args: ["polite"], plan: { quiet: true } });
  await ready(job, 2);
  job.kill("SIGINT");
  const { code, stdout, stderr, left } = await job.ended;
  equal({ code, stderr, left }, { code: 130, stderr: "", left: [] });
  equal(stdout.split("\n").sort(), ["", "rank 0 cleans up", "rank 1 cleans up", "ready 0", "ready 1"]);
});

test("SIGINT twice ends the job, also while nobody reads its output", async () => {
  const job = start({ ranks: 2, args: ["flood-for-ever"], shell: '{ "$@"; echo "code $?" >&2; } | sleep 1000' });
  const find = (program: string) => job.processes().filter(({ command }) => command.includes(`${program}.ts `));
  while (find("stand-in-rank").length < 2) await Bun.sleep(20);
  const launcher = find("launch-stand-in").find(({ command }) => !command.startsWith("bash"))!;
  process.kill(launcher.pid, "SIGINT");
  await job.prints("press Ctrl-C again");
  process.kill(launcher.pid, "SIGINT");
  await job.prints("code 130");
  // The shell ends when this has, and the ranks have ended by themselves.
  const reader = job.processes().find(({ command }) => command === "sleep 1000")!;
  process.kill(reader.pid, "SIGKILL");
  const { left } = await job.ended;
  equal(left, []);
});

test("SIGUSR1 is passed on to every rank", async () => {
  const job = start({ ranks: 3, args: ["usr1"] });
  await ready(job, 3);
  job.kill("SIGUSR1");
  const { code, stdout } = await job.ended;
  is(code, 0);
  is(stdout.match(/got it/g)?.length, 3);
});

test("a terminal is left as it was, also when a rank that changed it is killed", async () => {
  const shell = `script -qec "stty -a; $(printf '%q ' "$@"); stty -a" /dev/null`;
  const { stdout } = await run(1, ["raw-terminal"], { shell, stdin: "pipe" });
  const states = stdout.split("speed").slice(1);
  is(states.length, 2);
  match(stdout, /raw mode/);
  const flags = (state: string) => state.match(/-?\b(icanon|echo|isig|opost|icrnl)\b/g);
  equal(flags(states[1]!), flags(states[0]!));
});

test("a mistake of the launcher itself leaves no rank behind, and says whose mistake it is", async () => {
  const job = start({ ranks: 2, args: ["stubborn"], plan: { mistake: true } });
  await ready(job, 2);
  job.kill("SIGUSR2");
  const { code, stderr, left } = await job.ended;
  equal({ code, left }, { code: 70, left: [] });
  match(stderr, /^tsmpi: this is a mistake in tsmpi, please report it:\nError: nobody expected this\n/);
});

test.run();
