// Who gets into an agent that waits for work: those who have its code, and nobody else. TLS on loopback.
import { createHash } from "node:crypto";
import { connect as connectPlain } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { test } from "uvu";
import { HostProblem } from "../../../cli/agent/host-problem.ts";
import type { JoinCode } from "../../../cli/agent/join-code.ts";
import { meet, openAgent } from "../../../cli/agent/join-dial.ts";
import { JoinGuard, MOST_FAILURES, PAUSE_MS } from "../../../cli/agent/join-guard.ts";
import { certificateHash, type Joined, JoinListener } from "../../../cli/agent/join-listener.ts";
import { JOIN, joinNonce, joinProof, PROVE, REFUSED, WELCOME } from "../../../cli/agent/join-proof.ts";
import { greeting } from "../../../cli/agent/protocol.ts";
import { version } from "../../../cli/version.ts";
import { equal, is, match, not, ok, rejects } from "../../support/assert.ts";
import { certificate } from "../../support/certificate.ts";

const secret = Uint8Array.from({ length: 10 }, (_, i) => i);
const options = { connectTimeout: 5 };

/** An agent's listener, what it tells, and the code that leads there. */
async function listener(more: { busy?: string; guard?: JoinGuard } = {}) {
  const own = await certificate();
  const joined: Joined[] = [];
  const refused: string[] = [];
  let wake = (): void => {};
  const listening = new JoinListener(
    { hostname: "127.0.0.1", port: 0, certificate: own, secret, ...(more.guard && { guard: more.guard }) },
    {
      busy: () => more.busy,
      joined(one) {
        joined.push(one);
        wake();
      },
      refused(text) {
        refused.push(text);
        wake();
      },
    },
  );
  const fingerprint = Uint8Array.from(Buffer.from(certificateHash(own), "hex").subarray(0, 10));
  const code: JoinCode = { fingerprint, slots: 2, port: listening.port, addresses: ["127.0.0.1"], secret };
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { listening, code, joined, refused, until };
}

/** A stranger's TLS connection, line by line; undefined at its end. */
async function stranger(port: number): Promise<{ socket: TLSSocket; line: () => Promise<string | undefined> }> {
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
  let text = "";
  let over = false;
  let wake = (): void => {};
  socket.on("data", (bytes: Buffer) => {
    text += bytes;
    wake();
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    over = true;
    wake();
  });
  const line = async (): Promise<string | undefined> => {
    for (;;) {
      const end = text.indexOf("\n");
      if (end >= 0) {
        const found = text.slice(0, end);
        text = text.slice(end + 1);
        return found;
      }
      if (over) return undefined;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  return { socket, line };
}

const hashOf = (socket: TLSSocket) => createHash("sha256").update(socket.getPeerCertificate().raw).digest("hex");

test("a launcher with the code gets in; both have proved it, and the channel follows", async () => {
  const { listening, code, joined } = await listener();
  const opening = openAgent(code, options);
  opening.catch(() => {});
  while (joined.length === 0) await Bun.sleep(1);
  joined[0]!.socket.outgoing.write(new TextEncoder().encode(`${greeting(version)}behind it`));
  const carrier = await opening;
  for await (const bytes of carrier.incoming) {
    is(new TextDecoder().decode(bytes), "behind it");
    break;
  }
  carrier.outgoing.write(new Uint8Array([1, 2, 3]));
  for await (const bytes of joined[0]!.incoming) {
    equal([...bytes], [1, 2, 3]);
    break;
  }
  carrier.kill();
  await joined[0]!.socket.ended;
  listening.close();
});

test("who only looks is told whether the agent is free, and is no job", async () => {
  for (const [busy, free] of [
    [undefined, true],
    ["busy with a job of ann@desk", false],
  ] as const) {
    const { listening, code, joined } = await listener(busy === undefined ? {} : { busy });
    const met = await meet(code, "look", options);
    is(met.free, free);
    met.socket.kill();
    equal(joined, []);
    listening.close();
  }
});

test("a busy agent says with whose job", async () => {
  const { listening, code, joined } = await listener({ busy: "it is busy with a job of ann@desk" });
  const error = await rejects(openAgent(code, options), HostProblem);
  match(error.message, /^the agent at 127\.0\.0\.1:\d+ refuses: it is busy with a job of ann@desk$/);
  equal(joined, []);
  listening.close();
});

test("another version of tsmpi is named", async () => {
  const { listening, code, joined } = await listener();
  const opening = rejects(openAgent(code, options), HostProblem);
  while (joined.length === 0) await Bun.sleep(1);
  joined[0]!.socket.outgoing.write(new TextEncoder().encode(greeting("9.9.9\u001b[2J")));
  const { message, advice } = await opening;
  match(message, new RegExp(`has tsmpi 9\\.9\\.9\\?\\[2J, and this is ${version}$`));
  match(advice, "same version");
  listening.close();
});

test("a wrong secret is refused, told to the agent's user, and no proof of the agent's is given", async () => {
  const { listening, code, joined, refused, until } = await listener();
  const wrong = { ...code, secret: new Uint8Array(10) };
  const { message } = await rejects(openAgent(wrong, options), HostProblem);
  match(message, "refuses: that is not this agent's code");
  await until(() => refused.length === 1);
  match(refused[0]!, /^127\.0\.0\.1 came with a wrong code \(1 of 5\)$/);
  equal(joined, []);
  listening.close();
});

test("another certificate than the code's gets no byte of the launcher", async () => {
  const { listening, code, joined } = await listener();
  const error = await rejects(openAgent({ ...code, fingerprint: new Uint8Array(10) }, options), HostProblem);
  match(error.message, "is not the agent of this code");
  match(error.advice, "a new one each time");
  equal(joined, []);
  listening.close();
});

test("an agent that has the certificate and not the secret is no agent", async () => {
  const own = await certificate();
  const fingerprint = Uint8Array.from(Buffer.from(certificateHash(own), "hex").subarray(0, 10));
  const said: string[] = [];
  const server = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    tls: { cert: own.certificate, key: own.key },
    socket: {
      handshake: (socket) => void socket.write(`${JOIN}1 ${joinNonce()}\n`),
      data(socket, bytes) {
        const proof = bytes.toString().trim().split(" ").at(-1)!;
        said.push(proof);
        // The best that it can do is to send the launcher's own proof back.
        socket.write(`${WELCOME}${proof} free\n`);
      },
    },
  });
  const code = { fingerprint, slots: 1, port: server.port, addresses: ["127.0.0.1"], secret };
  match((await rejects(openAgent(code, options), HostProblem)).message, "has not proved that it knows the code");
  is(said.length, 1);
  server.stop(true);
});

test("a recorded proof is worth nothing on another connection, nor in another place of the same one", async () => {
  const { listening, joined, refused, until, code } = await listener();
  const first = await stranger(listening.port);
  const agentNonce = (await first.line())!.split(" ")[2]!;
  const launcherNonce = joinNonce();
  const meeting = { wish: "look", certificate: hashOf(first.socket), agentNonce, launcherNonce } as const;
  const recorded = `look ${launcherNonce} ${joinProof("launcher", secret, meeting)}`;
  first.socket.write(`${PROVE}${recorded}\n`);
  match((await first.line())!, WELCOME);
  for (const line of [
    recorded,
    recorded.replace("look", "job"),
    `job ${launcherNonce} ${joinProof("agent", secret, { ...meeting, wish: "job" })}`,
    `job ${agentNonce} ${joinProof("launcher", secret, { ...meeting, wish: "job", agentNonce: launcherNonce })}`,
  ]) {
    const again = await stranger(listening.port);
    not.match((await again.line())!, agentNonce);
    again.socket.write(`${PROVE}${line}\n`);
    match((await again.line())!, REFUSED);
    is(await again.line(), undefined);
  }
  await until(() => refused.length === 4);
  equal(joined, []);
  is((await meet(code, "look", options)).free, true);
  listening.close();
});

test("who proves nothing is sent away: no TLS, nothing said, a browser, too much said", async () => {
  const { listening, joined, refused, until, code } = await listener();
  const plain = connectPlain({ port: listening.port, host: "127.0.0.1" });
  plain.on("error", () => {});
  plain.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await new Promise((resolve) => plain.on("close", resolve));
  for (const words of [undefined, `${PROVE}\n`, `${PROVE}job a b\n`, "x".repeat(1_000_000)]) {
    const { socket, line } = await stranger(listening.port);
    match((await line())!, JOIN);
    if (words === undefined) socket.end();
    else socket.write(words);
    is(await line(), undefined);
  }
  await until(() => refused.length === 4);
  equal(joined, []);
  equal(
    refused.map((text) => text.replace(/ \(.*/, "")),
    new Array(4).fill("127.0.0.1 did not prove the code"),
  );
  is((await meet(code, "look", options)).free, true);
  listening.close();
});

test("after five wrong codes an address is not listened to for a while, even with the right one", async () => {
  let now = 0;
  const { listening, code, refused, until } = await listener({ guard: new JoinGuard(() => now) });
  const wrong = { ...code, secret: new Uint8Array(10) };
  for (let i = 0; i < MOST_FAILURES; i++) await rejects(meet(wrong, "job", options), HostProblem, "not this agent's");
  await until(() => refused.length === MOST_FAILURES);
  match(refused.at(-1)!, /\(5 of 5\); not listened to for 60 s$/);
  const error = await rejects(meet(code, "look", options), HostProblem);
  match(error.message, "does not listen to this machine");
  match(error.advice, "after 5 wrong codes");
  now = PAUSE_MS;
  is((await meet(code, "look", options)).free, true);
  is(refused.length, MOST_FAILURES);
  listening.close();
});

test("twenty guesses at the same time are no more than five", async () => {
  const { listening, code, refused } = await listener();
  const wrong = { ...code, secret: new Uint8Array(10) };
  const answers = await Promise.allSettled(Array.from({ length: 20 }, () => meet(wrong, "job", options)));
  const judged = answers.filter((answer) => `${(answer as PromiseRejectedResult).reason}`.includes("not this agent's"));
  ok(judged.length <= MOST_FAILURES, `${judged.length} guesses were judged`);
  ok(refused.length <= MOST_FAILURES);
  listening.close();
});

test("many silent connections do not keep the launcher with the code out for long", async () => {
  const { listening, code } = await listener();
  const idle = Array.from({ length: 50 }, () => connectPlain({ port: listening.port, host: "127.0.0.1" }));
  for (const socket of idle) socket.on("error", () => {});
  await Promise.all(idle.map((socket) => new Promise((resolve) => socket.on("connect", resolve).on("close", resolve))));
  const tries = async (): Promise<boolean> => {
    for (;;) {
      try {
        return (await meet(code, "look", { connectTimeout: 20 })).free;
      } catch {
        await Bun.sleep(100); // crowded until the silent ones' time is over
      }
    }
  };
  is(await tries(), true);
  for (const socket of idle) socket.destroy();
  listening.close();
});

test("the guard counts by address, a whole /64 as one, and forgets what a right code has followed", () => {
  let now = 0;
  const guard = new JoinGuard(() => now);
  for (let i = 0; i < MOST_FAILURES; i++) is(guard.failed(`fd00:0:0:1::${i + 1}`), i + 1);
  is(guard.refuses("fd00:0:0:1:ffff::9"), true);
  is(guard.refuses("fd00:0:0:2::1"), false);
  for (let i = 0; i < MOST_FAILURES - 1; i++) guard.failed("10.0.0.1");
  is(guard.refuses("10.0.0.1"), false);
  guard.proved("10.0.0.1");
  is(guard.failed("::ffff:10.0.0.1"), 1);
  now = PAUSE_MS - 1;
  is(guard.refuses("fd00:0:0:1::7"), true);
  now = PAUSE_MS;
  is(guard.refuses("fd00:0:0:1::7"), false);
  for (let i = 0; i < 5000; i++) guard.failed(`10.1.${i >> 8}.${i & 255}`);
  is(guard.failed("10.0.0.1"), 1);
});

test("nobody there, and nobody who answers, are told apart, within the time", async () => {
  const { listening, code } = await listener();
  listening.close();
  const gone = await rejects(openAgent(code, options), HostProblem);
  match(gone.message, /^nobody listens at 127\.0\.0\.1:\d+$/);
  match(gone.advice, "started again");
  const deaf = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const silent = await rejects(openAgent({ ...code, port: deaf.port }, { connectTimeout: 0.2 }), HostProblem);
  match(silent.message, /^it did not answer within 0\.2 s at 127\.0\.0\.1:\d+$/);
  match(silent.advice, /same network[\s\S]*firewall[\s\S]*guest Wi-Fi/);
  deaf.stop(true);
});

test.run();
