// Where ranks without our launcher meet rank 0: who has the token comes in, nobody else, and nobody can stand between.
import { connect } from "node:tls";
import { test } from "uvu";
import { makeCertificate } from "../../src/transport/certificate.ts";
import { type RankChannel, Rendezvous } from "../../src/transport/rendezvous.ts";
import { reachLead } from "../../src/transport/rendezvous-dial.ts";
import { fingerprint, isAnswer, judge, type Meeting, question } from "../../src/transport/rendezvous-proof.ts";
import { equal, is, match, ok, rejects } from "../support/assert.ts";

const meeting = (token: string, size = 3): Meeting => ({ job: "job", size, token: Buffer.from(token) });
const print = fingerprint(Buffer.from("certificate"));

test("rank and rank 0 prove the token to each other", () => {
  const { line, answer } = question(meeting("secret"), 2, print);
  const verdict = judge(meeting("secret"), line, print);
  is(verdict?.rank, 2);
  ok(isAnswer(verdict!.answer, answer));
});

test("another token, job, size, rank or certificate proves nothing", () => {
  const { line, answer } = question(meeting("secret"), 2, print);
  is(judge(meeting("other"), line, print), undefined);
  is(judge({ ...meeting("secret"), job: "next" }, line, print), undefined);
  is(judge(meeting("secret", 4), line, print), undefined);
  is(judge(meeting("secret"), line.replace(" 2 ", " 1 "), print), undefined);
  // Who passes the line on, from a connection with a certificate of his own.
  is(judge(meeting("secret"), line, fingerprint(Buffer.from("another"))), undefined);
  for (const rank of [0, 3, 7])
    is(judge(meeting("secret"), question(meeting("secret"), rank, print).line, print), undefined);
  for (const text of ["", "\n", "GET / HTTP/1.1\n", line.trim(), `${line}x`])
    is(judge(meeting("secret"), text, print), undefined);
  ok(!isAnswer(question(meeting("secret"), 2, print).answer, answer));
});

// Sockets do not keep a process alive here: only who waits for something does.
const alive = setInterval(() => {}, 60_000);
test.after(() => clearInterval(alive));

/** A rendezvous on loopback, with what came and what was refused. */
async function open() {
  const came: number[] = [];
  const refused: string[] = [];
  const channels: RankChannel[] = [];
  const rendezvous = new Rendezvous(meeting("secret"), await makeCertificate(), ["127.0.0.1"], [0], {
    refused: (reason) => refused.push(reason),
    came(rank, channel) {
      if (came.includes(rank)) return false;
      came.push(rank);
      channels.push(channel);
      return true;
    },
  });
  const place = { hosts: ["127.0.0.1"], ports: [rendezvous.port] };
  return { rendezvous, came, refused, channels, place };
}

test("messages of any length go both ways", async () => {
  const { rendezvous, channels, place } = await open();
  const mine = await reachLead(meeting("secret"), 1, place, 5);
  const text = "x".repeat(3_000_000);
  const there = Promise.withResolvers<string>();
  channels[0]!.onMessage = (message) => there.resolve(message.kind === "note" ? message.text : "");
  mine.send({ kind: "note", text });
  ok((await there.promise) === text);
  const back = Promise.withResolvers<number>();
  mine.onMessage = (message) => back.resolve(message.kind === "end" ? message.code : -1);
  channels[0]!.send({ kind: "end", code: 4 });
  is(await back.promise, 4);
  const closed = Promise.withResolvers<string>();
  mine.onClose = closed.resolve;
  channels[0]!.close();
  await closed.promise;
  rendezvous.close();
});

test("a rank with another token, or one that is there already, is refused and told so", async () => {
  const { rendezvous, came, refused, place } = await open();
  await reachLead(meeting("secret"), 1, place, 5);
  await Promise.all([
    rejects(
      reachLead(meeting("other"), 2, place, 30),
      Error,
      "refuses rank 2, which has another token or number of ranks",
    ),
    rejects(reachLead(meeting("secret"), 1, place, 30), Error, /refuses rank 1, .* or is there twice/),
  ]);
  match(refused.join(), "refused a connection from 127.0.0.1: it has not the job's token");
  equal(came, [1]);
  rendezvous.close();
});

test("a rank 0 without the token is not taken for it", async () => {
  const { certificate: cert, key } = await makeCertificate();
  const liar = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    tls: { cert, key },
    socket: { data: (socket, line) => void socket.write(line) },
  });
  const place = { hosts: ["127.0.0.1"], ports: [liar.port] };
  await rejects(reachLead(meeting("secret"), 1, place, 0.1), Error, "it has not the job's token");
  liar.stop(true);
});

test("nobody listens: each address is named with what became of it", async () => {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = listener;
  listener.stop(true);
  const place = { hosts: ["127.0.0.1", "nowhere.invalid"], ports: [port] };
  const error = await rejects(reachLead(meeting("secret"), 1, place, 0.1), Error, "within 0.1 s");
  match(error.message, `127.0.0.1 port ${port}: `);
  match(error.message, "nowhere.invalid: ");
});

test("what strangers say is not kept, and keeps nobody out", async () => {
  const { rendezvous, came, refused, place } = await open();
  const say = (text: string) =>
    new Promise<void>((resolve) => {
      const socket = connect({ host: "127.0.0.1", port: rendezvous.port, rejectUnauthorized: false });
      socket.on("secureConnect", () => socket.write(text));
      socket.on("error", () => {});
      socket.resume();
      socket.on("close", () => resolve());
    });
  await Promise.all([say("x".repeat(100_000)), say("GET / HTTP/1.1\r\n\r\n"), say("tsmpi-rendezvous.1 1 a b\n")]);
  match(refused.join(), "it does not speak our protocol");
  await reachLead(meeting("secret"), 2, place, 5);
  equal(came, [2]);
  rendezvous.close();
});

test.run();
