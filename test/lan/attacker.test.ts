// Somebody on the same network as a job: connects without the secret, says again what was said before, and listens.
import { join } from "node:path";
import { test } from "uvu";
import { equal, is, match, ok, skip } from "../support/assert.ts";
import { type Lan, makeLan, noLan, type Running } from "../support/lan.ts";
import { HOME, spawnInside } from "../support/lan-process.ts";

const reason =
  noLan() ?? (Bun.which("tcpdump", { PATH: `${process.env.PATH}:/usr/sbin` }) ? undefined : "tcpdump is not installed");
let lan: Lan;

/** Two ranks that send each other a text that is easy to find, in values and in buffers, until rank 1 finds a file. */
const talk = `import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
const text = "this-is-what-nobody-else-may-read";
const bytes = new TextEncoder().encode(text.repeat(1000));
const into = new Uint8Array(bytes.length);
let rounds = 0;
for (let going = true; going; rounds++) {
  await comm.sendrecv({ text }, { dest: 1 - comm.rank, source: 1 - comm.rank });
  await comm.sendrecv(bytes, { dest: 1 - comm.rank, source: 1 - comm.rank, into });
  if (Buffer.compare(bytes, into)) throw new Error("changed on the way");
  if (rounds === 20) console.log("talking", comm.rank);
  if (rounds > 20) await Bun.sleep(5);
  going = await comm.bcast(comm.rank === 1 && !(rounds > 20 && (await Bun.file("/tmp/go").exists())), { root: 1 });
}
console.log("done", comm.rank);
`;

interface Watched {
  readonly job: Running;
  /** Rank 0's port. */
  readonly port: number;
  /** Ends the job in good order; what it printed on stderr, and all that went to and from rank 0's host but ssh. */
  finish(): Promise<{ stderr: string; seen: Buffer }>;
  /** What was seen up to now. */
  seen(): Buffer;
}

/** Starts the job on lab1 and lab2, and a capture of all that lab1 says and hears. */
async function watched(...options: string[]): Promise<Watched> {
  const file = `/tmp/seen-${crypto.randomUUID()}`;
  const capture = lan.watch([
    "tcpdump",
    "-i",
    "port1",
    "-U",
    "-B",
    "32768",
    "-s",
    "0",
    "-w",
    file,
    "--immediate-mode",
    "tcp and not port 22",
  ]);
  await capture.prints("listening on");
  const job = lan.start(["run", "-np", "2", "-hosts", "lab1,lab2", ...options, "talk.ts"]);
  await job.prints(/(talking \d\n){2}/);
  const listeners = await lan.host(1).sh("ss -Hltn");
  const port = Number(/:(?!22\s)(\d+) /.exec(listeners.replaceAll(/^.*:22 .*$/gm, ""))![1]);
  const seen = () => Buffer.from(lan.captured(file));
  return {
    job,
    port,
    seen,
    async finish() {
      lan.host(2).write("/tmp/go", "");
      const { code, stdout, stderr } = await job.ended;
      await capture.kill("SIGINT");
      await capture.ended;
      await lan.host(2).sh("rm /tmp/go");
      is(code, 0, stderr);
      match(stdout, /done 0/);
      equal(await lan.leftovers(), []);
      return { stderr, seen: seen() };
    },
  };
}

/** What the stranger on lab3 is answered. */
async function stranger(how: string, port: number, said: string | Uint8Array, times = 1): Promise<string[]> {
  const program = [
    process.execPath,
    join(import.meta.dir, "../support/stranger.ts"),
    how,
    "10.91.0.2",
    `${port}`,
    `${times}`,
  ];
  const { stdout } = await spawnInside(lan.host(3).init, program, { stdin: said }, ["--net"]).ended;
  return stdout
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => Buffer.from(line, "base64").toString("latin1"));
}

/** The bytes of each packet that goes to `port`, from a capture in the format of pcap. */
function payloadsTo(port: number, capture: Buffer): Buffer[] {
  const packets: Buffer[] = [];
  for (let at = 24; at + 16 <= capture.length; ) {
    const length = capture.readUInt32LE(at + 8);
    const ip = capture.subarray(at + 16 + 14, at + 16 + length);
    at += 16 + length;
    const tcp = ip.subarray((ip[0]! & 15) * 4, ip.readUInt16BE(2));
    if (ip[0]! >> 4 === 4 && tcp.readUInt16BE(2) === port) packets.push(tcp.subarray((tcp[12]! >> 4) * 4));
  }
  return packets.filter((payload) => payload.length > 0);
}

const request = (port: number, id = "x") =>
  `GET /tsmpi/1/${id} HTTP/1.1\r\nHost: 10.91.0.2:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: tsmpi.1\r\nAuthorization: Tsmpi rank=1, nonce=AAAAAAAAAAAAAAAAAAAAAA, proof=${"A".repeat(43)}\r\n\r\n`;

if (reason !== undefined) skip("somebody on the network", reason);
else {
  test.before(async () => {
    lan = await makeLan({ hosts: 4 });
    lan.host(0).write(`${HOME}/talk.ts`, talk);
  });
  test.after(() => lan.end());

  test("who listens reads nothing of a job's messages, nor of its handshake; with --no-tls it reads both", async () => {
    for (const tls of [true, false]) {
      const { seen } = await (await watched(...(tls ? [] : ["--no-tls"]))).finish();
      // A capture may miss packets on a busy machine, but not most of 1.3 MB.
      ok(seen.length > 300_000, `${seen.length} bytes were seen`);
      is(seen.includes("this-is-what-nobody-else-may-read"), !tls);
      is(seen.includes("GET /tsmpi/1/"), !tls);
    }
  });

  test("who has no secret is refused, is told to the user, and the job goes on", async () => {
    const { port, seen, finish } = await watched("--no-tls");
    const id = /GET \/tsmpi\/1\/([^ ]+) /.exec(seen().toString("latin1"))![1]!;
    match((await stranger("plain", port, request(port, id)))[0]!, /^HTTP\/1\.1 401 /);
    match((await stranger("plain", port, request(port)))[0]!, /^HTTP\/1\.1 404 /);
    match(
      (await stranger("plain", port, request(port, id).replace("Host: 10", "Host: evil.10")))[0]!,
      /^HTTP\/1\.1 403 /,
    );
    match(
      (await stranger("plain", port, request(port, id).replace("\r\n", "\r\nOrigin: http://a.b\r\n")))[0]!,
      /^HTTP\/1\.1 403 /,
    );
    const { stderr } = await finish();
    match(
      stderr,
      /^tsmpi: rank 0 refused a connection from (::ffff:)?10\.91\.0\.4: it has no proof of the job's secret$/m,
    );
    is(stderr.trim().split("\n").length, 4, stderr);
  });

  test("who knocks 200 times with wrong proofs is refused each time, and the user reads it once", async () => {
    const { port, seen, finish } = await watched("--no-tls");
    const id = /GET \/tsmpi\/1\/([^ ]+) /.exec(seen().toString("latin1"))![1]!;
    const answers = await stranger("plain", port, request(port, id), 200);
    is(answers.filter((answer) => answer !== "" && !answer.startsWith("HTTP/1.1 401 ")).length, 0);
    const { stderr } = await finish();
    is(
      stderr.match(/no proof of the job's secret$/gm)?.length,
      1 + (/has refused 100 connections.*no proof/.test(stderr) ? 1 : 0),
      stderr,
    );
    ok(stderr.trim().split("\n").length <= 3, stderr);
  });

  test("a handshake that was recorded is worth nothing: not in the same job, not in the next", async () => {
    const { port, seen, finish } = await watched("--no-tls", "--port-range", "6000:6009");
    is(port, 6000);
    const recorded = payloadsTo(port, seen()).find((payload) => payload.includes("GET /tsmpi/1/"))!;
    match(recorded.toString("latin1"), /proof=[\w-]{43}\r\n/);
    match((await stranger("plain", port, recorded))[0]!, /^HTTP\/1\.1 409 /);
    match((await finish()).stderr, /it repeats what rank 1 has said/);
    const next = await watched("--no-tls", "--port-range", "6000:6009");
    match((await stranger("plain", next.port, recorded))[0]!, /^HTTP\/1\.1 40[0-9] /);
    match(
      (await next.finish()).stderr,
      /refused a connection from (::ffff:)?10\.91\.0\.4: it (asks for|is for|wants) another job/,
    );
  });

  test("with TLS, plain requests, TLS without the job's certificate, and recorded TLS get no answer; the job goes on", async () => {
    const { port, seen, finish } = await watched();
    equal(await stranger("plain", port, request(port)), [""]);
    const recorded = Buffer.concat(payloadsTo(port, seen()).slice(0, 6));
    is(recorded[0], 0x16);
    const [answer] = await stranger("plain", port, recorded);
    ok(!answer!.includes("HTTP/1.1"));
    for (const how of ["tls", "tls-with-certificate"]) equal(await stranger(how, port, request(port)), [""]);
    match((await finish()).stderr, /rank 0 refused a connection from (::ffff:)?10\.91\.0\.4: /);
  });
}

test.run();
