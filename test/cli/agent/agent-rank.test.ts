// Output and input of a rank between agent and launcher: no more under way than was allowed, and nothing lost.
import { test } from "uvu";
import { AgentRank } from "../../../cli/agent/agent-rank.ts";
import type { Channel } from "../../../cli/agent/channel.ts";
import { type FromAgent, type ToAgent, WINDOW } from "../../../cli/agent/protocol.ts";
import { RemoteRank } from "../../../cli/agent/remote-rank.ts";
import type { RankProcess, StarterEvents } from "../../../cli/launch/rank-process.ts";
import { equal, is, ok } from "../../support/assert.ts";

const ignored: StarterEvents = { message() {}, unreachable() {}, exit() {}, detail() {}, notStarted() {} };

/** A rank that writes for ever, its agent, and the launcher's side; `stdin` is what the rank has for one. */
function flood(stdin: RankProcess["stdin"] = null) {
  const count = { written: 0, underWay: 0, most: 0 };
  const endless = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        count.written += 10_000;
        controller.enqueue(new Uint8Array(10_000).fill(count.written / 10_000));
      },
    },
    { highWaterMark: 0 },
  );
  const none = new ReadableStream<Uint8Array>({ start: (controller) => controller.close() });
  const process: RankProcess = { rank: 0, pid: 1, stdout: endless, stderr: none, stdin, send() {}, signal() {} };
  const toAgent: ToAgent[] = [];
  const remote = new RemoteRank(0, stdin !== null, ignored, (message) => {
    toAgent.push(message);
    if (message.kind === "read") {
      count.underWay -= message.bytes;
      agent.read(message.stream, message.bytes);
    }
    if (message.kind === "input") agent.input(message.bytes);
    if (message.kind === "input-end") agent.endInput();
    if (message.kind === "read-end") agent.stopOutput(message.stream);
  });
  const channel = {
    send(message: Extract<FromAgent, { rank: number }>) {
      if (message.kind === "output") {
        count.underWay += message.bytes.byteLength;
        count.most = Math.max(count.most, count.underWay);
      }
      remote.take(message);
    },
    room: () => undefined,
  };
  const agent = new AgentRank(process, channel as unknown as Channel<FromAgent, ToAgent>);
  return { count, remote, agent, toAgent };
}

const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise(setImmediate);
};

test("of output that nobody reads, no more than the window leaves the rank", async () => {
  const { count } = flood();
  await turns(100);
  is(count.underWay, WINDOW);
  ok(count.written < WINDOW + 20_000);
});

test("output that is read goes on, in order, never more than the window under way", async () => {
  const { count, remote } = flood();
  const reader = remote.stdout.getReader();
  let next = 0;
  while (next < 5_000_000) {
    const { value } = await reader.read();
    for (const at of [0, value!.byteLength - 1])
      is(value![at], ((Math.floor((next + at) / 10_000) + 1) % 256) as number);
    next += value!.byteLength;
  }
  ok(count.most <= WINDOW);
  await reader.cancel();
  await turns(20);
  const { written } = count;
  await turns(20);
  is(count.written, written);
});

test("input waits for a rank that does not read, and fails when the rank has closed it", async () => {
  const taken: number[] = [];
  let reads = Promise.withResolvers<void>();
  let open = true;
  const stdin = {
    async write(bytes: Uint8Array) {
      await reads.promise;
      if (!open) throw new Error("EPIPE");
      taken.push(bytes.byteLength);
    },
    flush() {},
    end() {},
  };
  const { remote, toAgent } = flood(stdin);
  const written = Promise.resolve(remote.stdin!.write(new Uint8Array(3 * WINDOW)));
  await turns(50);
  equal(toAgent.filter(({ kind }) => kind === "input").length, 1);
  reads.resolve();
  await written;
  await turns(50);
  is(
    taken.reduce((sum, bytes) => sum + bytes, 0),
    3 * WINDOW,
  );
  open = false;
  reads = Promise.withResolvers();
  reads.resolve();
  await remote.stdin!.write(new Uint8Array(1));
  await turns(50);
  const failure = await Promise.resolve(remote.stdin!.write(new Uint8Array(1))).then(
    () => "it was taken",
    (error: Error) => error.message,
  );
  is(failure, "the rank has closed its standard input");
});

test.run();
