// As a Kubernetes Indexed Job: what its pods have in their environment, and hosts of test/support/lan.ts for the pods. The headless
// service's names stand in their /etc/hosts, for pod 0 only when the others have begun to ask.
import { join } from "node:path";
import { test } from "uvu";
import { equal, is, match, not, skip } from "../support/assert.ts";
import { type Lan, type LanHost, makeLan, noLan, type Running } from "../support/lan.ts";
import { HOME } from "../support/lan-process.ts";
import { start, tsmpi } from "../support/tsmpi.ts";

const TOKEN = "a secret of the cluster, mounted as a file";

/** Starts a pod of the job `sums` with the service `pods`. */
function pod(
  host: LanHost,
  index: number,
  size: number,
  args: readonly string[],
  env: Record<string, string> = {},
): Running {
  const variables = { JOB_COMPLETION_INDEX: `${index}`, TSMPI_SIZE: `${size}`, TSMPI_SUBDOMAIN: "pods" };
  const all = { ...variables, HOSTNAME: `sums-${index}`, TSMPI_TOKEN_FILE: join(HOME, "token"), ...env };
  return host.start(["tsmpi", ...args], { env: all });
}

/** Pods, with the secret, and whether they know the name of pod 0. */
async function makePods(hosts: number): Promise<Lan> {
  const lan = await makeLan({ hosts, installed: "everywhere" });
  for (const host of lan.hosts) host.write(join(HOME, "token"), `${TOKEN}\n`);
  return lan;
}

function nameOfPod0(lan: Lan, hosts: readonly LanHost[]): void {
  for (const host of hosts)
    host.write("/run/etc/-etc-hosts", `127.0.0.1 localhost\n${lan.host(0).address} sums-0.pods\n`);
}

const reason = noLan();
if (reason !== undefined) skip("pods in a network", reason);
else {
  test("Kubernetes: pods meet over the network, TLS between them, though pod 0's name comes late", async () => {
    const lan = await makePods(3);
    const script = `import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
const sum = await comm.allreduce(new Float64Array(200_000).fill(comm.rank));
const node = comm.splitType(MPI.COMM_TYPE_SHARED);
console.log([comm.rank, comm.size, sum[199_999], (await node).size, MPI.getProcessorName()].join(" "));`;
    for (const host of lan.hosts) host.write(join(HOME, "sums.ts"), script);
    const others = [1, 2].map((index) => pod(lan.host(index), index, 3, ["sums.ts"]));
    const first = pod(lan.host(0), 0, 3, ["sums.ts"]);
    // Pod 0 waits, and the others look for a name that is not there.
    await first.prints("still waiting for ranks 1-2 to start");
    nameOfPod0(lan, lan.hosts);
    const ended = await Promise.all([first, ...others].map((running) => running.ended));
    for (const { code, stderr } of ended) is(code, 0, stderr);
    equal(
      ended.map(({ stdout }) => stdout.trim()),
      ["0 3 3 1 lab0", "1 3 3 1 lab1", "2 3 3 1 lab2"],
    );
    await lan.end();
  });

  test("Kubernetes: two pods on one host are found to be there", async () => {
    const lan = await makePods(2);
    nameOfPod0(lan, lan.hosts);
    const script = `import { MPI } from "tsmpi";
const node = await MPI.COMM_WORLD.splitType(MPI.COMM_TYPE_SHARED);
console.log(node.rank, node.size, process.env.TSMPI_LOCAL_SIZE);`;
    for (const host of lan.hosts) host.write(join(HOME, "node.ts"), script);
    const ended = await Promise.all([0, 1, 1].map((host, index) => pod(lan.host(host), index, 3, ["node.ts"]).ended));
    equal(
      ended.map(({ stdout }) => stdout.trim()),
      ["0 1 1", "0 2 2", "1 2 2"],
      ended.map(({ stderr }) => stderr).join(""),
    );
    await lan.end();
  });

  test("Kubernetes: one error ends all pods", async () => {
    const lan = await makePods(3);
    nameOfPod0(lan, lan.hosts);
    const script = `import { MPI } from "tsmpi";
if (MPI.COMM_WORLD.rank === 2) throw new Error("no luck today");
await MPI.COMM_WORLD.barrier();`;
    for (const host of lan.hosts) host.write(join(HOME, "throws.ts"), script);
    const ended = await Promise.all([0, 1, 2].map((index) => pod(lan.host(index), index, 3, ["throws.ts"]).ended));
    equal(
      ended.map(({ code }) => code),
      [1, 1, 1],
    );
    match(ended[2]!.stderr, /rank 2 of 3 \(pid \d+ on lab2\) failed\n(.*\n)*.*no luck today/);
    for (const { stderr } of ended.slice(0, 2)) not.match(stderr, "no luck");
    await lan.end();
  });

  test("Kubernetes: a lost pod ends the others; one that does not come is named", async () => {
    const lan = await makePods(3);
    nameOfPod0(lan, lan.hosts);
    const script = `import { MPI } from "tsmpi";
console.log("here");
await MPI.COMM_WORLD.recv();`;
    for (const host of lan.hosts) host.write(join(HOME, "waits.ts"), script);
    const env = { TSMPI_DEADLOCK_TIMEOUT: "0", TSMPI_WIREUP_TIMEOUT: "1" };
    const pods = [0, 1, 2].map((index) =>
      pod(lan.host(index), index, 3, ["waits.ts"], { ...env, TSMPI_WIREUP_TIMEOUT: "30" }),
    );
    await Promise.all(pods.map((running) => running.prints("here")));
    await pods[1]!.kill("SIGKILL");
    const [first, , third] = await Promise.all(pods.map((running) => running.ended));
    match(first!.stderr, /rank 1 of 3 \(pid \d+ on lab1\) has gone without a word/);
    equal([first!.code, third!.code], [1, 1]);
    const two = await Promise.all([0, 2].map((index) => pod(lan.host(index), index, 3, ["waits.ts"], env).ended));
    equal(
      two.map(({ code }) => code),
      [1, 1],
    );
    match(two[0]!.stderr, "rank 1 did not start within 1 s (TSMPI_WIREUP_TIMEOUT)");
    await lan.end();
  });

  test("Kubernetes: a pod with another token or another size is refused, and told why", async () => {
    const lan = await makePods(2);
    nameOfPod0(lan, lan.hosts);
    for (const wrong of [{ TSMPI_TOKEN: "some other secret of length" }, { TSMPI_SIZE: "3" }]) {
      const limit = { TSMPI_WIREUP_TIMEOUT: "8" };
      const first = pod(lan.host(0), 0, 2, ["sample:hello"], limit);
      const second = pod(lan.host(1), 1, 2, ["sample:hello"], { ...limit, ...wrong });
      const [zero, one] = await Promise.all([first.ended, second.ended]);
      equal([zero.code, one.code], [1, 1]);
      match(zero.stderr, "it has not the job's token, or another number of ranks");
      match(one.stderr, "refuses rank 1, which has another token or number of ranks");
      for (const { stdout } of [zero, one]) is(stdout, "");
    }
    await lan.end();
  });
}

test("Kubernetes: what the environment lacks is named, and nobody runs alone by mistake", async () => {
  const cases: [Record<string, string>, string][] = [
    [{}, "set TSMPI_SIZE to its completions"],
    [{ TSMPI_SIZE: "2" }, "Cannot be rank JOB_COMPLETION_INDEX=3 of TSMPI_SIZE=2"],
    [{ TSMPI_SIZE: "4" }, "set TSMPI_SUBDOMAIN to the name of the job's headless service"],
    [{ TSMPI_SIZE: "4", TSMPI_SUBDOMAIN: "pods", HOSTNAME: "elsewhere" }, "expected one that ends in -3"],
    [{ TSMPI_SIZE: "4", TSMPI_SUBDOMAIN: "pods", HOSTNAME: "job-3" }, "TSMPI_TOKEN or TSMPI_TOKEN_FILE has to give"],
    [
      { TSMPI_SIZE: "4", TSMPI_SUBDOMAIN: "pods", HOSTNAME: "job-3", TSMPI_TOKEN: "short" },
      "it has 5 characters, expected 16",
    ],
    [
      { TSMPI_SIZE: "4", TSMPI_SUBDOMAIN: "pods", HOSTNAME: "job-3", TSMPI_TOKEN_FILE: "/nowhere" },
      "Cannot read TSMPI_TOKEN_FILE: ENOENT",
    ],
  ];
  for (const [env, text] of cases) {
    const { code, stdout, stderr } = await tsmpi(["sample:hello"], { env: { JOB_COMPLETION_INDEX: "3", ...env } });
    is(code, 1);
    is(stdout, "");
    match(stderr, text);
  }
});

test("Kubernetes: pod 0 is looked for again and again, for a bounded time", async () => {
  const env = {
    JOB_COMPLETION_INDEX: "1",
    TSMPI_SIZE: "2",
    TSMPI_SUBDOMAIN: "invalid",
    HOSTNAME: "job-1",
    TSMPI_TOKEN: TOKEN,
  };
  const job = await start(["sample:hello"], { env: { ...env, TSMPI_WIREUP_TIMEOUT: "1" } });
  const { code, stderr } = await job.ended;
  is(code, 1);
  match(stderr, /rank 1 of 2: .*rank 0 was not found on job-0\.invalid within 1 s.*: job-0\.invalid: .*ENOTFOUND/);
});

test.run();
