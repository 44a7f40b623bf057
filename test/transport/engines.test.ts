// Which launcher is taken to have started a process, by its environment; and what each of them says of its ranks.
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { agreedPorts } from "../../src/transport/agreed-ports.ts";
import { engines, pickEngine } from "../../src/transport/engines.ts";
import { stepSize } from "../../src/transport/slurm-step.ts";
import { homeToken } from "../../src/transport/token.ts";
import { fieldsOf } from "../../src/transport/wireup-pmi.ts";
import { firstHost } from "../../src/transport/wireup-slurm.ts";
import { equal, is, ok, refuses } from "../support/assert.ts";
import { workspace } from "../support/tsmpi.ts";

type Env = Record<string, string>;
const pick = (env: Env) => pickEngine((name) => env[name]).row?.name;

const pmi = { PMI_FD: "8", PMI_RANK: "0", PMI_SIZE: "4" };
const pmix = { PMIX_RANK: "0", PMIX_NAMESPACE: "n" };
const srun = { SLURM_JOB_ID: "1", SLURM_STEP_ID: "0", SLURM_PROCID: "0", SLURM_STEP_NUM_TASKS: "4" };
const pod = { JOB_COMPLETION_INDEX: "0" };

test("each engine is known by its variables, and an earlier row goes first", () => {
  is(pick({}), undefined);
  is(pick(pmi), "pmi");
  is(pick({ PMI_PORT: "host:1", PMI_ID: "0" }), "pmi");
  is(pick(pmix), "pmix");
  is(pick({ OMPI_COMM_WORLD_RANK: "1", OMPI_COMM_WORLD_SIZE: "2" }), "pmix");
  is(pick(srun), "slurm");
  is(pick(pod), "kubernetes");
  is(pick({ ...srun, ...pmi }), "pmi");
  is(pick({ ...srun, ...pmix }), "pmix");
  is(pick({ ...pod, ...pmix }), "pmix");
  for (const env of [pmi, pmix, srun, pod]) is(pick({ ...env, TSMPI_JOB_ID: "ab" }), "none");
  equal(
    engines.map(({ name }) => name),
    ["none", "pmi", "pmix", "slurm", "kubernetes"],
  );
});

test("TSMPI_ENGINE overrides the environment, and has to be one of them", () => {
  is(pick({ ...pmi, TSMPI_ENGINE: "none" }), "none");
  is(pick({ ...pmi, ...srun, TSMPI_ENGINE: "slurm" }), "slurm");
  is(pick({ ...pmi, TSMPI_ENGINE: "auto" }), "pmi");
  refuses(
    () => pick({ TSMPI_ENGINE: "mpd" }),
    "Cannot use TSMPI_ENGINE=mpd: expected auto, none, pmi, pmix, slurm, kubernetes",
  );
});

test("an environment that speaks of several ranks, but of no way to them, is an error", () => {
  refuses(
    () => pick({ PMI_RANK: "0", PMI_SIZE: "4" }),
    "Cannot meet the other ranks: PMI_SIZE=4 says that there are several",
  );
  refuses(() => pick({ OMPI_COMM_WORLD_SIZE: "2" }), "OMPI_COMM_WORLD_SIZE=2");
  is(pick({ PMI_SIZE: "1" }), undefined);
});

test("a batch script, an interactive shell and a step of one task are one rank", () => {
  const value = (env: Env) => stepSize((name) => env[name]);
  is(value({ SLURM_PROCID: "0", SLURM_NTASKS: "4" }), undefined);
  is(value({ ...srun, SLURM_STEP_ID: `${0xffff_fffa}` }), undefined);
  is(value(srun), 4);
  is(pick({ ...srun, SLURM_STEP_NUM_TASKS: "1" }), undefined);
});

test("firstHost() finds the first of Slurm's folded names", () => {
  is(firstHost("n1"), "n1");
  is(firstHost("n[07-9,12],gpu1"), "n07");
  is(firstHost("a,b[1-2]"), "a");
  is(firstHost("rack[3,5]-x,y"), "rack3-x");
  is(firstHost(""), "");
});

test("a line of PMI-1 is cut into its fields", () => {
  equal(fieldsOf("cmd=get_result rc=0 msg=success value=a=b="), {
    cmd: "get_result",
    rc: "0",
    msg: "success",
    value: "a=b=",
  });
});

test("the ports of a job are the same in all ranks, others for another job, and never those that systems give out", () => {
  equal(agreedPorts("slurm.1.0"), agreedPorts("slurm.1.0"));
  ok(agreedPorts("slurm.1.0").join() !== agreedPorts("slurm.1.1").join());
  for (let job = 0; job < 500; job++) {
    const ports = agreedPorts(`${job}`);
    is(new Set(ports).size, ports.length);
    ok(
      ports.every((port) => port > 60_999 && port <= 65_535),
      ports.join(),
    );
  }
});

test("the token in the home is made once, for its user alone; one that others may read is refused", () => {
  const file = join(workspace(), "deep", "token");
  const token = homeToken(file);
  equal(homeToken(file), token);
  is(token.byteLength, 32);
  is(statSync(file).mode & 0o777, 0o600);
  is(readFileSync(file, "utf8").trim().length, 64);
  chmodSync(file, 0o644);
  refuses(() => homeToken(file), "others may read it, expected mode 600");
  const short = join(workspace(), "token");
  writeFileSync(short, "secret\n", { mode: 0o600 });
  refuses(() => homeToken(short), "it has 6 characters, expected 16 or more");
});

test.run();
