// test/support/ranks: n ranks inside this process, over the inproc transport (or another one: ways.ts): for what
// communicators mean, without launcher.
import { hostname } from "node:os";
import { Endpoint } from "../../src/comm/endpoint.ts";
import { Group } from "../../src/comm/group.ts";
import { Engine } from "../../src/engine/engine.ts";
import { Progress } from "../../src/engine/progress.ts";
import { isInitialized, setEnvironment } from "../../src/mpi/environment.ts";
import { Intracomm } from "../../src/mpi/intracomm.ts";
import { connect } from "./ways.ts";

export interface RankOptions {
  /** Bytes up to which messages go eagerly. Default: 1000, so that short tests have long messages too. */
  readonly eager?: number;
  /** Bytes that one rank may have waiting, unreceived, at another. Default: 100,000. */
  readonly unexpected?: number;
  /** Seconds after which the ranks are taken to hang, and the call rejects with what each waits for. Default: 100. */
  readonly deadline?: number;
}

/**
 * Runs `main` on every rank of a new COMM_WORLD of `size` ranks.
 * @returns what each returned, by rank; rejects as soon as one of them does
 */
export async function ranks<T>(
  size: number,
  main: (comm: Intracomm) => Promise<T> | T,
  { eager = 1000, unexpected = 100_000, deadline = 100 }: RankOptions = {},
): Promise<T[]> {
  const all = Array.from({ length: size }, (_, rank) => rank);
  const engines = all.map((rank) => new Engine(rank, size, new Progress(0), { eager, unexpected }));
  const worlds = all.map((rank) => new Endpoint(engines[rank]!, new Group(all, rank), 0));
  const disconnect = await connect(engines, worlds);
  const comms = worlds.map((world) => new Intracomm(world, "COMM_WORLD"));

  // There is one environment a process. These ranks have none of their own: it only says that MPI has started.
  if (!isInitialized()) {
    const unused = () => {
      throw new Error("Cannot end ranks that share a process");
    };
    const [world, progress] = [comms[0]!, engines[0]!.progress];
    const place = { host: 0, processorName: hostname() };
    const ends = { finalized: false, finalize: unused, abort: unused, fail: unused };
    setEnvironment({ world, self: world, progress, ...place, ...ends });
  }

  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const waits = engines.map(({ progress }, rank) => {
      const calls = [...progress.waiting].map(({ call }) => call?.describe() ?? "something");
      return `\nrank ${rank}: ${calls.join(", ") || "no call"}`;
    });
    reject(new Error(`Ranks have not ended after ${deadline} s; they wait in${waits.join("")}`));
  }, deadline * 1000);
  try {
    return await Promise.race([Promise.all(comms.map(async (comm) => main(comm))), late]);
  } finally {
    clearTimeout(timer);
    disconnect();
  }
}
