// mpi/collective-w: layer 9. alltoallw, in which every rank's run has a type of its own: Comm extends it.
import { IN_PLACE } from "../base/constants.ts";
import type { BufferLike } from "../data/buffer.ts";
import { promised } from "../engine/operation.ts";
import { checkInto, checkOptions } from "./arguments.ts";
import { checkLayout, type InPlace, type PerRank } from "./collective-arguments.ts";
import { CollectiveV, type Data } from "./collective-v.ts";
import type { Datatype } from "./datatype.ts";
import type { CollectivePlan } from "./planning.ts";
import type { Into } from "./point-to-point.ts";
import { Prequest } from "./prequest.ts";
import { Request } from "./request.ts";
import { PeerItems } from "./typed-peers.ts";

export interface AlltoallwOptions {
  /** Items for each rank; of an array, values. @default one; of an array, all runs equally long */
  sendcounts?: PerRank;
  /** Where they begin, in bytes; of an array, in values. @default 0; of an array, one behind the other */
  sdispls?: PerRank;
  /** Types of what each rank gets; needed where data is a buffer. */
  sendtypes?: readonly Datatype[];
  /** Items from each rank; of an array, values, which are only checked. @default one */
  recvcounts?: PerRank;
  /** Where in `into` they land, in bytes. @default 0 */
  rdispls?: PerRank;
  /** Types of what comes from each rank; needed with `into`. */
  recvtypes?: readonly Datatype[];
}

/** Names of the options of the two sides. */
export const SEND = ["sendcounts", "sdispls", "sendtypes"] as const;
export const RECEIVE = ["recvcounts", "rdispls", "recvtypes"] as const;

export abstract class CollectiveW extends CollectiveV {
  protected planAlltoallw(
    call: string,
    data: unknown,
    options: (AlltoallwOptions & { into?: BufferLike }) | undefined,
  ): CollectivePlan<any> {
    const { sendcounts, sdispls, sendtypes, recvcounts, rdispls, recvtypes } = options ?? {};
    if (Array.isArray(data)) {
      checkOptions(call, options, ["sendcounts", "sdispls", "recvcounts"]);
      const send = checkLayout(call, this.peers, sendcounts, sdispls, ["sendcounts", "sdispls"]);
      const receive = checkLayout(call, this.peers, recvcounts, undefined, ["recvcounts", "rdispls"]);
      return this.plan(call, {}, (lane) => this.collectives.alltoallv(lane, data, { into: undefined, send, receive }));
    }
    checkOptions(call, options, [...SEND, ...RECEIVE, "into"]);
    const into = checkInto(call, options?.into);
    this.checkInPlace(call, data, into);
    if (!into) throw new TypeError(`Cannot call ${call}: option into is missing, expected a buffer`);
    const landing = { counts: recvcounts, displs: rdispls, types: recvtypes };
    const receive = new PeerItems(call, into, this.peers, landing, RECEIVE, true);
    const sent = { counts: sendcounts, displs: sdispls, types: sendtypes };
    const send = data === IN_PLACE ? undefined : new PeerItems(call, data, this.peers, sent, SEND, false);
    return this.plan(call, {}, async (lane) => {
      // In place, what comes must not overwrite what is still to go.
      const out = send ? send.bodies(false) : receive.bodies(true);
      const slots = receive.slots();
      await promised(this.collectives.alltoallw(lane, out, slots));
      receive.land(slots);
      return into;
    });
  }

  /**
   * Sends items to every rank and receives some from every rank, with counts, places and types of their own.
   *
   * @param data A buffer; MPI.IN_PLACE takes what is sent from where others land in `into`; or an array of values, which is
   * cut into runs as alltoallv does.
   * @param options.sendtypes @param options.sendcounts @param options.sdispls What each rank gets: so many items of the
   * type, from this byte of `data` on.
   * @param options.recvtypes @param options.recvcounts @param options.rdispls Where it lands in `into`.
   * @param options.into The buffer for what comes; not for values.
   * @returns `into`, or of values one array of what came, by rank.
   * @throws {MPI.Exception} ERR_COUNT, ERR_DISP, ERR_BUFFER when items leave a buffer; ERR_TYPE; ERR_TRUNCATE.
   * @example
   * ```ts
   * const { size } = MPI.COMM_WORLD;
   * const column = MPI.DOUBLE.createVector(2, 1, size).commit(); // of a matrix of 2 rows
   * const types = new Array(size).fill(column);
   * const displs = Array.from({ length: size }, (_, i) => 8 * i);
   * const into = new Float64Array(2 * size);
   * const options = { sendtypes: types, sdispls: displs, recvtypes: types, rdispls: displs, into };
   * await MPI.COMM_WORLD.alltoallw(new Float64Array(2 * size).fill(1), options);
   * console.log(into.every((number) => number === 1)); // true
   * ```
   * @see MPI-4.1 §6.8
   */
  alltoallw<B extends BufferLike>(data: BufferLike | InPlace, options: AlltoallwOptions & Into<B>): Promise<B>;
  alltoallw<T = any>(data: readonly T[], options?: AlltoallwOptions): Promise<T[]>;
  alltoallw(data: Data | InPlace, options?: AlltoallwOptions & Partial<Into<BufferLike>>): Promise<any> {
    return this.finish(() => this.planAlltoallw("alltoallw", data, options));
  }
  /** Starts an alltoallw. @see MPI-4.1 §6.12.6 */
  ialltoallw<B extends BufferLike>(data: BufferLike | InPlace, options: AlltoallwOptions & Into<B>): Request<B>;
  ialltoallw<T = any>(data: readonly T[], options?: AlltoallwOptions): Request<T[]>;
  ialltoallw(data: Data | InPlace, options?: AlltoallwOptions & Partial<Into<BufferLike>>): Request<any> {
    return new Request(this.planAlltoallw("ialltoallw", data, options)());
  }
  /** An alltoallw that can be started again and again. @see MPI-4.1 §6.13.6 */
  alltoallwInit<B extends BufferLike>(data: BufferLike | InPlace, options: AlltoallwOptions & Into<B>): Prequest<B>;
  alltoallwInit<T = any>(data: readonly T[], options?: AlltoallwOptions): Prequest<T[]>;
  alltoallwInit(data: Data | InPlace, options?: AlltoallwOptions & Partial<Into<BufferLike>>): Prequest<any> {
    return new Prequest(this.planAlltoallw("alltoallwInit", data, options));
  }
}
