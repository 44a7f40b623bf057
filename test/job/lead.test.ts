// What rank 0 does among ranks that another launcher has started, without sockets.
import { test } from "uvu";
import { type FromLead, Lead } from "../../src/job/lead.ts";
import type { Card, RankState } from "../../src/wire/control.ts";
import { equal, is, match } from "../support/assert.ts";

const keys = { id: "job", secret: new Uint8Array(32), tls: { certificate: "c", key: "k" } };

/** Ends the jobs of a test, which else wait for their ranks. */
const ends: (() => void)[] = [];
test.after.each(() => {
  for (const end of ends.splice(0)) end();
});

/** A lead of ranks on these machines, and what it has sent and said; `begin` lets all ranks come. */
function lead(machines: readonly string[], patience = 60) {
  const sent: [number, FromLead][] = [];
  const said: string[] = [];
  const { promise: reported, resolve } = Promise.withResolvers<void>();
  const lead = new Lead(machines.length, keys, patience, {
    send: (rank, message) => sent.push([rank, message]),
    say: (text) => said.push(text),
    report(text) {
      said.push(text);
      resolve();
    },
  });
  const come = (rank: number) =>
    lead.take(rank, { kind: "here", pid: 100 + rank, host: machines[rank]!, machine: machines[rank]! });
  const of = (kind: string) => sent.filter(([, message]) => message.kind === kind);
  const begin = () => {
    for (const rank of machines.keys()) come(rank);
    sent.length = 0;
  };
  ends.push(() => {
    come(0);
    lead.take(0, { kind: "abort", code: 1 });
  });
  return { lead, sent, said, come, of, begin, reported };
}

const card = (rank: number): Card => ({
  rank,
  pid: 100 + rank,
  host: "",
  hostIndex: 0,
  addresses: [],
  port: 1,
  nonce: new Uint8Array(16),
});
const blocked: RankState = { blocked: true, finished: false, sent: 2, received: 2, waits: [{ call: "recv()" }] };

test("when all are here, each is told its place; ranks of one machine are numbered there", () => {
  const { come, of } = lead(["a", "b", "a"]);
  for (const rank of [2, 0]) come(rank);
  equal(of("job"), []);
  come(1);
  const places = of("job").map(([rank, job]) => {
    if (job.kind !== "job") throw new Error("no job");
    return [
      rank,
      job.rank,
      job.localRank,
      job.localSize,
      job.network?.host,
      job.network?.hosts,
      job.network?.tls === keys.tls,
    ];
  });
  equal(places, [
    [0, 0, 0, 2, 0, 2, true],
    [1, 1, 0, 1, 1, 2, true],
    [2, 2, 1, 2, 0, 2, true],
  ]);
});

test("ranks of one machine are told of no network", () => {
  const { come, of } = lead(["a", "a"]);
  for (const rank of [0, 1]) come(rank);
  is(
    of("job").every(([, job]) => job.kind === "job" && job.network === undefined),
    true,
  );
});

test("everyone gets everyone's card, and a card counts for who has sent it", () => {
  const { lead: it, begin, of } = lead(["a", "a"]);
  begin();
  it.take(1, { kind: "card", card: card(0) });
  it.take(0, { kind: "card", card: card(0) });
  equal(
    of("world").map(([rank, message]) => [rank, message.kind === "world" && message.cards.map((one) => one.rank)]),
    [
      [1, [0, 1]],
      [0, [0, 1]],
    ],
  );
});

test("nobody leaves before all have finished", () => {
  const { lead: it, begin, sent } = lead(["a", "a", "a"]);
  begin();
  it.take(2, { kind: "finished", code: 0 });
  it.take(1, { kind: "exiting", code: 0 });
  equal(
    sent.splice(0),
    [2, 0].map((rank) => [rank, { kind: "left", rank: 1 }]),
  );
  it.take(0, { kind: "finished", code: 0 });
  equal(
    sent,
    [2, 1, 0].map((rank) => [rank, { kind: "done" }]),
  );
});

test("the first failure ends the others with its code; the rank itself has reported it", () => {
  const { lead: it, begin, sent, said } = lead(["a", "a", "a"]);
  begin();
  it.take(1, { kind: "failed", code: 9, report: "no luck" });
  it.take(2, { kind: "abort", code: 5 });
  equal(
    sent,
    [2, 0].map((rank) => [rank, { kind: "end", code: 9 }]),
  );
  equal(said, []);
});

test("a rank that has gone without a word is named, with its host; one that has left before is not", async () => {
  const { lead: it, begin, said, sent } = lead(["a", "b", "c"]);
  begin();
  it.take(1, { kind: "exiting", code: 0 });
  it.closed(1);
  equal(said, []);
  sent.splice(0);
  it.closed(2);
  match(said.join(), "tsmpi: rank 2 of 3 (pid 102 on c) has gone without a word");
  equal(
    sent,
    [1, 0].map((rank) => [rank, { kind: "end", code: 1 }]),
  );
});

test("a broken connection between two ranks ends the job, unless one of them turns out to be gone", async () => {
  const broken = lead(["a", "a", "a"]);
  broken.begin();
  broken.lead.take(1, { kind: "lost", peer: 2, reason: "it was closed" });
  await broken.reported;
  match(broken.said.join(), "the connection between rank 1 and rank 2 broke: it was closed");
  const gone = lead(["a", "a", "a"]);
  gone.begin();
  gone.lead.take(1, { kind: "lost", peer: 2, reason: "it was closed" });
  gone.lead.closed(2);
  await gone.reported;
  match(gone.said.join(), "rank 2 of 3 (pid 102 on a) has gone without a word");
});

test("when rank 0 leaves early, the others are free to leave when they like", () => {
  const { lead: it, begin, sent } = lead(["a", "a"]);
  begin();
  it.take(0, { kind: "exiting", code: 0 });
  equal(sent, [
    [1, { kind: "left", rank: 0 }],
    [1, { kind: "done" }],
    [0, { kind: "done" }],
  ]);
});

test("what a rank could not send before it left is relayed, before the others hear that it has left", () => {
  const { lead: it, begin, sent } = lead(["a", "a", "a"]);
  begin();
  const message = Uint8Array.of(1, 2, 3);
  it.take(2, { kind: "relay", peer: 1, message });
  it.take(2, { kind: "exiting", code: 0 });
  equal(sent, [
    [1, { kind: "relayed", peer: 2, message }],
    [1, { kind: "left", rank: 2 }],
    [0, { kind: "left", rank: 2 }],
  ]);
});

test("a rank that was lost ends no job when it turns out to have left", async () => {
  const { lead: it, begin, said, sent } = lead(["a", "a"]);
  begin();
  it.take(0, { kind: "lost", peer: 1, reason: "it was closed" });
  it.take(1, { kind: "exiting", code: 0 });
  sent.splice(0);
  it.take(0, { kind: "finished", code: 0 });
  equal(
    [said, sent],
    [
      [],
      [
        [1, { kind: "done" }],
        [0, { kind: "done" }],
      ],
    ],
  );
});

test("ranks that do not come are named, and end the job", async () => {
  const { come, said, reported, sent } = lead(["a", "a", "a"], 0.05);
  come(1);
  await reported;
  match(said.join(), "tsmpi: ranks 0, 2 did not start within 0.05 s (TSMPI_WIREUP_TIMEOUT)");
  equal(
    sent.map(([rank]) => rank),
    [2, 1, 0],
  );
});

test("a deadlock is reported with what each waits for", async () => {
  const { lead: it, begin, sent, said, reported } = lead(["a", "a"]);
  begin();
  const answer = () => {
    for (const [rank, message] of sent.splice(0)) {
      if (message.kind === "ask") it.take(rank, { kind: "state", id: message.id, state: blocked });
    }
  };
  for (const rank of [0, 1]) it.take(rank, { kind: "blocked", state: blocked });
  const timer = setInterval(answer, 1);
  await reported;
  clearInterval(timer);
  match(said.join(), "tsmpi: deadlock: every rank waits");
  match(said.join(), "ranks 0-1  recv()");
});

test.run();
