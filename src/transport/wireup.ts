// transport/wireup: layer 3. The contract of wire-up: how a process learns its rank and size, finds the others, and tells
// who started it how it fares. One file per engine that can start ranks; runtime.ts is handed the one that applies.
import type { Card, FromRank, Network, News, RankState } from "../wire/control.ts";
import type { JobKey } from "./handshake.ts";

/** Where shared memory is to be found. */
export interface SharedPlace {
  /** A path that can be mapped. */
  readonly path: string;
  readonly bytes: number;
  /** This rank's number among those that share it. */
  readonly rank: number;
  readonly size: number;
}

export interface WireUp {
  readonly job: JobKey;
  readonly rank: number;
  readonly size: number;
  /** Ranks on this host; decides whether waiting ranks may keep a core busy. */
  readonly localSize: number;
  /** The network between the hosts of the job; undefined: there is one host. */
  readonly network?: Network | undefined;
  /** Memory that the ranks of this host share; undefined: there is none. */
  readonly sharedMemory?: SharedPlace | undefined;
  /** Publishes this rank's card and resolves with everyone's, by rank. */
  exchange(card: Card): Promise<readonly Card[]>;
  /** Tells the launcher something. Returns when the operating system has it. */
  tell(message: FromRank): void;
  /** Tells that this rank has finished with exit code `code`; resolves when all have. Keeps the event loop alive. */
  finished(code: number): Promise<void>;
  /** Called when the launcher asks what this rank is doing. Set once, before exchange. */
  onAsk: () => RankState;
  /** Called with what the launcher has to say of the other ranks. Set once, before exchange. */
  onNews: (message: News) => void;
}
