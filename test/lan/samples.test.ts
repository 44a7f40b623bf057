// Every sample on two hosts and on three says what it says on one.
import { test } from "uvu";
import { sampleNames } from "../../cli/embedded/samples.ts";
import { equal, is, skip } from "../support/assert.ts";
import { type Lan, makeLan, noLan } from "../support/lan.ts";
import { HOME } from "../support/lan-process.ts";

const reason = noLan();
let lan: Lan;

/** Samples in which chance says which rank does what, or how often. */
const byChance = ["manager", "counter", "serve"];

/** What a sample prints, without the order of ranks, the names of hosts, and how long it took. */
async function said(...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await lan.run(["run", "-q", "-np", "5", ...args]);
  equal([code, stderr], [0, ""]);
  return stdout
    .replaceAll(/\blab\d\b/g, "HOST")
    .replaceAll(/\d+\.\d+ m?s\b/g, "TIME")
    .trim()
    .split("\n")
    .sort();
}

if (reason !== undefined) skip("samples on several hosts", reason);
else {
  test.before(async () => {
    lan = await makeLan({ hosts: 3 });
  });
  test.after(() => lan.end());

  for (const name of sampleNames) {
    test(`sample:${name} runs on two hosts and on three`, async () => {
      const sample = `sample:${name}`;
      const alone = await said(sample);
      if (name === "clean") await lan.host(0).sh(`rm ${HOME}/cleandataset.txt`);
      for (const hosts of ["lab1,lab2", "lab0,lab1,lab2"]) {
        const lines = await said("-hosts", hosts, sample);
        if (byChance.includes(name)) is(lines.length, alone.length);
        else equal(lines, alone);
        // Rank 4 of the pipeline writes where it is.
        if (name === "clean") await lan.host(1).sh(`rm ${HOME}/cleandataset.txt`);
        equal(await lan.leftovers(), []);
      }
    });
  }
}

test.run();
