// Jobs on several hosts through the system's ssh: the launcher's host alone has tsmpi, the key, and the scripts.
import { readFileSync } from "node:fs";
import { test } from "uvu";
import { equal, is, match, not, ok, skip } from "../support/assert.ts";
import { type Lan, makeLan, noLan } from "../support/lan.ts";
import { HOME } from "../support/lan-process.ts";

const reason = noLan();
let lan: Lan;

const hello = `import { hostname } from "node:os";
import { MPI } from "tsmpi";
import { half } from "./lib/half.ts";
const comm = MPI.COMM_WORLD;
const node = await comm.splitType(MPI.COMM_TYPE_SHARED);
console.log(\`rank \${comm.rank} of \${comm.size} on \${hostname()}, \${node.rank} of \${node.size}, \${half(await comm.allreduce(comm.rank * 2))}\`);
`;

const lines = (text: string) => text.trim().split("\n").sort();

/** A job that must succeed, say on stderr only what `said` matches, and leave nothing on any host. */
async function good(args: string, said = /^$/): Promise<string> {
  const { code, stdout, stderr } = await lan.run(["run", ...args.split(" ")]);
  match(stderr, said);
  is(code, 0, stdout);
  equal(await lan.leftovers(), []);
  return stdout;
}

if (reason !== undefined) skip("jobs over ssh", reason);
else {
  test.before(async () => {
    lan = await makeLan({ hosts: 3 });
    lan.host(0).write(`${HOME}/hello.ts`, hello);
    lan.host(0).write(`${HOME}/lib/half.ts`, "export const half = (n: number): number => n / 2;\n");
    lan.host(0).write(`${HOME}/data/words.txt`, "some words\n");
  });
  test.after(() => lan.end());

  test("ranks start on hosts that have neither tsmpi nor the script; the second time tsmpi is there", async () => {
    const expected = [
      "rank 0 of 5 on lab1, 0 of 3, 10",
      "rank 1 of 5 on lab2, 0 of 2, 10",
      "rank 2 of 5 on lab1, 1 of 3, 10",
      "rank 3 of 5 on lab2, 1 of 2, 10",
      "rank 4 of 5 on lab1, 2 of 3, 10",
    ];
    const first = await good("-np 5 -hosts 10.91.0.2,10.91.0.3 hello.ts", /^tsmpi: sent tsmpi to .*: \d+ MB in/);
    equal(lines(first), expected);
    for (const args of ["-np 5 -hosts 10.91.0.2,10.91.0.3 hello.ts", "-np 5 -hosts lab1,lab2 --no-tls hello.ts"]) {
      equal(lines(await good(args)), expected);
    }
  });

  test("ranks on the launcher's own host, by its name, its address or as localhost, work with those on others", async () => {
    for (const own of ["lab0", "10.91.0.1", "localhost"]) {
      equal(lines(await good(`-np 4 -hosts ${own}:2,lab1,lab2 hello.ts`)), [
        "rank 0 of 4 on lab0, 0 of 2, 6",
        "rank 1 of 4 on lab0, 1 of 2, 6",
        "rank 2 of 4 on lab1, 0 of 1, 6",
        "rank 3 of 4 on lab2, 0 of 1, 6",
      ]);
    }
  });

  test("one other host alone is enough", async () => {
    equal(lines(await good("-np 2 -host lab2 hello.ts")), [
      "rank 0 of 2 on lab2, 0 of 2, 1",
      "rank 1 of 2 on lab2, 1 of 2, 1",
    ]);
  });

  test("a host file, user@host and --display-map", async () => {
    lan.host(0).write(`${HOME}/hosts`, "# the lab\nroot@lab1 slots=2\nlab2:1\n");
    const { code, stdout, stderr } = await lan.run("run -np 3 --hostfile hosts --display-map hello.ts".split(" "));
    is(code, 0, stderr);
    match(stderr, /^host +slots +ranks +address\nroot@lab1 +2 +0-1 +10\.91\.0\.2\nlab2 +1 +2 +10\.91\.0\.3\n/);
    equal(
      lines(stdout).map((line) => line.split(",")[0]),
      ["rank 0 of 3 on lab1", "rank 1 of 3 on lab1", "rank 2 of 3 on lab2"],
    );
  });

  test("ports come from --port-range, on the interface that --interface names", async () => {
    const script = `import { MPI } from "tsmpi";
await MPI.COMM_WORLD.barrier();
if (MPI.COMM_WORLD.rank === 1) console.log(Bun.spawnSync(["ss", "-Hltn"]).stdout.toString());`;
    lan.host(0).write(`${HOME}/ports.ts`, script);
    const stdout = await good("-np 4 -hosts lab1,lab2 --port-range 5000-5009 --interface eth0 ports.ts");
    equal(
      lines(stdout)
        .map((line) => line.split(/\s+/)[3])
        .filter((address) => !address!.endsWith(":22"))
        .sort(),
      ["10.91.0.3:5000", "10.91.0.3:5001"],
    );
  });

  test("files of --stage are in the working directory of ranks elsewhere", async () => {
    lan.host(0).write(`${HOME}/read.ts`, 'import "tsmpi"; console.log(await Bun.file("data/words.txt").text());');
    equal(lines(await good("-np 2 -hosts lab1,lab2 --stage data/words.txt read.ts")).filter(Boolean), [
      "some words",
      "some words",
    ]);
  });

  test("a message of 50 MB arrives as it was sent", async () => {
    const script = `import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
const bytes = new Uint8Array(50_000_000).map((_, i) => i * 7);
if (comm.rank === 0) await comm.send(bytes, { dest: 1 });
else console.log(Buffer.compare(bytes, (await comm.recv<Uint8Array>({ source: 0 }))));`;
    lan.host(0).write(`${HOME}/long.ts`, script);
    is((await good("-np 2 -hosts lab1,lab2 long.ts")).trim(), "0");
  });

  test("the job's secret and the certificate's key are in no command line and no environment on any host", async () => {
    const script = `import { MPI } from "tsmpi";
await MPI.COMM_WORLD.barrier();
console.log("ready");
setInterval(() => {}, 1000);`;
    lan.host(0).write(`${HOME}/stay.ts`, script);
    const job = lan.start("run -np 3 -hosts lab0,lab1,lab2 stay.ts".split(" "));
    await job.prints(/(ready\n){3}/);
    let looked = 0;
    for (const host of lan.hosts) {
      for (const { pid } of host.processes()) {
        const text = ["cmdline", "environ"].map((name) => readFileSync(`/proc/${pid}/${name}`, "latin1")).join("\0");
        looked++;
        not.match(text, /PRIVATE KEY|secret/i);
        // 32 bytes as hexadecimal digits or base64, which nothing else has but the hash of tsmpi in a path.
        const long = text
          .replaceAll(/\/bin\/[^/]+-[0-9a-f]{64}\/tsmpi/g, "")
          .match(/[0-9a-f]{64}|(?<![\w+/=-])[\w+-]{43}=?(?![\w+/=-])/g);
        equal(long, null);
      }
    }
    ok(looked >= 8, `${looked} processes`);
    await job.kill("SIGINT");
    is((await job.ended).code, 130);
    equal(await lan.leftovers(), []);
  });
}

test.run();
