// io/open-file: layer 8. A file that a group of ranks has open (MPI-4.1 §14): its view, its pointers, and every access, by
// one rank or by all. Arguments have been checked; positions count etypes of the view. Called by mpi/file-handle.ts and the
// chapters of the public class above it.
import { existsSync, unlinkSync } from "node:fs";
import { MODE_DELETE_ON_CLOSE } from "../base/constants-io.ts";
import { Exception, show } from "../base/errors.ts";
import { allgather, bcast } from "../collectives/movement.ts";
import type { Endpoint } from "../comm/endpoint.ts";
import type { Lane } from "../comm/lane.ts";
import { promised } from "../engine/operation.ts";
import { readStream, writeStream } from "./access.ts";
import { type Access, CollectiveAccess, type Way } from "./collective-access.ts";
import { startOf } from "./disk.ts";
import { hintsInUse } from "./hints.ts";
import { Keeper } from "./keeper.ts";
import type { Memory } from "./memory.ts";
import type { Opened } from "./opening.ts";
import { together } from "./outcome.ts";
import type { Service } from "./service.ts";
import type { Storage } from "./storage.ts";
import { systemError } from "./system.ts";
import type { View } from "./view.ts";

export class OpenFile {
  readonly endpoint: Endpoint;
  readonly disk: Storage;
  readonly amode: number;
  readonly keeper: Keeper;
  view: View;
  /** The individual file pointer. */
  position: number;
  atomic = false;
  hints: Map<string, string>;
  readonly #hosts: readonly number[];
  readonly #collective: CollectiveAccess;

  constructor(
    endpoint: Endpoint,
    service: Service,
    { disk, hosts }: Opened,
    amode: number,
    view: View,
    hints: Iterable<readonly [string, string]>,
  ) {
    this.endpoint = endpoint;
    this.disk = disk;
    this.amode = amode;
    this.view = view;
    this.#hosts = hosts;
    this.#collective = new CollectiveAccess(disk, hosts);
    this.hints = hintsInUse(hints, hosts);
    this.position = startOf(amode, disk);
    this.keeper = new Keeper(service, this.position);
    service.start();
  }

  /** How many etypes of the view lie before the end of the file; one that lies there in part counts. */
  get end(): number {
    return Math.ceil(this.view.positionOf(this.disk.size) / this.view.etype);
  }

  addHints(items: Iterable<readonly [string, string]>): void {
    this.hints = hintsInUse([...this.hints, ...items], this.#hosts);
  }

  /** The data's length in etypes. */
  etypesOf({ bytes }: Memory): number {
    return bytes / this.view.etype;
  }

  /** Takes so many etypes from the individual pointer. @returns where they begin */
  advance(memory: Memory): number {
    const from = this.position;
    this.position += this.etypesOf(memory);
    return from;
  }

  #together<T>(call: string, lane: Lane, part: () => Promise<T> | T): Promise<T[]> {
    return together(`${call} ${show(this.disk.path)}`, lane, part);
  }

  // --- one rank ---

  /** @returns bytes of memory that were written or read */
  async access(way: Way, position: number, memory: Memory): Promise<number> {
    const access = this.#prepared(way, position, memory);
    return finished(access, memory, await this.#alone(access));
  }

  #prepared(way: Way, position: number, memory: Memory): Access {
    const { view } = this;
    return { way, view, from: position * view.etype, bytes: way === "write" ? memory.encoded() : memory.room() };
  }

  async #alone({ way, view, from, bytes }: Access): Promise<number> {
    const run = async () => {
      if (way === "read") return readStream(this.disk, view, from, bytes);
      await writeStream(this.disk, view, from, bytes);
      return bytes.length;
    };
    return this.atomic ? this.keeper.alone(run) : run();
  }

  /** As access, at the individual pointer, which stays behind what there was to read. */
  async next(way: Way, memory: Memory): Promise<number> {
    const { view } = this;
    const from = this.advance(memory);
    const expected = this.position;
    const done = await this.access(way, from, memory);
    if (done < memory.size && this.view === view && this.position === expected) {
      this.position = from + Math.floor((done / memory.size) * this.etypesOf(memory));
    }
    return done;
  }

  /** As access, at the shared pointer. */
  async shared(way: Way, memory: Memory): Promise<number> {
    return this.access(way, await this.keeper.add(this.etypesOf(memory)), memory);
  }

  // --- all ranks ---

  /** As access, by all ranks. */
  accessAll(call: string, lane: Lane, way: Way, position: number, memory: Memory): Promise<number> {
    return this.#collective.inTurn(() => this.#accessAll(call, lane, way, position, memory));
  }

  async #accessAll(call: string, lane: Lane, way: Way, position: number, memory: Memory): Promise<number> {
    // What may fail on this rank alone, as a representation of the script's own, does before others count on it.
    let access: Access | undefined;
    let failed: unknown;
    try {
      access = this.#prepared(way, position, memory);
    } catch (error) {
      failed = error;
    }
    const phases = this.atomic ? undefined : await this.#collective.plan(lane, this.hints, access);
    const part = async (): Promise<number> => {
      if (!access) throw failed;
      return finished(access, memory, await (phases ? phases(call) : this.#alone(access)));
    };
    return (await this.#together(call, lane, part))[lane.rank]!;
  }

  /** As accessAll, at each rank's individual pointer. */
  async nextAll(call: string, lane: Lane, way: Way, memory: Memory): Promise<number> {
    const { view } = this;
    const from = this.advance(memory);
    const expected = this.position;
    const done = await this.accessAll(call, lane, way, from, memory);
    if (done < memory.size && this.view === view && this.position === expected) {
      this.position = from + Math.floor((done / memory.size) * this.etypesOf(memory));
    }
    return done;
  }

  /** As accessAll, at the shared pointer, one rank's data behind those of the ranks before it. */
  ordered(call: string, lane: Lane, way: Way, memory: Memory): Promise<number> {
    return this.#collective.inTurn(async () => {
      const counts = await everyones(lane, [this.etypesOf(memory)]);
      const sum = (ranks: number) => counts.subarray(0, ranks).reduce((a, b) => a + b, 0);
      const own = lane.rank === 0 ? await this.keeper.add(sum(lane.size)) : undefined;
      const base = await promised(bcast(lane, own, { root: 0 }));
      return this.#accessAll(call, lane, way, (base as number) + sum(lane.rank), memory);
    });
  }

  /**
   * Sets the view, and all pointers to its beginning.
   * @param make makes the view, given the byte of the file at the shared pointer
   */
  async setView(call: string, lane: Lane, make: (current: number) => View): Promise<void> {
    const own = lane.rank === 0 ? await this.keeper.get() : undefined;
    const pointer = await promised(bcast(lane, own, { root: 0 }));
    const current = this.view.offsetOf((pointer as number) * this.view.etype);
    let view: View | undefined;
    const all = await this.#together(call, lane, () => {
      view = make(current);
      return { etype: view.etype, datarep: view.representation.name };
    });
    for (const [rank, { etype, datarep }] of all.entries()) {
      if (etype === all[0]!.etype && datarep === all[0]!.datarep) continue;
      const state = `rank ${rank} has etypes of ${etype} bytes in ${datarep}, rank 0 of ${all[0]!.etype} in ${all[0]!.datarep}`;
      throw new Exception("ERR_NOT_SAME", `Cannot ${call}: ${state}, expected the same on all ranks`);
    }
    this.view = view!;
    this.position = 0;
    if (lane.rank === 0) await this.keeper.set(0);
    await this.#together(call, lane, () => {});
  }

  /** Accesses of this rank are atomic, or not, from the call on, unless another rank wants something else. */
  async setAtomicity(call: string, lane: Lane, flag: boolean): Promise<void> {
    const before = this.atomic;
    this.atomic = flag;
    try {
      await this.agree(call, lane, [`${flag}`], "flag");
    } catch (error) {
      this.atomic = before;
      throw error;
    }
  }

  /** Throws on every rank where one gives something else. */
  async agree(call: string, lane: Lane, given: readonly (string | number)[], what: string): Promise<void> {
    const all = await this.#together(call, lane, () => given);
    for (const [rank, other] of all.entries()) {
      if (other.join() === all[0]!.join()) continue;
      const state = `rank ${rank} gives ${other.join(", ")}, rank 0 ${all[0]!.join(", ")}`;
      const expected = `expected the same ${what} on all ranks`;
      throw new Exception("ERR_NOT_SAME", `Cannot ${call} ${show(this.disk.path)}: ${state}, ${expected}`);
    }
  }

  /** Changes the size of the file, when all ranks are here, which all give the same one. */
  async sameSize(call: string, lane: Lane, size: number, change: () => void): Promise<void> {
    await this.agree(call, lane, [size], "size");
    await this.#together(call, lane, () => {
      if (lane.rank === 0) change();
    });
    await this.disk.refresh();
  }

  /** What any rank has written is on the disk after this. */
  async sync(call: string, lane: Lane): Promise<void> {
    // One rank may have the file for others: what they have written is there when all are here.
    await this.#together(call, lane, () => {});
    await this.#together(call, lane, () => this.disk.sync());
    await this.disk.refresh();
  }

  /** Moves the shared pointer: all ranks give the same. @param target where it goes from where it is */
  async seekShared(
    call: string,
    lane: Lane,
    given: readonly number[],
    target: (current: number) => number,
  ): Promise<void> {
    await this.agree(call, lane, given, "arguments");
    await this.disk.refresh();
    await this.#together(call, lane, async () => {
      if (lane.rank === 0) await this.keeper.set(target(await this.keeper.get()));
    });
  }

  /** Closes the file on all ranks, and deletes it where it was opened so. */
  async close(call: string, lane: Lane): Promise<void> {
    await this.#together(call, lane, () => {});
    this.#collective.free();
    try {
      await this.#together(call, lane, () => this.disk.close());
    } finally {
      if (this.amode & MODE_DELETE_ON_CLOSE) await this.#together(call, lane, () => this.#remove(lane));
    }
  }

  #remove(lane: Lane): void {
    // Another may have deleted it in the meantime.
    if (lane.rank === 0 && existsSync(this.disk.path)) remove(this.disk.path);
  }
}

/** Deletes a file. @throws Exception */
export function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (cause) {
    throw systemError(`Cannot delete ${show(path)}`, cause);
  }
}

/** Puts what was read where it belongs. @param done bytes that were moved @returns bytes of memory */
function finished({ way, bytes }: Access, memory: Memory, done: number): number {
  return way === "write" ? memory.size : memory.decoded(bytes, done);
}

/** The same number of numbers from every rank, by rank. */
async function everyones(lane: Lane, numbers: readonly number[]): Promise<Float64Array> {
  const into = new Float64Array(numbers.length * lane.size);
  return (await promised(allgather(lane, Float64Array.from(numbers), { into }))) as Float64Array;
}
