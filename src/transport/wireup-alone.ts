// transport/wireup-alone: layer 3. Wire-up of a job of one rank, started without a launcher.
import type { Card, FromRank, News, RankState } from "../wire/control.ts";
import type { WireUp } from "./wireup.ts";

/** What is to be said of a job of one rank that waits and has nothing else to do: nobody can ever send it anything. */
export function aloneForEver(state: RankState): string {
  return `deadlock: the only rank waits for messages that nobody can send\n  ${waitLines(state).join("\n  ")}`;
}

/** The calls in which it waits, and where. */
export function waitLines({ waits }: RankState): string[] {
  return waits.map(({ call, where }) => (where ? `${call}  at ${where}` : call));
}

export class AloneWireUp implements WireUp {
  readonly job = { id: "alone", secret: new Uint8Array(0) };
  readonly rank = 0;
  readonly size = 1;
  readonly localSize = 1;
  onAsk: () => RankState = () => ({ blocked: false, finished: false, sent: 0, received: 0, waits: [] });
  onNews: (message: News) => void = () => {};
  readonly #listen: (message: FromRank) => void;

  /** @param listen gets what a launcher would be told */
  constructor(listen: (message: FromRank) => void) {
    this.#listen = listen;
  }

  exchange(card: Card): Promise<readonly Card[]> {
    return Promise.resolve([card]);
  }
  tell(message: FromRank): void {
    this.#listen(message);
  }
  finished(_code: number): Promise<void> {
    return Promise.resolve();
  }
}
