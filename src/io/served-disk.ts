// io/served-disk: layer 8. A file that only rank 0 has open, for hosts without a file system in common (the hint `striping` is
// `root`): the others ask it for what they read, and hand it what they write (service.ts). Called by opening.ts.
import type { Service } from "./service.ts";
import type { Storage } from "./storage.ts";

/** Bytes that one question asks for, or brings. */
const PIECE = 4 * 1024 * 1024;

interface Question {
  readonly offset: number;
  /** What is written. */
  readonly bytes?: Uint8Array;
  /** How much is to be read; both left out only asks for the size. */
  readonly length?: number;
}

interface Answer {
  readonly size: number;
  readonly bytes?: Uint8Array;
}

/** On rank 0: answers the others. */
export function serve(service: Service, disk: Storage): void {
  service.offer("disk", async ({ offset, bytes, length }: Question): Promise<Answer> => {
    if (bytes) await disk.write(bytes, offset);
    if (length === undefined) return { size: disk.size };
    const room = new Uint8Array(length);
    const got = await disk.read(room, offset);
    return { size: disk.size, bytes: room.subarray(0, got) };
  });
}

export class ServedDisk implements Storage {
  readonly path: string;
  readonly #service: Service;
  #size = 0;

  constructor(path: string, service: Service) {
    this.path = path;
    this.#service = service;
  }

  get size(): number {
    return this.#size;
  }

  async read(bytes: Uint8Array, offset: number): Promise<number> {
    for (let done = 0; done < bytes.length; ) {
      const length = Math.min(PIECE, bytes.length - done);
      const { bytes: got } = await this.#ask({ offset: offset + done, length });
      bytes.set(got!, done);
      done += got!.length;
      if (got!.length < length) return done;
    }
    return bytes.length;
  }

  async write(bytes: Uint8Array, offset: number): Promise<void> {
    for (let done = 0; done < bytes.length; done += PIECE) {
      await this.#ask({ offset: offset + done, bytes: bytes.subarray(done, done + PIECE) });
    }
  }

  async refresh(): Promise<void> {
    await this.#ask({ offset: 0 });
  }

  async #ask(question: Question): Promise<Answer> {
    const answer: Answer = await this.#service.ask("disk", question);
    this.#size = answer.size;
    return answer;
  }

  // What rank 0 does for all.
  resize(): void {}
  reserve(): void {}
  async sync(): Promise<void> {}
  close(): void {}
}
