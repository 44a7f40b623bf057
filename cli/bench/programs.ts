// cli/bench/programs: layer 10. The bench programs as code, inside the executable. Called by rank, to run `bench:latency`.

/** Each is loaded when a rank runs it. */
export const programs: Readonly<Record<string, () => Promise<unknown>>> = {
  latency: () => import("./programs/latency.ts"),
  holding: () => import("./programs/holding.ts"),
  bandwidth: () => import("./programs/bandwidth.ts"),
  rate: () => import("./programs/rate.ts"),
  barrier: () => import("./programs/barrier.ts"),
  bcast: () => import("./programs/bcast.ts"),
  gather: () => import("./programs/gather.ts"),
  allreduce: () => import("./programs/allreduce.ts"),
  rma: () => import("./programs/rma.ts"),
  memory: () => import("./programs/memory.ts"),
  idle: () => import("./programs/idle.ts"),
  io: () => import("./programs/io.ts"),
  near: () => import("./programs/near.ts"),
};
