// cli/launch/option-foreign: layer 10. Options of other launchers that tsmpi understands well enough to leave them out, or to
// refuse them with better advice than "no such option". Called by options.

/** Names of options that change nothing, by the number of values that each takes. */
const withoutEffect = [
  `allow-run-as-root use-hwthread-cpus report-bindings
   print-all-exitcodes exitcodes
   bycore get-stack-traces report-state-on-timeout preload-binary disable-x disable-hostname-propagation`,
  `bind-to rank-by cpu-list cpu-set cpu-bind membind mem-bind rankmap
   launch-agent rmk usize
   prefix localhost soft arch`,
  "mca gmca omca pmca gpmca pmixmca gpmixmca prtemca",
];

/** Options that are accepted and left out, with the number of values that each takes. */
export const ignored: ReadonlyMap<string, number> = new Map(
  withoutEffect.flatMap((names, values) => names.split(/\s+/).map((name) => [name, values] as const)),
);

/** Options that cannot be left out without doing something else than asked, and what to do instead. */
export const refused: ReadonlyMap<string, string> = new Map(
  Object.entries({
    c: "it means ranks in Open MPI and cores in others; write -np N",
    s: "it means something else in every launcher; write --stdin RANK|all|none",
    p: "write -np N for the number of ranks",
    app: "write the programs on the command line, with a lone : between them",
    configfile: "write the programs on the command line, with a lone : between them",
    "prepend-pattern": "write --tag-output, which puts the rank before every line",
    "outfile-pattern": "write --output-dir DIR, which makes one file per rank and stream",
    "errfile-pattern": "write --output-dir DIR, which makes one file per rank and stream",
    "enable-recovery": "this version ends the job when a rank fails",
    "with-ft": "this version ends the job when a rank fails",
    "disable-auto-cleanup": "this version ends the job when a rank fails",
    "max-restarts": "this version ends the job when a rank fails",
  }),
);
