// transport/rendezvous-proof: layer 3. How rank 0 and another rank prove to each other, inside TLS, that they have the
// job's token. Rank 0's certificate is new and nobody knows it yet: both proofs cover its fingerprint as the rank sees it, so
// that who stands between the two has nothing to pass on. Pure; used by rendezvous.ts and rendezvous-dial.ts.
//
//   rank      tsmpi-rendezvous.1 <rank> <fresh nonce> HMAC(token, "client" …)
//   rank 0    tsmpi-rendezvous.1 HMAC(token, "server" …), or "tsmpi-rendezvous.1 no"; then control messages
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const PROTOCOL = "tsmpi-rendezvous.1";

/** What both ends know before they meet. */
export interface Meeting {
  /** The same text in all ranks of a job. */
  readonly job: string;
  readonly size: number;
  readonly token: Uint8Array;
}

/** Longest line of either side. */
export const LINE_LIMIT = 256;
export const REFUSAL = `${PROTOCOL} no\n`;

/** Of a certificate in DER. */
export function fingerprint(certificate: Uint8Array): string {
  return createHash("sha256").update(certificate).digest("base64url");
}

function proof(side: "client" | "server", meeting: Meeting, rank: string, nonce: string, print: string): string {
  return createHmac("sha256", meeting.token)
    .update([PROTOCOL, side, meeting.job, meeting.size, rank, nonce, print].join("\n"))
    .digest("base64url");
}

function same(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.byteLength === y.byteLength && timingSafeEqual(x, y);
}

/** A rank's line, and the line that answers it. */
export function question(
  meeting: Meeting,
  rank: number,
  print: string,
): { readonly line: string; readonly answer: string } {
  const nonce = randomBytes(16).toString("base64url");
  const line = `${PROTOCOL} ${rank} ${nonce} ${proof("client", meeting, `${rank}`, nonce, print)}\n`;
  return { line, answer: `${PROTOCOL} ${proof("server", meeting, `${rank}`, nonce, print)}\n` };
}

/** True when `line` is the `answer` that a rank waits for. */
export function isAnswer(line: string, answer: string): boolean {
  return same(line, answer);
}

/** What rank 0 makes of a rank's line: which rank it is and the answer; undefined: it has not got the token. */
export function judge(meeting: Meeting, line: string, print: string): { rank: number; answer: string } | undefined {
  const said = /^(\S+) (\d{1,9}) ([\w-]{22}) ([\w-]{43})\n$/.exec(line);
  if (!said || said[1] !== PROTOCOL) return undefined;
  const [, , rank = "", nonce = "", given = ""] = said;
  if (!same(given, proof("client", meeting, rank, nonce, print))) return undefined;
  if (Number(rank) < 1 || Number(rank) >= meeting.size) return undefined;
  return { rank: Number(rank), answer: `${PROTOCOL} ${proof("server", meeting, rank, nonce, print)}\n` };
}
