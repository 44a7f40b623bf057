// The launcher's part in connecting the ranks, and its patience with those that do not come.
import { test } from "uvu";
import { WireUp } from "../../src/job/wire-up.ts";
import type { Card } from "../../src/wire/control.ts";
import { equal } from "../support/assert.ts";

const card = (rank: number): Card => ({
  rank,
  pid: 100 + rank,
  host: "here",
  hostIndex: 0,
  addresses: ["127.0.0.1"],
  port: 9000 + rank,
  nonce: new Uint8Array(16),
});

/** A wire-up of three ranks that writes down what it says; `failed` resolves when it has lost patience. */
function wireUp(limits: { waiting: number; failed: number }) {
  const said: string[] = [];
  const { promise: failed, resolve } = Promise.withResolvers<void>();
  const it = new WireUp(
    3,
    {
      complete: (cards) => said.push(`complete ${cards.map(({ port }) => port)}`),
      connected: () => said.push("connected"),
      waiting: (missing, state) => said.push(`waiting for ${missing} to ${state}`),
      failed: (missing, state, seconds) => {
        said.push(`${missing} did not ${state} within ${seconds} s`);
        resolve();
      },
    },
    limits,
  );
  return { it, said, failed };
}

test("cards that come in any order make a world in the order of the ranks", () => {
  const { it, said } = wireUp({ waiting: 60_000, failed: 60_000 });
  for (const rank of [2, 0, 1]) it.card(card(rank));
  for (const rank of [1, 2, 0]) it.connected(rank);
  equal(said, ["complete 9000,9001,9002", "connected"]);
});

test("ranks that do not start are named first, and end the job later", async () => {
  const { it, said, failed } = wireUp({ waiting: 10, failed: 50 });
  it.card(card(1));
  await failed;
  it.stop();
  equal(said, ["waiting for 0,2 to start", "0,2 did not start within 0.05 s"]);
});

test("ranks that do not connect are named as such", async () => {
  const { it, said, failed } = wireUp({ waiting: 10, failed: 50 });
  for (const rank of [0, 1, 2]) it.card(card(rank));
  it.connected(1);
  await failed;
  it.stop();
  equal(said.slice(1), [
    "waiting for 0,2 to connect with the others",
    "0,2 did not connect with the others within 0.05 s",
  ]);
});

test.run();
