// io/opening: layer 8. How the ranks of a group open a file together: rank 0 first, which makes it where it is to be made,
// then the others; and whether what they have got is one file. Called by mpi/file.ts.
import { existsSync } from "node:fs";
import { MODE_CREATE } from "../base/constants-io.ts";
import { errorClasses } from "../base/error-classes.ts";
import { Exception, errorClassOf, show } from "../base/errors.ts";
import { bcast } from "../collectives/movement.ts";
import type { Lane } from "../comm/lane.ts";
import { Disk } from "./disk.ts";
import { remove } from "./open-file.ts";
import { together } from "./outcome.ts";

/** Where a rank is: the number of its host in the job, and what that is called. */
export interface Place {
  readonly host: number;
  readonly name: string;
}

/** What a rank tells the others of the file that it has opened. */
interface Found extends Place {
  readonly amode: number;
  /** Undefined where the file is not there. */
  readonly device: number | undefined;
  readonly file: number | undefined;
}

/** @returns the file, open on every rank @throws on every rank; then nothing is open */
export async function openTogether(lane: Lane, path: string, amode: number, place: Place): Promise<Disk> {
  const call = `open ${show(path)}`;
  const who = `rank ${lane.rank}`;
  let disk: Disk | undefined;
  const existed = lane.rank === 0 && existsSync(path);
  try {
    const first = lane.rank === 0 ? attempted(() => new Disk(path, amode, true, who)) : undefined;
    const failed = first && "error" in first ? [errorClassOf(first.error), (first.error as Error).message] : null;
    if (first && "disk" in first) disk = first.disk;
    const said = (await bcast(lane, failed, { root: 0 })) as [number, string] | null;
    if (first && "error" in first) throw first.error;
    if (said) throw new Exception(said[0], `Cannot ${call}, as rank 0 cannot: ${said[1]}`);
    const found = await together(call, lane, (): Found => {
      let identity: { device?: number; file?: number } = {};
      try {
        disk ??= new Disk(path, amode, false, who);
        identity = disk.identity;
      } catch (error) {
        if (errorClassOf(error) !== errorClasses.ERR_NO_SUCH_FILE[0]) throw error;
      }
      return { ...place, amode, device: identity.device, file: identity.file };
    });
    checkSame(call, found);
    return disk!;
  } catch (error) {
    disk?.close();
    const made = lane.rank === 0 && disk && !existed && (amode & MODE_CREATE) !== 0;
    if (made) remove(path);
    throw error;
  }
}

function attempted(open: () => Disk): { readonly disk: Disk } | { readonly error: unknown } {
  try {
    return { disk: open() };
  } catch (error) {
    return { error };
  }
}

/** Throws where the ranks have not asked for the same, or have not got the same file. */
function checkSame(call: string, found: readonly Found[]): void {
  const [first, ...others] = found;
  for (const [i, one] of others.entries()) {
    if (one.amode !== first!.amode) {
      const state = `rank ${i + 1} has access mode ${one.amode}, rank 0 ${first!.amode}`;
      throw new Exception("ERR_NOT_SAME", `Cannot ${call}: ${state}, expected the same on all ranks`);
    }
    // Other hosts may have another number for the same device.
    const same = one.file === first!.file && (one.host !== first!.host || one.device === first!.device);
    if (same) continue;
    const where = `rank ${i + 1} on ${one.name} ${one.file === undefined ? "has none" : "has another file"} of that name`;
    const state = `${where} than rank 0 on ${first!.name}`;
    throw new Exception("ERR_NOT_SAME", `Cannot ${call}: ${state}, expected a file system that the hosts share`);
  }
}
