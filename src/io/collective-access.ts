// io/collective-access: layer 8. An access by all ranks of a file: whether their pieces lie between each other, so that it pays
// to go in two phases, and the memory for that. Called by open-file.ts.
import { allgather } from "../collectives/movement.ts";
import type { Lane } from "../comm/lane.ts";
import { promised } from "../engine/operation.ts";
import { domainLength, roundsOf } from "./domains.ts";
import { bufferingOf, domainsOf, type Share } from "./hints.ts";
import { endOf, seriesOf } from "./series.ts";
import type { Storage } from "./storage.ts";
import { readTogether } from "./two-phase-read.ts";
import { writeTogether } from "./two-phase-write.ts";
import type { View } from "./view.ts";
import { makeWindows, type Needed, WINDOWS, type Windows } from "./windows.ts";

/** Which way data goes. */
export type Way = "read" | "write";

/** An access of one rank, or its part of one by all: bytes of the view's stream from a position on. */
export interface Access {
  readonly way: Way;
  readonly view: View;
  readonly from: number;
  readonly bytes: Uint8Array;
}

export class CollectiveAccess {
  readonly #disk: Storage;
  readonly #hosts: readonly number[];
  /** Kept from one access to the next. */
  #windows: Windows | undefined;
  /** The access that was called last. */
  #last: Promise<unknown> = Promise.resolve();

  /** @param hosts the number of each rank's host */
  constructor(disk: Storage, hosts: readonly number[]) {
    this.#disk = disk;
    this.#hosts = hosts;
  }

  /** Runs collective accesses one after the other, in the order of the calls: they have the windows in common. */
  inTurn<T>(access: () => Promise<T>): Promise<T> {
    const done = this.#last.then(access);
    this.#last = done.catch(() => {});
    return done;
  }

  /**
   * @param access this rank's part; undefined when it has none, since it has failed before
   * @returns what does the part in two phases, giving the bytes that were there; undefined where each rank had better do its own
   */
  async plan(
    lane: Lane,
    hints: ReadonlyMap<string, string>,
    access: Access | undefined,
  ): Promise<((call: string) => Promise<number>) | undefined> {
    const series = access ? seriesOf(access.view, access.from, access.bytes.length) : [];
    const pieces = series.reduce((sum, { count }) => sum + count, 0);
    const [begin, end] = series.length > 0 ? [series[0]!.offset, endOf(series.at(-1)!)] : [0, 0];
    const [bytes, failed] = [access?.bytes.length ?? 0, access ? 0 : 1];
    const spans = await told(lane, { begin, end, bytes, pieces, failed, ...bufferingOf(hints) });
    const domains = domainsOf(spans, this.#hosts);
    if (!domains || !access) return undefined;
    const { aggregators, window } = domains;
    const needed = {
      aggregators,
      bytes: Math.min(window, domainLength(domains)),
      count: Math.min(WINDOWS, roundsOf(domains)),
    };
    return async (call) => {
      const windows = await this.#windowsFor(call, lane, needed);
      const asked = { lane, disk: this.#disk, domains, windows, data: access.bytes, series, spans };
      if (access.way === "read") return readTogether(asked);
      await writeTogether(asked);
      return access.bytes.length;
    };
  }

  async #windowsFor(call: string, lane: Lane, needed: Needed): Promise<Windows> {
    if (this.#windows?.serve(needed)) return this.#windows;
    this.#windows?.free();
    this.#windows = undefined;
    this.#windows = await makeWindows(call, lane, this.#hosts, needed);
    return this.#windows;
  }

  free(): void {
    this.#windows?.free();
    this.#windows = undefined;
  }
}

/** What every rank says, by rank. */
async function told(lane: Lane, share: Share): Promise<Share[]> {
  const names = Object.keys(share).sort() as (keyof Share)[];
  const into = new Float64Array(names.length * lane.size);
  const all = (await promised(
    allgather(
      lane,
      Float64Array.from(names, (name) => share[name]),
      { into },
    ),
  )) as Float64Array;
  return Array.from({ length: lane.size }, (_, rank) => {
    return Object.fromEntries(names.map((name, i) => [name, all[rank * names.length + i]])) as unknown as Share;
  });
}
