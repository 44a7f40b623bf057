// What of mpi4py's names the library has: prints, by class, how many are there, and those that are missing, not callable, or
// called by no test.
//   npm run coverage:api
// With --write it takes names that have come out of test/house/api-gaps.txt, the list of those that may be missing.
import { allowedGaps, apiNames, findingOf, lineOf, shrinkGaps, UNTESTED } from "./house/api-names.ts";

const names = apiNames();
if (process.argv.includes("--write")) shrinkGaps(names);
const allowed = new Set(allowedGaps(names));
const isThere = (finding: string | undefined) => finding === undefined || finding === UNTESTED;

let there = 0;
let unexpected = 0;
for (const [title, all] of Map.groupBy(names, ({ kind, owner }) => (kind === "const" ? "constants" : owner))) {
  const here = all.filter((name) => isThere(findingOf(name))).length;
  console.log(`${title.padEnd(14)} ${String(here).padStart(3)} of ${String(all.length).padStart(3)}`);
  there += here;
  const findings = Map.groupBy(all, (name) => {
    const line = lineOf(name);
    if (line && !allowed.has(line)) unexpected++;
    return line && `${findingOf(name)}${allowed.has(line) ? ", as api-gaps.txt says" : ""}`;
  });
  for (const [finding, some] of findings) {
    if (finding) console.log(`  ${finding}: ${some.map(({ name }) => name).join(", ")}`);
  }
}
console.log(`all            ${there} of ${names.length}; ${unexpected} findings that are not in api-gaps.txt`);
process.exit(unexpected === 0 ? 0 : 1);
