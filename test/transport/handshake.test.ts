// The judgement of opening handshakes, as text.
import { createHash } from "node:crypto";
import { test } from "uvu";
import { checkResponse, type Ends, freshNonce, judge, request } from "../../src/transport/handshake.ts";
import { equal, is, match, not, ok } from "../support/assert.ts";
import { job } from "./meshes.ts";

const host = "127.0.0.1:4000";
const serverNonce = new Uint8Array(16).fill(3);
const SIZE = 4;

function ends(changes: Partial<Ends> = {}): Ends {
  return { source: 2, dest: 1, clientNonce: freshNonce(), serverNonce, ...changes };
}

/** The request head as a listener sees it. */
function headOf(who: Ends, key = job): string {
  return request(key, who, host).head.replace(/\r\n\r\n$/, "");
}

/** What rank 1 of 4 makes of a request. */
function judged(head: string) {
  return judge(head, job, 1, SIZE, serverNonce, new Set([host, `[127.0.0.1]:4000`]));
}

test("judge() accepts a rank of the job, and checkResponse() accepts its answer", () => {
  const who = ends();
  const { head, key } = request(job, who, host);
  const verdict = judged(head.slice(0, -4));
  ok(verdict.accepted);
  is(verdict.source, 2);
  is(checkResponse(verdict.response.slice(0, -4), key, job, who), undefined);
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  match(verdict.response, `\r\nSec-WebSocket-Accept: ${accept}\r\n`);
});

test("header names and the word websocket are read in any case", () => {
  const head = headOf(ends()).replace("Upgrade: websocket", "UPGRADE: WebSocket").replace("Host:", "hOST:");
  ok(judged(head).accepted);
});

test("a request never contains the secret", () => {
  const secret = Buffer.from(job.secret);
  for (const form of ["base64", "base64url", "hex", "latin1"] as const) {
    is(headOf(ends()).includes(secret.toString(form)), false);
  }
});

const other = { id: job.id, secret: new Uint8Array(32).fill(8) };
const good = headOf(ends());
for (const [what, head, status, reason] of [
  ["without Authorization", good.replace(/\r\nAuthorization: [^\r]*/, ""), 401, "no proof"],
  ["with another secret", headOf(ends(), other), 401, "no proof"],
  ["with an empty secret", headOf(ends(), { id: job.id, secret: new Uint8Array(0) }), 401, "no proof"],
  ["with a cut proof", good.replace(/proof=[\w-]{10}/, "proof="), 401, "no proof"],
  ["for another listener", headOf(ends({ dest: 0 })), 401, "no proof"],
  ["with another listener's nonce", headOf(ends({ serverNonce: new Uint8Array(16) })), 401, "no proof"],
  ["whose rank was changed", good.replace("rank=2", "rank=3"), 401, "no proof"],
  ["whose nonce was changed", good.replace(/nonce=.{22}/, `nonce=${freshNonce()}`), 401, "no proof"],
  ["with a negative rank", good.replace("rank=2", "rank=-1"), 401, "no proof"],
  ["that claims the listener's own rank", headOf(ends({ source: 1 })), 401, "claims to be rank 1"],
  ["that claims rank 4 of 4", headOf(ends({ source: 4 })), 401, "claims to be rank 4"],
  ["with an Origin", `${good}\r\nOrigin: https://example.org`, 403, "web page"],
  ["with an empty Origin", `${good}\r\norigin:`, 403, "web page"],
  ["with another Host", good.replace(host, "evil.example:4000"), 403, "another host"],
  ["with another port in Host", good.replace(host, "127.0.0.1:4001"), 403, "another host"],
  ["without Host", good.replace(/Host: [^\r]*\r\n/, ""), 403, "another host"],
  ["for another job", good.replace(job.id, "fedcba9876543210"), 404, "another job"],
  ["for the root", good.replace(`/tsmpi/1/${job.id}`, "/"), 404, "another job"],
  ["with POST", good.replace("GET", "POST"), 404, "another job"],
  ["of HTTP/1.0", good.replace("HTTP/1.1", "HTTP/1.0"), 404, "another job"],
  ["without Upgrade", good.replace("Upgrade: websocket\r\n", ""), 400, "no tsmpi.1"],
  ["of WebSocket version 8", good.replace("Version: 13", "Version: 8"), 400, "no tsmpi.1"],
  ["without a key", good.replace(/Sec-WebSocket-Key: [^\r]*\r\n/, ""), 400, "no tsmpi.1"],
  ["of another protocol", good.replace("Protocol: tsmpi.1", "Protocol: chat"), 400, "no tsmpi.1"],
  ["of garbage", "\x16\x03\x01\x02\0garbage\r\nno header", 400, "no WebSocket"],
  ["of nothing", "", 400, "no WebSocket request"],
] as const) {
  test(`judge() refuses a request ${what} with ${status}`, () => {
    const verdict = judged(head);
    ok(!verdict.accepted);
    match(verdict.response, new RegExp(`^HTTP/1\\.1 ${status} [\\w ]+\\r\\n(.+\\r\\n)*\\r\\n$`));
    match(verdict.reason, reason);
  });
}

test("a refusal's reason repeats nothing that the stranger wrote", () => {
  const reasons = ["https://a.example", "\x1b[2J"].map((origin) => judged(`${good}\r\nOrigin: ${origin}`));
  equal(reasons[0], reasons[1]);
});

test("checkResponse() names what is wrong with an answer", () => {
  const who = ends();
  const { head, key } = request(job, who, host);
  const verdict = judged(head.slice(0, -4));
  const answer = verdict.response.slice(0, -4);
  const check = (text: string, changes: Partial<Ends> = {}) => checkResponse(text, key, job, { ...who, ...changes });
  match(check("HTTP/1.1 409 Conflict\r\nContent-Length: 0")!, "it refused: 409 Conflict");
  match(check("\0\x01\r\n\x02")!, "no HTTP");
  match(check(answer.replace(/Tsmpi-Proof: [^\r]*/, "X: y"))!, "no proof");
  match(check(answer.replace(/Tsmpi-Proof: .{5}/, "Tsmpi-Proof: AAAAA"))!, "no proof");
  match(check(answer, { dest: 3 })!, "no proof");
  match(check(answer.replace(/Accept: .{5}/, "Accept: AAAAA"))!, "another request");
  const theirs = /proof=([\w-]+)/.exec(head)![1]!;
  match(check(answer.replace(/Tsmpi-Proof: [^\r]*/, `Tsmpi-Proof: ${theirs}`))!, "no proof");
});

test("freshNonce() never repeats", () => {
  not.equal(freshNonce(), freshNonce());
});

test.run();
