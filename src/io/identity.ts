// io/identity: layer 8. Whether what two ranks have open is one file. Called by disk.ts and opening.ts.
import { fstatSync, readFileSync, statfsSync } from "node:fs";

/** What a rank knows of the file that it has open; the ranks tell each other. */
export interface Identity {
  /** What the system gives: of the file system, and of the file in it. */
  readonly device: number;
  readonly file: number;
  /** When the file was made, in nanoseconds, as text; "0" where the file system does not say. */
  readonly birth: string;
  /** Where the file system is of one machine only: which machine, for as long as it runs. */
  readonly machine: string | undefined;
}

/** Linux's numbers of file systems that machines do not share: ext4, xfs, btrfs, tmpfs, ramfs, overlayfs, f2fs, zfs, bcachefs. */
const LOCAL = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x858458f6, 0x794c7630, 0xf2f52010, 0x2fc12fc1, 0xca451a4e,
]);

export function identityOf(path: string, fd: number): Identity {
  const { dev, ino, birthtimeNs } = fstatSync(fd, { bigint: true });
  return { device: Number(dev), file: Number(ino), birth: `${birthtimeNs}`, machine: machineOf(path) };
}

function machineOf(path: string): string | undefined {
  try {
    // Some systems give the number with a sign.
    if (!LOCAL.has(Number(statfsSync(path).type) >>> 0)) return undefined;
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8");
  } catch {
    return undefined;
  }
}

/** @param near true for ranks of one host */
export function isSame(one: Identity, other: Identity, near: boolean): boolean {
  if (one.file !== other.file) return false;
  if (near) return one.device === other.device;
  // New file systems number their files alike. Other hosts may have another number for the same device.
  if (one.birth !== other.birth && one.birth !== "0" && other.birth !== "0") return false;
  // One of the hosts may be the server of the others: there, the file system is a local one.
  if (one.machine === undefined || other.machine === undefined) return true;
  return one.machine === other.machine && one.device === other.device;
}
