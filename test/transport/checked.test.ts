// Checked and delayed links: the contract over them, and what a receiver says of a message that was changed on its way.
import { test } from "uvu";
import { Checked } from "../../src/transport/checked.ts";
import { DelayedLink } from "../../src/transport/delayed.ts";
import { inprocLinks } from "../../src/transport/inproc.ts";
import type { Link, Sink } from "../../src/transport/transport.ts";
import { SHORT_LIMIT } from "../../src/transport/transport.ts";
import { equal, match, ok } from "../support/assert.ts";
import { RecordingSink, turns } from "../support/sinks.ts";
import { transportContract } from "./contract.ts";

/** Two ranks whose messages are checked; `between` is given what carries those of rank 0. */
function pair(sinks: readonly Sink[], between: (link: Link) => Link = (link) => link): [Link, Link] {
  const checked = sinks.map((sink, rank) => new Checked(rank, sink));
  const links = inprocLinks(checked);
  return [checked[0]!.link(1, between(links[0]![1]!)), checked[1]!.link(0, links[1]![0]!)];
}

transportContract("checked", async (sinks) => pair(sinks));

/** A link that sends what `change` makes of the bytes. */
function changing(
  link: Link,
  change: (bytes: Uint8Array, what: "short" | "head" | "body") => Uint8Array | undefined,
): Link {
  const send = (message: Uint8Array) => {
    const changed = change(message.slice(), "short");
    if (changed) link.send(changed);
  };
  return {
    state: "open",
    connect: () => {},
    get queued() {
      return link.queued;
    },
    send,
    sendBulk: (head, body) => link.sendBulk(change(head.slice(), "head")!, change(body.slice(), "body")!),
    flush: () => link.flush(),
    close: () => link.close(),
  };
}

const flip = (at: number) => (bytes: Uint8Array) => {
  bytes[at]! ^= 1;
  return bytes;
};

for (const [what, change, said] of [
  ["a byte changed", flip(25), /from rank 0 to rank 1: the checksum of its bytes is wrong \(number 0\)/],
  ["another number", flip(5), /from rank 0 to rank 1: it is number 1, expected 0/],
  ["a mark that is wrong", flip(0), /it does not begin as one/],
  ["its end cut off", (bytes: Uint8Array) => bytes.slice(0, -1), /it has 9 of 10 bytes/],
] as const) {
  test(`a short message with ${what} ends the connection, and both ranks are named`, async () => {
    const sinks = [new RecordingSink(), new RecordingSink()];
    const [link] = pair(sinks, (inner) => changing(inner, change));
    link.send(new Uint8Array(10).fill(7));
    await turns();
    equal(sinks[1]!.arrived, []);
    match(sinks[1]!.losses[0]?.reason ?? "", said);
  });
}

test("a message that is missing is noticed at the next one", async () => {
  const sinks = [new RecordingSink(), new RecordingSink()];
  let count = 0;
  const [link] = pair(sinks, (inner) => changing(inner, (bytes) => (count++ === 1 ? undefined : bytes)));
  for (let i = 0; i < 3; i++) link.send(Uint8Array.of(i));
  await turns();
  equal(sinks[1]!.arrived.length, 1);
  match(sinks[1]!.losses[0]?.reason ?? "", /it is number 2, expected 1/);
});

test("a long message whose bytes change on the way ends the connection", async () => {
  const sinks = [new RecordingSink(), new RecordingSink()];
  const [link] = pair(sinks, (inner) =>
    changing(inner, (bytes, what) => (what === "body" ? flip(1000)(bytes) : bytes)),
  );
  await link.sendBulk(Uint8Array.of(1, 2, 3), new Uint8Array(SHORT_LIMIT + 1));
  await turns();
  match(sinks[1]!.losses[0]?.reason ?? "", /the checksum of its bytes is wrong/);
});

test("delayed messages, short and long, arrive in their order; flush() sends what waits", async () => {
  const sinks = [new RecordingSink(), new RecordingSink()];
  const delayed = new DelayedLink(inprocLinks(sinks)[0]![1]!, 7);
  const long: Promise<void>[] = [];
  for (let i = 0; i < 60; i++) {
    if (i % 3 === 0) long.push(delayed.sendBulk(Uint8Array.of(1), new Uint8Array(SHORT_LIMIT).fill(i)));
    else delayed.send(Uint8Array.of(i));
  }
  equal(sinks[1]!.arrived.length, 0);
  ok(delayed.queued > 20 * SHORT_LIMIT);
  await sinks[1]!.until(() => sinks[1]!.arrived.length === 30, "half of them");
  delayed.flush();
  await Promise.all(long);
  await sinks[1]!.until(() => sinks[1]!.arrived.length === 60, "all of them");
  for (const [i, { bytes }] of sinks[1]!.arrived.entries()) equal(bytes.at(-1), i);
});

test.run();
