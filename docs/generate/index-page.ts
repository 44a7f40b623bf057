// docs/generate/index-page: the index of the reference, by chapter of the standard. Called by reference.ts.
import { anchorsOf } from "./markdown.ts";
import type { Page } from "./pages.ts";

const chapters: Record<string, string> = {
  "3": "Point-to-point communication",
  "4": "Partitioned point-to-point communication",
  "5": "Datatypes",
  "6": "Collective communication",
  "7": "Groups, contexts, communicators, and caching",
  "8": "Virtual topologies",
  "9": "Environment, errors, clock",
  "10": "Info",
  "11": "Processes: start and end",
  "12": "One-sided communication",
  "13": "External interfaces",
  "14": "Files",
  "15": "Tools",
  "": "Beyond the standard",
};

const opening = `# Documentation

- [From mpi4py](from-mpi4py.md): the calls of mpi4py and ours, side by side
- [Windows](windows.md): which one to make, when data is there, who serves whom, what failures leave
- [Files](io.md): which call to take, what ranks see of each other's writes, what failures leave
- [On a cluster](clusters.md): Slurm, mpiexec, mpirun and Kubernetes, with a job script for each
- [When something goes wrong](errors.md): what reports and messages mean, and what to do
- [Ranks in turn, counters and locks](util.md): \`tsmpi/util\`
- [How far it scales](scaling.md): a model of the collectives on up to 65,536 ranks, and where a full mesh ends
- The reference below, which is made from the docstrings of the source by \`npm run docs\`: what each call does, what it takes and
  returns, what it throws, and an example, which the tests run
- [How tsmpi works](../ARCHITECTURE.md)

A name is mpi4py's in camelCase. Data comes first, then one object with the options; what may wait returns a promise. Options that
are missing, unknown or of the wrong type are a \`TypeError\`, in every call; other mistakes are an
[MPI.Exception](reference/exception.md).

## Pages
`;

/** `docs/README.md`. */
export function indexPage(pages: readonly Page[]): string {
  const lines = new Map<string, string[]>(Object.keys(chapters).map((chapter) => [chapter, []]));
  for (const page of pages) {
    const { path, title, constants } = page;
    const places = [
      ...constants.map((constant) => ({ of: constant, to: "constants" })),
      ...[...anchorsOf(page)].map(([of, to]) => ({ of, to })),
    ];
    for (const chapter of lines.keys()) {
      const links = places
        .filter(({ of }) => of.kind !== "type" && ((of.docs?.section ?? "").split(".")[0] ?? "") === chapter)
        .filter(({ of }) => chapter !== "" || of.kind !== "constant")
        .map(({ of, to }) => `[${of.name}](${path}#${to})`);
      if (links.length > 0) lines.get(chapter)!.push(`- [${title}](${path}): ${links.join(" · ")}`);
    }
  }
  const found = [...lines].filter(([, list]) => list.length > 0);
  found.sort(([a], [b]) => (Number(a) || 99) - (Number(b) || 99));
  return [
    opening,
    `${pages.map(({ path, title }) => `[${title}](${path})`).join(" · ")}\n`,
    ...found.flatMap(([chapter, list]) => [
      `## ${chapter ? `${chapter}. ` : ""}${chapters[chapter]}\n`,
      `${list.join("\n")}\n`,
    ]),
  ].join("\n");
}
