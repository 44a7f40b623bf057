// cli/agent/join-guard: layer 10. Counts the connections that could not prove the code, by the address they came from, and
// says who is not listened to for a while. Pure; used by join-listener.ts.

/** Wrong proofs after which an address is refused. */
export const MOST_FAILURES = 5;
/** How long it is refused after that. */
export const PAUSE_MS = 60_000;
/** Addresses that are remembered; the ones that came first are forgotten when there are more. */
const REMEMBERED = 1000;

interface Record {
  failures: number;
  last: number;
}

export class JoinGuard {
  #records = new Map<string, Record>();
  #now: () => number;

  /** @param now a clock in milliseconds; tests choose their own */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** True while the address has to wait. */
  refuses(address: string): boolean {
    const record = this.#records.get(network(address));
    if (record === undefined || record.failures < MOST_FAILURES) return false;
    if (this.#now() - record.last < PAUSE_MS) return true;
    this.#records.delete(network(address));
    return false;
  }

  /** A connection from there has not proved the code. @returns how many that makes */
  failed(address: string): number {
    const key = network(address);
    const failures = (this.#records.get(key)?.failures ?? 0) + 1;
    this.#records.delete(key);
    this.#records.set(key, { failures, last: this.#now() });
    const [oldest] = this.#records.keys();
    if (this.#records.size > REMEMBERED) this.#records.delete(oldest!);
    return failures;
  }

  /** Somebody there has the code: what came before were typing errors. */
  proved(address: string): void {
    this.#records.delete(network(address));
  }
}

/** Who has one IPv6 address has all of its /64. */
function network(address: string): string {
  const bare = address.replace(/^::ffff:(?=\d+\.)/i, "");
  if (!bare.includes(":")) return bare;
  const [head = "", tail] = bare.split("::");
  const front = head.split(":").filter((word) => word !== "");
  const back = (tail ?? "").split(":").filter((word) => word !== "");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  return [...front, ...new Array<string>(zeros).fill("0"), ...back].slice(0, 4).join(":");
}
