// mpi/neighborhood-w: layer 9. neighborAlltoallw, in which the run along every edge has a type of its own: Intracomm extends it.
import { PROC_NULL } from "../base/constants.ts";
import { neighborAlltoallv, neighborAlltoallw } from "../collectives/neighbor.ts";
import type { BufferLike } from "../data/buffer.ts";
import { checkInto, checkOptions } from "./arguments.ts";
import { checkLayout } from "./collective-arguments.ts";
import type { Data } from "./collective-v.ts";
import { type AlltoallwOptions, RECEIVE, SEND } from "./collective-w.ts";
import { Neighborhood } from "./neighborhood.ts";
import type { CollectivePlan } from "./planning.ts";
import type { Into } from "./point-to-point.ts";
import { Prequest } from "./prequest.ts";
import { Request } from "./request.ts";
import { PeerItems } from "./typed-peers.ts";

type Options = AlltoallwOptions & Partial<Into<BufferLike>>;

export abstract class NeighborhoodW extends Neighborhood {
  #plan(call: string, data: unknown, options: Options | undefined): CollectivePlan<any> {
    const { sendcounts, sdispls, sendtypes, recvcounts, rdispls, recvtypes } = options ?? {};
    const neighbors = this.neighborsOf(call, data);
    const { sources, destinations } = neighbors;
    const each = "neighbor";
    if (Array.isArray(data)) {
      checkOptions(call, options, ["sendcounts", "sdispls", "recvcounts"]);
      const send = checkLayout(call, destinations.length, sendcounts, sdispls, ["sendcounts", "sdispls"], each);
      const receive = checkLayout(call, sources.length, recvcounts, undefined, ["recvcounts", "rdispls"], each);
      return this.plan(call, {}, (lane) =>
        neighborAlltoallv(lane, neighbors, data, { into: undefined, send, receive }),
      );
    }
    checkOptions(call, options, [...SEND, ...RECEIVE, "into"]);
    const into = checkInto(call, options?.into);
    if (!into) throw new TypeError(`Cannot call ${call}: option into is missing, expected a buffer`);
    const sent = { counts: sendcounts, displs: sdispls, types: sendtypes };
    const send = new PeerItems(call, data, destinations.length, sent, SEND, false, each);
    const landing = { counts: recvcounts, displs: rdispls, types: recvtypes };
    const receive = new PeerItems(call, into, sources.length, landing, RECEIVE, true, each);
    return this.plan(call, {}, async (lane) => {
      const slots = receive.slots();
      await neighborAlltoallw(lane, neighbors, send.bodies(false), slots);
      receive.land(slots, (i) => sources[i] !== PROC_NULL);
      return into;
    });
  }

  /**
   * As neighborAlltoall, with counts, places and types of their own for every edge.
   *
   * @param data A buffer; or an array of values, which is cut into runs as neighborAlltoallv does.
   * @param options.sendtypes @param options.sendcounts @param options.sdispls What goes along each of `outedges`: so many items
   * of the type, from this byte of `data` on.
   * @param options.recvtypes @param options.recvcounts @param options.rdispls Where what comes along each of `inedges` lands.
   * @param options.into The buffer for what comes; not for values.
   * @returns `into`, or of values one array of what came.
   * @throws {MPI.Exception} ERR_TOPOLOGY; ERR_COUNT, ERR_DISP, ERR_BUFFER when items leave a buffer; ERR_TYPE; ERR_TRUNCATE.
   * @example
   * ```ts
   * await using ring = await MPI.COMM_WORLD.createCart([MPI.COMM_WORLD.size], { periods: true });
   * const matrix = new Float64Array(12).fill(ring.rank); // 3 rows of 4: two columns, and one on each side for the neighbours'
   * const column = MPI.DOUBLE.createVector(3, 1, 4).commit();
   * const types = [column, column];
   * const options = { sendtypes: types, sdispls: [8, 16], recvtypes: types, rdispls: [0, 24], into: matrix };
   * await ring.neighborAlltoallw(matrix, options);
   * console.log(matrix[4] === ring.shift(0, 1)[0] && matrix[7] === ring.shift(0, 1)[1]); // true
   * ```
   * @see MPI-4.1 §8.6.2
   */
  neighborAlltoallw<B extends BufferLike>(data: BufferLike, options: AlltoallwOptions & Into<B>): Promise<B>;
  neighborAlltoallw<T = any>(data: readonly T[], options?: AlltoallwOptions): Promise<T[]>;
  neighborAlltoallw(data: Data, options?: Options): Promise<any> {
    return this.finish(() => this.#plan("neighborAlltoallw", data, options));
  }
  /** Starts a neighborAlltoallw. @see MPI-4.1 §8.7.2 */
  ineighborAlltoallw<B extends BufferLike>(data: BufferLike, options: AlltoallwOptions & Into<B>): Request<B>;
  ineighborAlltoallw<T = any>(data: readonly T[], options?: AlltoallwOptions): Request<T[]>;
  ineighborAlltoallw(data: Data, options?: Options): Request<any> {
    return new Request(this.#plan("ineighborAlltoallw", data, options)());
  }
  /** A neighborAlltoallw that can be started again and again. @see MPI-4.1 §8.8.2 */
  neighborAlltoallwInit<B extends BufferLike>(data: BufferLike, options: AlltoallwOptions & Into<B>): Prequest<B>;
  neighborAlltoallwInit<T = any>(data: readonly T[], options?: AlltoallwOptions): Prequest<T[]>;
  neighborAlltoallwInit(data: Data, options?: Options): Prequest<any> {
    return new Prequest(this.#plan("neighborAlltoallwInit", data, options));
  }
}
