// Combines one value of every rank into one: a sum, a maximum and its rank, arrays, and an operator of one's own.
//   tsmpi run -np 5 sample:reduce
import assert from "node:assert/strict";
import { MPI } from "tsmpi";

const comm = MPI.COMM_WORLD;
const { rank, size } = comm;
const ranks = Array.from({ length: size }, (_, i) => i);

// The result is on rank 0; the other ranks get null. Without `op` it is the sum.
const sum = await comm.reduce(rank + 1);
if (rank === 0) {
  console.log(`1 + … + ${size} = ${sum}`);
  assert.equal(sum, (size * (size + 1)) / 2);
}

// [value, location] pairs: which rank has the largest value? `allreduce` tells all of them.
const height = (i: number) => 100 + ((i * 7) % 10);
const [tallest, who] = await comm.allreduce<[number, number]>([height(rank), rank], { op: MPI.MAXLOC });
console.log(`Rank ${rank} knows: rank ${who} is the tallest with ${tallest} cm`);
assert.equal(tallest, Math.max(...ranks.map(height)));
assert.equal(height(who), tallest);

// Typed arrays are combined element by element.
const votes = new Int32Array(3);
votes[rank % 3] = 1;
const count = await comm.reduce(votes);
if (count !== null) {
  console.log(`Votes for the three candidates: ${count}`);
  assert.equal(count[0]! + count[1]! + count[2]!, size);
}

// Any function of two values is an operator. It is called in the order of the ranks.
const longer = (a: string, b: string) => (b.length > a.length ? b : a);
const words = ["tea", "coffee", "milk", "lemonade", "cocoa", "water", "juice", "cider"];
const longest = await comm.reduce(words[rank % words.length]!, { op: longer });
if (longest !== null) {
  console.log(`The longest word is "${longest}"`);
  assert.equal(longest, ranks.map((i) => words[i % words.length]!).reduce(longer));
}
