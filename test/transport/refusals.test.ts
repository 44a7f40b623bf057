// What a listener says of those whom it refuses, and when it answers them.
import { test } from "uvu";
import { Refusals } from "../../src/transport/refusals.ts";
import { equal, is } from "../support/assert.ts";

test("a refusal is noted once for each address and reason", () => {
  const notes: string[] = [];
  const refusals = new Refusals("rank 3", (text) => notes.push(text));
  for (let i = 0; i < 5; i++) for (const address of ["10.0.0.1", "10.0.0.2"]) refusals.add(address, "it is late");
  refusals.add("10.0.0.1", "it is early");
  equal(notes, [
    "rank 3 refused a connection from 10.0.0.1: it is late",
    "rank 3 refused a connection from 10.0.0.2: it is late",
    "rank 3 refused a connection from 10.0.0.1: it is early",
  ]);
});

test("a flood of refusals from everywhere is noted ten times, and then at 100, 1000, …", () => {
  const notes: string[] = [];
  const refusals = new Refusals("rank 0", (text) => notes.push(text));
  for (let i = 0; i < 20_000; i++) refusals.add(`10.0.${i >> 8}.${i & 255}`, "no");
  is(notes.length, 13);
  equal(notes.slice(10), [
    "rank 0 has refused 100 connections, the last one from 10.0.0.99: no",
    "rank 0 has refused 1000 connections, the last one from 10.0.3.231: no",
    "rank 0 has refused 10000 connections, the last one from 10.0.39.15: no",
  ]);
});

test("a few wrong proofs are answered at once, those after them later", async () => {
  const refusals = new Refusals("rank 0", () => {});
  const answered: number[] = [];
  for (let i = 0; i < 20; i++) refusals.answer(() => answered.push(i));
  is(answered.length, 20);
  const late = new Promise<void>((resolve) => refusals.answer(resolve)).then(() => answered.push(20));
  const alive = setInterval(() => {}, 1000);
  await new Promise(setImmediate);
  is(answered.length, 20);
  await late;
  clearInterval(alive);
  is(answered.length, 21);
});

test.run();
