// transport/handshake: layer 3. How two ranks prove to each other that they belong to the same job, inside WebSocket's
// opening handshake (RFC 6455 §4). Pure functions; websocket.ts moves the bytes.
//
//   dialer    GET /tsmpi/1/<job> … Authorization: Tsmpi rank=3, nonce=<fresh>, proof=HMAC(secret, "client" …)
//   listener  101 Switching Protocols … Tsmpi-Proof: HMAC(secret, "server" …)
//
// Both proofs cover the job, both ranks, the dialer's fresh nonce and the listener's nonce (from its card, fresh per
// job): nothing recorded elsewhere is worth anything, and who holds no secret learns nothing and gets no frame read.
//
// Bun's own hashes and random bytes, not node:crypto: loading that took every rank 1.2 ms and 400 KB.
/** What identifies a job to its ranks. */
export interface JobKey {
  readonly id: string;
  readonly secret: Uint8Array;
}

/** One end's view of a connection that is being made. */
export interface Ends {
  /** Rank that dials. */
  readonly source: number;
  /** Rank that listens. */
  readonly dest: number;
  /** The dialer's nonce, base64url. */
  readonly clientNonce: string;
  /** The listener's nonce, from its card. */
  readonly serverNonce: Uint8Array;
}

/** Longest request or response head that is read. */
export const HEAD_LIMIT = 8 * 1024;

const PROTOCOL = "tsmpi.1";

function proof(side: "client" | "server", job: JobKey, ends: Ends): Buffer {
  const { source, dest, clientNonce, serverNonce } = ends;
  const nonce = Buffer.from(serverNonce).toString("base64url");
  return new Bun.CryptoHasher("sha256", job.secret)
    .update([PROTOCOL, side, job.id, source, dest, clientNonce, nonce].join("\n"))
    .digest();
}

function sameProof(text: string | undefined, expected: Buffer): boolean {
  const given = Buffer.from(text ?? "", "base64url");
  return given.byteLength === expected.byteLength && crypto.timingSafeEqual(given, expected);
}

function acceptKey(key: string): string {
  return new Bun.CryptoHasher("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

/** The dialer's request, and the key that the response must answer. */
export function request(job: JobKey, ends: Ends, host: string): { readonly head: string; readonly key: string } {
  const key = random16().toString("base64");
  const head = [
    `GET /tsmpi/1/${job.id} HTTP/1.1`,
    `Host: ${host}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${key}`,
    `Sec-WebSocket-Protocol: ${PROTOCOL}`,
    `Authorization: Tsmpi rank=${ends.source}, nonce=${ends.clientNonce}, proof=${proof("client", job, ends).toString("base64url")}`,
    "",
    "",
  ].join("\r\n");
  return { head, key };
}

/** A fresh nonce, as it stands in a request. */
export function freshNonce(): string {
  return random16().toString("base64url");
}

function random16(): Buffer {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16)).buffer);
}

/** A request or response head in pieces; undefined when it is none. */
function parseHead(
  text: string,
): { readonly first: string; readonly headers: ReadonlyMap<string, string> } | undefined {
  const [first, ...lines] = text.split("\r\n");
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon < 1) return undefined;
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return { first: first ?? "", headers };
}

/** What the listener makes of a request: the rank that dialed and the response, or a refusal and why. */
export type Verdict =
  | { readonly accepted: true; readonly source: number; readonly nonce: string; readonly response: string }
  | { readonly accepted: false; readonly reason: string; readonly response: string };

function refuse(status: string, reason: string): Verdict {
  return { accepted: false, reason, response: `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n` };
}

/** Judges a request head (without the empty line at its end). `hosts` are the `Host` headers that mean this listener. */
export function judge(
  text: string,
  job: JobKey,
  dest: number,
  size: number,
  nonce: Uint8Array,
  hosts: ReadonlySet<string>,
): Verdict {
  const head = parseHead(text);
  if (!head || !/ HTTP\/1\.[01]$/.test(head.first)) return refuse("400 Bad Request", "it is no WebSocket request");
  const { first, headers } = head;
  if (headers.has("origin")) return refuse("403 Forbidden", "it comes from a web page (it has an Origin header)");
  if (!hosts.has(headers.get("host") ?? "")) return refuse("403 Forbidden", "it asks for another host");
  if (first !== `GET /tsmpi/1/${job.id} HTTP/1.1`) return refuse("404 Not Found", "it asks for another job");
  const key = headers.get("sec-websocket-key");
  const upgrade =
    headers.get("upgrade")?.toLowerCase() === "websocket" && headers.get("sec-websocket-version") === "13";
  if (!upgrade || !key || headers.get("sec-websocket-protocol") !== PROTOCOL)
    return refuse("400 Bad Request", "it is no tsmpi.1 WebSocket request");
  const said = /^Tsmpi rank=(\d{1,9}), nonce=([\w-]{16,64}), proof=([\w-]{43})$/.exec(
    headers.get("authorization") ?? "",
  );
  const source = Number(said?.[1] ?? -1);
  const ends = { source, dest, clientNonce: said?.[2] ?? "", serverNonce: nonce };
  if (!said || !sameProof(said[3], proof("client", job, ends)))
    return refuse("401 Unauthorized", "it has no proof of the job's secret");
  if (source >= size || source === dest) return refuse("401 Unauthorized", `it claims to be rank ${source}`);
  const response = [
    "HTTP/1.1 101 Switching Protocols",
    "Connection: Upgrade",
    "Upgrade: websocket",
    `Sec-WebSocket-Accept: ${acceptKey(key)}`,
    `Sec-WebSocket-Protocol: ${PROTOCOL}`,
    `Tsmpi-Proof: ${proof("server", job, ends).toString("base64url")}`,
    "",
    "",
  ].join("\r\n");
  return { accepted: true, source, nonce: ends.clientNonce, response };
}

/** Refuses a connection beside the one that there is. */
export const TAKEN = "HTTP/1.1 409 Conflict\r\nContent-Length: 0\r\n\r\n";

export function isTaken(head: string): boolean {
  return head.startsWith("HTTP/1.1 409 ");
}

/** Checks a response head against the request's key; returns what is wrong with it, or undefined. */
export function checkResponse(text: string, key: string, job: JobKey, ends: Ends): string | undefined {
  const head = parseHead(text);
  if (!head) return "the answer is no HTTP";
  if (!head.first.startsWith("HTTP/1.1 101 ")) return `it refused: ${head.first.slice(9, 60)}`;
  if (head.headers.get("sec-websocket-accept") !== acceptKey(key)) return "the answer is to another request";
  if (!sameProof(head.headers.get("tsmpi-proof"), proof("server", job, ends)))
    return "it has no proof of the job's secret";
  return undefined;
}
