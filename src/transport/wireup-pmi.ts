// transport/wireup-pmi: layer 3. Ranks that Hydra (MPICH's mpiexec), Intel MPI or `srun --mpi=pmi2` has started: PMI-1, lines of
// `key=value` on an inherited socket (PMI_FD) or over TCP (PMI_PORT), a question and an answer each. Called by engines.ts.
import { readSync, writeSync } from "node:fs";
import type { Socket } from "bun";
import { numberVariable, variable } from "../base/config.ts";
import type { Engine } from "./wireup-engine.ts";

type Fields = Readonly<Record<string, string>>;

/** The words of a line; a value has no spaces. */
export function fieldsOf(line: string): Fields {
  const words = line.split(" ").filter((word) => word !== "");
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf("=");
      return at < 0 ? [word, ""] : [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}

const LAST_ANSWER_MS = 2000;

/** Lines to and from the engine. */
class PmiSession {
  readonly #socket: Socket;
  readonly #fd: number | undefined;
  #text = "";
  #gone: string | undefined;
  #wanted: (() => void) | undefined;

  private constructor(socket: Socket, fd: number | undefined) {
    this.#socket = socket;
    this.#fd = fd;
  }

  static async open(
    where: { readonly fd: number } | { readonly hostname: string; readonly port: number },
  ): Promise<PmiSession> {
    let session: PmiSession | undefined;
    const gone = (reason: string) => {
      if (session) session.#closed(reason);
    };
    const socket = await Bun.connect({
      // Not in Bun's types: an inherited socket by its descriptor.
      ...(where as { hostname: string; port: number }),
      socket: {
        data: (_, chunk) => {
          if (session) session.#receive(chunk);
        },
        close: () => gone("it closed its connection"),
        end: () => gone("it closed its connection"),
        error: (_, error) => gone(error.message),
      },
    });
    socket.unref();
    session = new PmiSession(socket, "fd" in where ? where.fd : undefined);
    return session;
  }

  /** Sends a command; with the descriptor itself, the engine has it when this returns. */
  send(command: string): void {
    const line = `${command}\n`;
    if (this.#gone !== undefined) return;
    try {
      if (this.#fd === undefined) this.#socket.write(line);
      else writeSync(this.#fd, line);
    } catch {
      // The engine has gone: the next answer will not come.
    }
  }

  /**
   * Sends the last command. An inherited socket is closed only when the engine has answered: one that cannot write its answer
   * takes that for a failure of the job.
   */
  end(command: string): void {
    this.send(command);
    if (this.#fd === undefined) return;
    const answer = Buffer.alloc(256);
    for (const limit = performance.now() + LAST_ANSWER_MS; performance.now() < limit; Bun.sleepSync(1)) {
      try {
        readSync(this.#fd, answer);
        return;
      } catch (error) {
        // Not there yet; anything else says that the engine has gone.
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return;
      }
    }
  }

  /** Sends a command and awaits the answer, which has to be `expected`. */
  async ask(command: string, expected: string): Promise<Fields> {
    this.send(command);
    const fields = await this.answer();
    if (fields.cmd !== expected) throw new Error(`Cannot use PMI: the answer to ${command} is cmd=${fields.cmd}`);
    if (fields.rc !== undefined && fields.rc !== "0") {
      throw new Error(`Cannot use PMI: ${command.split(" ", 1)} failed: ${fields.msg ?? `rc=${fields.rc}`}`);
    }
    return fields;
  }

  async answer(): Promise<Fields> {
    const seconds = numberVariable("TSMPI_WIREUP_TIMEOUT");
    const limit = setTimeout(
      () => this.#closed(`no answer within ${seconds} s (TSMPI_WIREUP_TIMEOUT)`),
      seconds * 1000,
    );
    this.#socket.ref();
    try {
      for (;;) {
        const end = this.#text.indexOf("\n");
        if (end >= 0) {
          const line = this.#text.slice(0, end);
          this.#text = this.#text.slice(end + 1);
          return fieldsOf(line);
        }
        if (this.#gone !== undefined) throw new Error(`Cannot use PMI: ${this.#gone}`);
        await new Promise<void>((resolve) => {
          this.#wanted = resolve;
        });
      }
    } finally {
      clearTimeout(limit);
      this.#socket.unref();
    }
  }

  #receive(chunk: Uint8Array): void {
    this.#text += Buffer.from(chunk).toString("latin1");
    this.#wanted?.();
  }

  #closed(reason: string): void {
    this.#gone ??= reason;
    this.#wanted?.();
  }
}

/** Bytes of a value beside its key and its `cmd`, for engines whose whole line has at most 1024. */
const VALUE = 700;

export async function pmi(): Promise<Engine> {
  const descriptor = variable("PMI_FD");
  const { session, rank, size } =
    descriptor === undefined ? await overTcp(variable("PMI_PORT") ?? "") : await inherited(Number(descriptor));
  // Slurm's server wants this very line.
  await session.ask("cmd=init pmi_version=1 pmi_subversion=1", "response_to_init");
  const { vallen_max } = await session.ask("cmd=get_maxes", "maxes");
  const { kvsname = "" } = await session.ask("cmd=get_my_kvsname", "my_kvsname");
  const longest = Math.min(Number(vallen_max) - 1 || VALUE, VALUE);

  /** Rank 0's text in pieces; the first says how many there are. What was put can be read behind the barrier. */
  async function share(text: string | undefined): Promise<string> {
    if (text !== undefined) {
      const encoded = Buffer.from(text).toString("base64url");
      const pieces = encoded.match(new RegExp(`.{1,${longest}}`, "g")) ?? [];
      await session.ask(`cmd=put kvsname=${kvsname} key=tsmpi-pieces value=${pieces.length}`, "put_result");
      for (const [i, piece] of pieces.entries()) {
        await session.ask(`cmd=put kvsname=${kvsname} key=tsmpi-${i} value=${piece}`, "put_result");
      }
    }
    await session.ask("cmd=barrier_in", "barrier_out");
    if (text !== undefined) return text;
    const get = async (key: string) =>
      (await session.ask(`cmd=get kvsname=${kvsname} key=${key}`, "get_result")).value ?? "";
    let encoded = "";
    const count = Number(await get("tsmpi-pieces"));
    for (let i = 0; i < count; i++) encoded += await get(`tsmpi-${i}`);
    return Buffer.from(encoded, "base64url").toString();
  }

  return {
    rank,
    size,
    // Hydra's variable, and Slurm's.
    oneHost: variable("MPI_LOCALNRANKS") === `${size}` || variable("SLURM_STEP_NUM_NODES") === "1",
    job: kvsname,
    meeting: { share },
    abort: (code) => session.send(`cmd=abort exitcode=${code}`),
    leave: () => session.end("cmd=finalize"),
  };
}

interface Opened {
  readonly session: PmiSession;
  readonly rank: number;
  readonly size: number;
}

async function inherited(fd: number): Promise<Opened> {
  const [rank, size] = [Number(variable("PMI_RANK")), Number(variable("PMI_SIZE"))];
  if (!Number.isInteger(fd) || !Number.isInteger(rank) || !Number.isInteger(size)) {
    throw new Error("Cannot use PMI: PMI_FD, PMI_RANK and PMI_SIZE have to be numbers");
  }
  return { session: await PmiSession.open({ fd }), rank, size };
}

async function overTcp(address: string): Promise<Opened> {
  const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(address) ?? [];
  const open = (hostname: string) => PmiSession.open({ hostname, port: Number(port) });
  // A host may not know itself by its own name.
  const session = await open(host)
    .catch(() => open("127.0.0.1"))
    .catch((error: Error) => {
      throw new Error(`Cannot use PMI: nobody answers at PMI_PORT=${address}: ${error.message}`);
    });
  await session.ask(`cmd=initack pmiid=${variable("PMI_ID") ?? "0"}`, "initack");
  const { size } = await session.answer();
  const { rank } = await session.answer();
  await session.answer();
  return { session, rank: Number(rank), size: Number(size) };
}
