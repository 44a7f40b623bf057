// wire/card: layer 2. Where each rank listens, and the table of all ranks as it goes through control messages: in columns, as
// every rank of a job reads all of it at its start, in code that has never run before. As 64 objects it took 1.8 ms
// of each of 64 ranks, in columns 0.3. Used by control.ts.

/** Where a rank listens, as everyone else gets to know it. */
export interface Card {
  readonly rank: number;
  readonly pid: number;
  readonly host: string;
  /** Its host's number among those of the job: ranks with the same one share a machine. */
  readonly hostIndex: number;
  /** Its number among the ranks of its host that share memory; left out: it shares none. */
  readonly sharing?: number;
  /** Numeric addresses, best first. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** Fresh random bytes that the proof of every connection to this rank must contain; of all ranks equally many. */
  readonly nonce: Uint8Array;
}

export interface CardTable {
  /** Names of hosts, each once. */
  readonly names: readonly string[];
  /** Of each card NUMBERS of them: the process, the number of its host's name, of its host, one more than its number among those that
   * share memory, the port. */
  readonly numbers: Uint32Array;
  /** A line for each card, without the end of the last; a space between two. */
  readonly addresses: string;
  /** One behind the other. */
  readonly nonces: Uint8Array;
}

const NUMBERS = 5;

/** @param cards in the order of their ranks */
export function tableOf(cards: readonly Card[]): CardTable {
  const names = [...new Set(cards.map(({ host }) => host))];
  const nonceBytes = cards[0]?.nonce.byteLength ?? 0;
  const numbers = new Uint32Array(cards.length * NUMBERS);
  const nonces = new Uint8Array(cards.length * nonceBytes);
  for (const [rank, { pid, host, hostIndex, sharing = -1, port, nonce }] of cards.entries()) {
    numbers.set([pid, names.indexOf(host), hostIndex, sharing + 1, port], rank * NUMBERS);
    nonces.set(nonce, rank * nonceBytes);
  }
  const addresses = cards.map((card) => card.addresses.join(" ")).join("\n");
  return { names, numbers, addresses, nonces };
}

export function cardsOf({ names, numbers, addresses, nonces }: CardTable): Card[] {
  const cards: Card[] = [];
  const size = numbers.length / NUMBERS;
  const nonceBytes = nonces.byteLength / size;
  const lines = addresses.split("\n");
  for (let rank = 0; rank < size; rank++) {
    const at = rank * NUMBERS;
    const sharing = numbers[at + 3]!;
    cards.push({
      rank,
      pid: numbers[at]!,
      host: names[numbers[at + 1]!]!,
      hostIndex: numbers[at + 2]!,
      ...(sharing > 0 && { sharing: sharing - 1 }),
      addresses: lines[rank]!.split(" "),
      port: numbers[at + 4]!,
      nonce: nonces.subarray(rank * nonceBytes, (rank + 1) * nonceBytes),
    });
  }
  return cards;
}
