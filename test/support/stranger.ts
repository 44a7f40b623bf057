// test/support/stranger: somebody on the network who is no part of a job. Says its standard input to ADDRESS PORT, plainly
// or with TLS, and prints what it is answered, as base64. Started by test/lan/attacker.test.ts.
//   bun stranger.ts plain|tls|tls-with-certificate ADDRESS PORT [TIMES]
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { certificate } from "./certificate.ts";

const [how = "plain", host = "", port = "0", times = "1"] = process.argv.slice(2);
const said = await Bun.stdin.bytes();
const own = how === "tls-with-certificate" ? await certificate() : undefined;

function once(): Promise<Buffer> {
  const options = { host, port: Number(port) };
  const mine = own && { cert: own.certificate, key: own.key };
  // It does not care whom it talks to.
  const socket = how === "plain" ? connect(options) : connectTls({ ...options, ...mine, rejectUnauthorized: false });
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    socket.on(how === "plain" ? "connect" : "secureConnect", () => socket.write(said));
    socket.on("data", (chunk) => chunks.push(chunk as Buffer));
    socket.on("error", () => {});
    socket.on("close", () => resolve(Buffer.concat(chunks)));
  });
}

const answers = await Promise.all(Array.from({ length: Number(times) }, once));
console.log(answers.map((answer) => answer.toString("base64")).join("\n"));
process.exit();
