// io/opening: layer 8. How the ranks of a group open a file together: rank 0 first, which makes it where it is to be made,
// then the others; and whether what they have got is one file. Called by mpi/file.ts.
import { existsSync } from "node:fs";
import { MODE_CREATE } from "../base/constants-io.ts";
import { errorClasses } from "../base/error-classes.ts";
import { Exception, errorClassOf, show } from "../base/errors.ts";
import type { Lane } from "../comm/lane.ts";
import { Disk } from "./disk.ts";
import { type Identity, isSame } from "./identity.ts";
import { remove } from "./open-file.ts";
import { together } from "./outcome.ts";
import { ServedDisk, serve } from "./served-disk.ts";
import type { Service } from "./service.ts";
import type { Storage } from "./storage.ts";

/** What a rank opens. */
export interface Opening {
  readonly path: string;
  readonly amode: number;
  /** True where only rank 0 opens it, and serves the others. */
  readonly served: boolean;
  /** Where this rank is: the number of its host in the job, and what that is called. */
  readonly host: number;
  readonly hostName: string;
}

/** What it tells the others of the file that it has got. */
interface Found extends Opening {
  /** Undefined where it has none. */
  readonly identity?: Identity;
}

/** A file that is open on every rank. */
export interface Opened {
  readonly disk: Storage;
  /** The number of each rank's host. */
  readonly hosts: readonly number[];
}

/** @throws on every rank; then nothing is open */
export async function openTogether(lane: Lane, service: Service, opening: Opening): Promise<Opened> {
  const { path, amode, served } = opening;
  const call = `open ${show(path)}`;
  const who = `rank ${lane.rank}`;
  const first = lane.rank === 0;
  const existed = first && existsSync(path);
  let disk: Disk | undefined;
  let hosts: number[];
  try {
    await together(call, lane, () => {
      if (first) disk = new Disk(path, amode, true, who);
    });
    const found = await together(call, lane, (): Found => {
      if (served && !first) return opening;
      try {
        disk ??= new Disk(path, amode, false, who);
        return { ...opening, identity: disk.identity };
      } catch (error) {
        if (errorClassOf(error) !== errorClasses.ERR_NO_SUCH_FILE[0]) throw error;
        return opening;
      }
    });
    checkSame(call, found);
    hosts = found.map(({ host }) => host);
  } catch (error) {
    disk?.close();
    if (first && disk && !existed && (amode & MODE_CREATE) !== 0) remove(path);
    throw error;
  }
  if (!served) return { disk: disk!, hosts };
  if (disk) serve(service, disk);
  const storage = disk ?? new ServedDisk(path, service);
  await storage.refresh();
  return { disk: storage, hosts };
}

/** Throws where the ranks have not asked for the same, or have not got the same file. */
function checkSame(call: string, found: readonly Found[]): void {
  const [first, ...others] = found;
  const differ = (state: string, expected: string) =>
    new Exception("ERR_NOT_SAME", `Cannot ${call}: ${state}, expected ${expected}`);
  for (const [i, one] of others.entries()) {
    const who = `rank ${i + 1}`;
    if (one.amode !== first!.amode) {
      const state = `${who} has access mode ${one.amode}, rank 0 ${first!.amode}`;
      throw differ(state, "the same on all ranks");
    }
    if (one.served !== first!.served) {
      throw differ(`${one.served ? who : "rank 0"} alone has the hint striping root`, "the same on all ranks");
    }
    if (one.served || (one.identity && isSame(one.identity, first!.identity!, one.host === first!.host))) continue;
    if (one.host === first!.host) throw differ(`${who} names another file than rank 0`, "the same path on all ranks");
    const [here, there] = [`${who} on ${one.hostName}`, `rank 0 on ${first!.hostName}`];
    const none = `${here} has no file of that name, which ${there} has`;
    const state = one.identity === undefined ? none : `${here} has another file of that name than ${there}`;
    throw differ(state, 'a file system that the hosts share, or the hint striping: "root"');
  }
}
