// cli/launch/line-prefix: layer 10. What `--tag-output` and `--timestamp-output` put before each line of a rank.
// Used by rank-output.

/** What is wanted before each line. */
export interface PrefixOptions {
  readonly tag: boolean;
  readonly timestamp: boolean;
}

const LINE_END = 10;

export class LinePrefix {
  #tag: string;
  #timestamp: boolean;
  #atStart = true;

  constructor(rank: number, options: PrefixOptions) {
    this.#tag = options.tag ? `[${rank}] ` : "";
    this.#timestamp = options.timestamp;
  }

  /** What follows begins a new line, whatever came before. */
  restart(): void {
    this.#atStart = true;
  }

  /** The pieces, which follow on the ones before, with a prefix before each line that begins in them. */
  apply(pieces: readonly Uint8Array[]): Uint8Array[] {
    const prefix = Buffer.from((this.#timestamp ? `${new Date().toISOString()} ` : "") + this.#tag);
    return pieces.map((piece) => this.#applyTo(piece, prefix));
  }

  #applyTo(piece: Uint8Array, prefix: Buffer): Uint8Array {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const starts = this.#lineStarts(bytes);
    const out = Buffer.allocUnsafe(bytes.length + starts.length * prefix.length);
    let to = bytes.copy(out, 0, 0, starts[0] ?? bytes.length);
    for (let i = 0; i < starts.length; i++) {
      to += prefix.copy(out, to);
      to += bytes.copy(out, to, starts[i]!, starts[i + 1] ?? bytes.length);
    }
    return out;
  }

  /** Where lines begin in `bytes`. */
  #lineStarts(bytes: Buffer): number[] {
    const starts: number[] = [];
    if (bytes.length === 0) return starts;
    if (this.#atStart) starts.push(0);
    for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, end + 1)) {
      if (end + 1 < bytes.length) starts.push(end + 1);
    }
    this.#atStart = bytes[bytes.length - 1] === LINE_END;
    return starts;
  }
}
