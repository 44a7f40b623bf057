// transport/rendezvous-dial: layer 3. Finds rank 0 of a job without our launcher: tries its addresses, names anew each time,
// until it has proved itself there, for a bounded time. Called by wireup-engine.ts, in all ranks but 0.
import type { Socket } from "bun";
import type { FromLead, ToLead } from "../job/lead.ts";
import { RendezvousChannel } from "./rendezvous-channel.ts";
import { fingerprint, isAnswer, type Meeting, question, REFUSAL } from "./rendezvous-proof.ts";

/** Milliseconds for one connection, and that one has for itself before the next is tried too. */
const ATTEMPT_MS = 5000;
const STAGGER_MS = 250;
/** Milliseconds between rounds, at first and at most. */
const PAUSE_MS = [50, 1000] as const;
/** Milliseconds after which a rank that is only ever refused gives up; the port may first have been another job's. */
const REFUSED_MS = 5000;

export type LeadChannel = RendezvousChannel<FromLead, ToLead>;

/** Where rank 0 may be. */
export interface Place {
  /** Addresses, or a name that has them. */
  readonly hosts: readonly string[];
  readonly ports: readonly number[];
}

class Refused extends Error {}

interface Guest {
  channel: LeadChannel;
}

/**
 * Resolves with a channel to rank 0.
 * @param seconds how long to try
 * @throws Error that says what became of each address, when the time is over or rank 0 refuses this rank
 */
export async function reachLead(meeting: Meeting, rank: number, place: Place, seconds: number): Promise<LeadChannel> {
  const begun = performance.now();
  const where = place.hosts.join(", ");
  let refusedSince: number | undefined;
  for (let pause: number = PAUSE_MS[0]; ; pause = Math.min(2 * pause, PAUSE_MS[1])) {
    const failures: Error[] = [];
    const addresses = await resolveAll(place.hosts, failures);
    const ends = addresses.flatMap((address) => place.ports.map((port) => ({ address, port })));
    const channel = await firstOf(ends, meeting, rank, failures);
    if (channel) return channel;
    const now = performance.now();
    const refused = failures.some((failure) => failure instanceof Refused);
    refusedSince = refused ? (refusedSince ?? now) : undefined;
    const tried = [...new Set(failures.map(({ message }) => message))].join("; ");
    if (refusedSince !== undefined && now - refusedSince > REFUSED_MS) {
      throw new Error(
        `Cannot meet the other ranks: rank 0 on ${where} refuses rank ${rank}, which has another token or number of ranks, or is there twice (${tried})`,
      );
    }
    if (now - begun > seconds * 1000) {
      throw new Error(
        `Cannot meet the other ranks: rank 0 was not found on ${where} within ${seconds} s (TSMPI_WIREUP_TIMEOUT): ${tried}`,
      );
    }
    await Bun.sleep(pause);
  }
}

/** The hosts' addresses; what is none is asked for anew each time, as it may not be known yet. */
async function resolveAll(hosts: readonly string[], failures: Error[]): Promise<string[]> {
  const found = await Promise.all(
    hosts.map(async (host) => {
      if (/^[\d.]+$|:/.test(host)) return [host];
      try {
        // Not Bun's own resolver, which remembers failures.
        return (await Bun.dns.lookup(host, { backend: "system" })).map(({ address }) => address);
      } catch (error) {
        failures.push(new Error(`${host}: ${(error as Error).message}`));
        return [];
      }
    }),
  );
  return [...new Set(found.flat())];
}

/** The first connection on which rank 0 proves itself. */
function firstOf(
  ends: readonly { address: string; port: number }[],
  meeting: Meeting,
  rank: number,
  failures: Error[],
): Promise<LeadChannel | undefined> {
  const { promise, resolve } = Promise.withResolvers<LeadChannel | undefined>();
  const waiting = [...ends];
  let open = ends.length;
  let found = false;
  let timer: Timer | undefined;
  const next = () => {
    clearTimeout(timer);
    const end = waiting.shift();
    if (!end || found) return;
    attempt(end.address, end.port, meeting, rank).then(
      (channel) => {
        if (found) return channel.close();
        found = true;
        resolve(channel);
      },
      (error: Error) => {
        failures.push(error);
        if (--open === 0) resolve(undefined);
        else next();
      },
    );
    timer = setTimeout(next, STAGGER_MS);
  };
  if (open === 0) resolve(undefined);
  else next();
  return promise.finally(() => clearTimeout(timer));
}

function attempt(address: string, port: number, meeting: Meeting, rank: number): Promise<LeadChannel> {
  const { promise, resolve, reject } = Promise.withResolvers<LeadChannel>();
  let socket: Socket<Guest> | undefined;
  const fail = (reason: string, refused = false) => {
    const text = `${address} port ${port}: ${reason}`;
    reject(refused ? new Refused(text) : new Error(text));
    // After that: it may call back before it returns.
    socket?.end();
  };
  const timer = setTimeout(() => fail("no answer"), ATTEMPT_MS);
  const open = (opened: Socket<Guest>) => {
    socket = opened;
    const channel: LeadChannel = new RendezvousChannel(opened);
    channel.onClose = (reason) => fail(reason);
    opened.data.channel = channel;
  };
  const prove = (opened: Socket<Guest>) => {
    const { channel } = opened.data;
    const certificate = opened.getPeerX509Certificate()?.raw;
    if (!certificate) return fail("it has no certificate");
    const { line, answer } = question(meeting, rank, fingerprint(certificate));
    channel.onLine = (said) => {
      if (said === REFUSAL) return fail("it refused", true);
      if (!isAnswer(said, answer)) return fail("it has not the job's token");
      channel.onClose = () => {};
      // From here on only who waits for rank 0 keeps the event loop alive.
      opened.unref();
      resolve(channel);
    };
    channel.say(line);
  };
  Bun.connect<Guest>({
    hostname: address,
    port,
    data: { channel: undefined as unknown as LeadChannel },
    // The certificate is new: what makes it the right one is that both proofs cover it.
    tls: { rejectUnauthorized: false },
    socket: {
      binaryType: "uint8array",
      open,
      handshake: prove,
      data: (opened, chunk) => opened.data.channel.receive(chunk as unknown as Uint8Array),
      drain: (opened) => opened.data.channel.drained(),
      close: (opened) => opened.data.channel.closed("it was closed"),
      error: (opened, error) => opened.data.channel.closed(error.message),
    },
  }).catch((error: Error) => fail(error.message));
  return promise.finally(() => clearTimeout(timer));
}
