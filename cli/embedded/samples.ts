// cli/embedded/samples: layer 10. The samples as code, inside the executable: `tsmpi run sample:hello`. Called by rank (to run
// one) and by everything that names them.

/** Each is loaded when a rank runs it. */
export const samples: Readonly<Record<string, () => Promise<unknown>>> = {
  hello: () => import("../../samples/hello.ts"),
  double: () => import("../../samples/double.ts"),
  bcast: () => import("../../samples/bcast.ts"),
  reduce: () => import("../../samples/reduce.ts"),
  scatter: () => import("../../samples/scatter.ts"),
  gather: () => import("../../samples/gather.ts"),
  pi: () => import("../../samples/pi.ts"),
  ring: () => import("../../samples/ring.ts"),
  manager: () => import("../../samples/manager.ts"),
  sort: () => import("../../samples/sort.ts"),
  cg: () => import("../../samples/cg.ts"),
  halo: () => import("../../samples/halo.ts"),
  counter: () => import("../../samples/counter.ts"),
  histogram: () => import("../../samples/histogram.ts"),
  heat: () => import("../../samples/heat.ts"),
  serve: () => import("../../samples/serve.ts"),
  log: () => import("../../samples/log.ts"),
  "matrix-io": () => import("../../samples/matrix-io.ts"),
  clean: () => import("../../samples/clean.ts"),
};

/** In the order in which a newcomer reads them. */
export const sampleNames: readonly string[] = Object.keys(samples);
