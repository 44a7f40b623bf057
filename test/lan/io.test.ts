// Files of ranks on several hosts: whether these have a file system in common is found out, and one host can have the file for all.
// deadline: 300
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { equal, is, match, ok, skip } from "../support/assert.ts";
import { type Lan, makeLan, noLan } from "../support/lan.ts";
import { HOME } from "../support/lan-process.ts";

const reason = noLan();
let lan: Lan;

const open = `import { MPI } from "tsmpi";
const mode = MPI.MODE_RDWR | MPI.MODE_CREATE;
const error = await MPI.File.open(MPI.COMM_WORLD, process.argv[2]!, mode).catch((error) => error);
console.log(error.errorClass === MPI.ERR_NOT_SAME, error.message);
`;

const run = (...args: string[]) => lan.run(["run", "-q", "-np", "4", ...args], { deadline: 60 });

if (reason !== undefined) skip("files on several hosts", reason);
else {
  test.before(async () => {
    lan = await makeLan({ hosts: 3 });
    lan.host(0).write(`${HOME}/open.ts`, open);
    lan.host(0).write(`${HOME}/job.ts`, readFileSync(join(import.meta.dir, "../io/job.ts")));
  });
  test.after(() => lan.end());

  test("open() on hosts that have no file system in common is ERR_NOT_SAME on every rank, and names them", async () => {
    const { code, stdout, stderr } = await run("-hosts", "lab0,lab1", "-ppn", "2", "open.ts", "/tmp/none");
    equal([code, stderr], [0, ""]);
    const lines = stdout.trim().split("\n");
    is(lines.length, 4);
    for (const line of lines)
      match(line, /^true Cannot open "\/tmp\/none": rank 2 on lab1 has no file .* rank 0 on lab0/);
    is((await lan.host(0).exec(["ls", "/tmp/none"])).code, 2, "the file that was made is gone");
  });

  test("open() of two files of one name on two hosts says so, and leaves both as they are", async () => {
    for (const index of [1, 2]) lan.host(index).write("/tmp/two", `on ${index}`);
    const { stdout } = await run("-hosts", "lab1,lab2", "-ppn", "2", "open.ts", "/tmp/two");
    for (const line of stdout.trim().split("\n"))
      match(line, /^true .* rank 2 on lab2 has another file .* rank 0 on lab1/);
    for (const index of [1, 2]) is(await lan.host(index).sh("cat /tmp/two; rm /tmp/two"), `on ${index}`);
  });

  test("with striping root the first rank's host has the file, with the bytes that one host writes", async () => {
    const alone = await run("job.ts", "/tmp/alone");
    const expected = lan.host(0).path("/tmp/alone");
    for (const transport of ["auto", "websocket"]) {
      const hosts = ["-hosts", "lab1,lab0,lab2", "-ppn", "2", "--transport", transport];
      const { code, stdout, stderr } = await run(...hosts, "job.ts", "/tmp/served", "striping=root");
      equal([code, stderr, stdout], [0, "", alone.stdout]);
      ok(readFileSync(lan.host(1).path("/tmp/served")).equals(readFileSync(expected)));
      for (const index of [0, 2]) is((await lan.host(index).exec(["ls", "/tmp/served"])).code, 2);
      await lan.host(1).sh("rm /tmp/served");
    }
    await lan.host(0).sh("rm /tmp/alone");
    equal(await lan.leftovers(), []);
  });
}

test.run();
