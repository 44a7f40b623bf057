// What a Slurm allocation says of hosts and slots, and when it is none of ours.
import { test } from "uvu";
import { countsOf, slurmAllocation } from "../../../cli/hosts/slurm-allocation.ts";
import { equal, is } from "../../support/assert.ts";

test("countsOf() expands what Slurm has folded", () => {
  equal(countsOf("4"), [4]);
  equal(countsOf("2(x3),1"), [2, 2, 2, 1]);
  equal(countsOf("16(x2),8(x1)"), [16, 16, 8]);
});

test("slurmAllocation() has each node with its slots", () => {
  const env = { SLURM_JOB_ID: "7", SLURM_JOB_NODELIST: "n[07-08],gpu1", SLURM_TASKS_PER_NODE: "4(x2),1" };
  const hosts = [
    { name: "n07", slots: 4 },
    { name: "n08", slots: 4 },
    { name: "gpu1", slots: 1 },
  ];
  equal(slurmAllocation(env), hosts);
  // As a batch script, and as an interactive shell, which are steps of another kind.
  equal(slurmAllocation({ ...env, SLURM_PROCID: "0" }), hosts);
  equal(slurmAllocation({ ...env, SLURM_PROCID: "0", SLURM_STEP_ID: "4294967291" }), hosts);
});

test("slurmAllocation() is none outside of an allocation, and in a task of srun", () => {
  is(slurmAllocation({}), undefined);
  const task = { SLURM_JOB_NODELIST: "n[1-2]", SLURM_STEP_ID: "0", SLURM_PROCID: "0", SLURM_STEP_NUM_TASKS: "1" };
  is(slurmAllocation(task), undefined);
});

test.run();
