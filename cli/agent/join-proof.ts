// cli/agent/join-proof: layer 10. How a launcher and an agent that waits for work prove to each other that they have the
// same code, inside TLS. Lines of text; pure. Spoken by join-listener.ts (the agent's side) and join-dial.ts.
//
//   agent     ── tsmpi-join 1 <nonce> ─────────────────────▶  launcher: has compared the certificate with the code
//             ◀── tsmpi-prove <job|look> <nonce> <proof> ──
//             ── tsmpi-welcome <proof> <free|busy> ────────▶  or: tsmpi-refused <words>
//
// Behind the welcome to a job comes the agent's greeting, and then its channel as over ssh. A proof is HMAC-SHA-256,
// keyed with the secret, of who proves, what is wanted, the whole fingerprint of the certificate that this connection
// has, and both nonces, which are fresh for each connection: what was recorded on another one proves nothing.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

export const JOIN = "tsmpi-join ";
export const PROVE = "tsmpi-prove ";
export const WELCOME = "tsmpi-welcome ";
export const REFUSED = "tsmpi-refused ";

/** Counts what the version before would not understand. */
export const JOIN_PROTOCOL = 1;

/** `job`: to work for the launcher; `look`: only to tell whether the agent is free. */
export type Wish = "job" | "look";

export function isWish(text: string | undefined): text is Wish {
  return text === "job" || text === "look";
}

/** What both proofs of a connection are about. */
export interface Meeting {
  readonly wish: Wish;
  /** SHA-256 of the agent's certificate, as this side sees it; hex. */
  readonly certificate: string;
  readonly agentNonce: string;
  readonly launcherNonce: string;
}

export function joinNonce(): string {
  return randomBytes(32).toString("base64url");
}

/** A nonce as it comes from the other side. */
export function isNonce(text: string | undefined): text is string {
  return /^[\w-]{43}$/.test(text ?? "");
}

export function joinProof(side: "launcher" | "agent", secret: Uint8Array, meeting: Meeting): string {
  const { wish, certificate, agentNonce, launcherNonce } = meeting;
  const text = ["tsmpi-join", JOIN_PROTOCOL, side, wish, certificate, agentNonce, launcherNonce].join("\n");
  return createHmac("sha256", secret).update(text).digest("base64url");
}

/** True when `given` is that side's proof; takes the same time for every wrong one. */
export function isProof(
  given: string | undefined,
  side: "launcher" | "agent",
  secret: Uint8Array,
  meeting: Meeting,
): boolean {
  const wanted = Buffer.from(joinProof(side, secret, meeting));
  const said = Buffer.from(given ?? "");
  return said.byteLength === wanted.byteLength && timingSafeEqual(said, wanted);
}
