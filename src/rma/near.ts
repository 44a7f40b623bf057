// rma/near: layer 8. A window whose memory this process reaches itself: its own, or that of a rank of the same host. What is
// done there is done at once, whatever the other rank does meanwhile. Made by shared.ts and window.ts, used by window.ts.
import type { LockWord } from "./locks.ts";

export interface Near {
  readonly bytes: Uint8Array;
  /** Runs `change` while nobody else accumulates into the window. */
  readonly alone: <T>(change: () => T) => T;
  readonly lock: LockWord;
  /** Gives the memory back to the system; what still looks at it sees zeros. Where that is left out, it goes by itself. */
  readonly discard?: () => void;
}
