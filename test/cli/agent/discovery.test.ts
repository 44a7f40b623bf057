// Agents announce themselves by mDNS and are found; here on loopback only.

import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { test } from "uvu";
import { type Announced, announce, findAgents } from "../../../cli/agent/discovery.ts";
import { equal, is, match, not, ok } from "../../support/assert.ts";
import { start, tsmpi, workspace } from "../../support/tsmpi.ts";

const lo = "127.0.0.1";
/** No other test's agent has this id. */
const id = () => [...randomBytes(16)].map((byte) => "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[byte & 31]).join("");
const agent = (more: Partial<Announced> = {}): Announced => ({
  ...{ id: id(), name: "lab3", version: "1.2.3", slots: 4, platform: "linux-x64", port: 40000 },
  ...more,
});

test("this test's interface is loopback", () => {
  ok(
    Object.values(networkInterfaces()).some((infos) =>
      infos?.some(({ address, internal }) => internal && address === lo),
    ),
  );
});

test("an agent that is announced is found with all that it tells, at the address that answered", async () => {
  const [one, two] = [agent(), agent({ name: "lab4", slots: 1 })];
  const stop = [announce(one, lo), announce(two, lo)];
  const found = await findAgents(5000, lo, (agents) => agents.has(one.id) && agents.has(two.id));
  for (const wanted of [one, two]) {
    const { addresses, ...told } = found.get(wanted.id)!;
    equal(told, wanted);
    is(addresses[0], lo);
  }
  await Promise.all(stop.map((each) => each()));
  const after = await findAgents(600, lo);
  is(after.has(one.id), false);
});

test("what makes no sense is left out, and nothing that a terminal would obey is kept", async () => {
  const good = agent({ name: "x\u001b[2Jy" });
  const bad = [agent({ id: "short and bad" }), agent({ slots: 0 }), agent({ slots: 1e9 })];
  const stop = [good, ...bad].map((each) => announce(each, lo));
  const found = await findAgents(5000, lo, (agents) => agents.has(good.id));
  is(found.get(good.id)!.name, "x?[2Jy");
  for (const each of bad) is(found.has(each.id), false);
  await Promise.all(stop.map((each) => each()));
});

test("packets of any bytes end neither an agent nor who looks for one", async () => {
  const seed = randomBytes(4).readUInt32LE();
  let state = seed;
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const one = agent();
  const stop = announce(one, lo);
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, lo, resolve));
  socket.setMulticastInterface(lo);
  const send = (bytes: Uint8Array) => new Promise((resolve) => socket.send(bytes, 5353, "224.0.0.251", resolve));
  // A response as an agent sends it, and a query, of which each packet changes some bytes.
  const name = "\x06_tsmpi\x04_tcp\x05local\x00";
  const query = Buffer.from(`\0\0\0\0\0\x01\0\0\0\0\0\0${name}\0\x0c\0\x01`, "latin1");
  const srv = `\x01a\xc0\x0c\0\x21\0\x01\0\0\0\x78\0\x08\0\0\0\0\x9c\x40\x01h\0`;
  const txt = `\x01a\xc0\x0c\0\x10\0\x01\0\0\0\x78\0\x05\x04id=x`;
  const ptr = `${name}\0\x0c\0\x01\0\0\0\x78\0\x04\x01a\xc0\x0c`;
  const response = Buffer.from(`\0\0\x84\0\0\0\0\x03\0\0\0\0${ptr}${srv}${txt}`, "latin1");
  const looking = findAgents(2500, lo);
  for (let i = 0; i < 1500; i++) {
    const bytes = Buffer.from(i % 3 === 0 ? query : i % 3 === 1 ? response : randomBytes(next(200)));
    for (let change = next(6); change > 0; change--) bytes[next(bytes.byteLength)] = next(256);
    await send(bytes.subarray(0, next(4) === 0 ? next(bytes.byteLength) : undefined));
  }
  await looking;
  const found = await findAgents(5000, lo, (agents) => agents.has(one.id));
  is(found.has(one.id), true, `seed ${seed}`);
  socket.close();
  await stop();
});

test("tsmpi hosts lists an agent without its code, and what is announced has no secret", async () => {
  const env = { XDG_CONFIG_HOME: workspace(), TSMPI_AGENT_CODE: undefined };
  const name = `lab-${id().slice(0, 6)}`;
  const job = await start(["agent", "--interface", "lo", "--slots", "3", "--name", name], { env, deadline: 60 });
  await job.prints(/Ctrl-C/);
  const code = /^ {2}([0-9A-Z-]{50,})$/m.exec(job.output.stdout)![1]!;
  const { stdout, stderr } = await tsmpi(["hosts", "--interface", "lo"], { env });
  match(stdout, new RegExp(`^${name} +3 +\\d+\\.\\d+\\.\\d+ +[\\d.]+ ms +unknown +127\\.0\\.0\\.1:\\d+$`, "m"));
  is(stderr, "");
  const found = await findAgents(5000, lo, (agents) => [...agents.values()].some((agent) => agent.name === name));
  const letters = code.replaceAll("-", "");
  // The secret's letters are the last ones but the check's.
  not.match(JSON.stringify([...found]), letters.slice(-20, -5));
  const files = { "a.ts": "" };
  const refused = await tsmpi(["run", "--interface", "lo", "--agents", "a.ts"], { env, files });
  match(
    refused.stderr,
    new RegExp(`Cannot use --agents: there are .*${name}.*, of which you have no code\\n.*give it once`),
  );
  const named = await tsmpi(["hosts", "--interface", "lo"], { env: { ...env, TSMPI_AGENT_CODE: code } });
  match(named.stdout, new RegExp(`^${name} +3 .* known, free `, "m"));
  job.kill("SIGTERM");
  is((await job.ended).code, 0);
  not.match((await tsmpi(["hosts", "--interface", "lo"], { env })).stdout, name);
});

test.run();
