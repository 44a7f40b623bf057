// cli/hosts/host: layer 10. A host of a job, and for each rank which one it runs on. Types only; made by the command
// line, used by the launcher.
import type { JoinCode } from "../agent/join-code.ts";

export interface Host {
  /** As the user wrote it, without user@ and :slots. */
  readonly name: string;
  readonly user?: string;
  readonly slots: number;
  readonly maxSlots?: number;
  /** This machine: localhost, 127/8, ::1, its own name, its own addresses. */
  readonly local: boolean;
  /** Reached without ssh, through the agent of this code, which waits there. */
  readonly agent?: JoinCode;
}

/** For each rank the index of its host. */
export type Placement = readonly number[];
