// Cleans a text file of posts in a pipeline: read, split, filter, drop stop words, write cleandataset.txt.
//   tsmpi run -np 5 sample:clean [FILE, one post a line; some invented posts by default]
// On five ranks each runs one stage; fewer ranks run several stages each, and more than five leave some idle.
import assert from "node:assert/strict";
import { appendFile } from "node:fs/promises";
import { MPI } from "tsmpi";
import posts from "./clean/posts.txt" with { type: "text" };
import { Progress } from "./clean/progress.ts";
import { linesOf, middle, type Post, readPosts } from "./clean/stages.ts";

/** What goes from rank to rank; the last one has no posts and says how many there were. */
interface Chunk {
  posts: Post[];
  total?: number;
  /** For each rank that the chunk has passed, the share of its time that it has spent waiting. */
  waiting: number[];
}

const comm = MPI.COMM_WORLD;
const { rank } = comm;
const stages = ["read", "split", "filter", "stop words", "write"];
const workers = Math.min(comm.size, stages.length);
const last = workers - 1;
/** The first stage of a rank; the first of the next rank is where it ends. */
const firstStage = (r: number) => Math.floor((r * stages.length) / workers);

const progress = new Progress(
  Array.from({ length: workers }, (_, r) => stages.slice(firstStage(r), firstStage(r + 1)).join("+")),
);

/** The chunks that this rank works on: from the file on rank 0, else from the rank before. */
async function* incoming(): AsyncGenerator<Chunk> {
  if (rank === 0) {
    let total = 0;
    for await (const chunk of read(process.argv[2])) {
      total += chunk.length;
      yield { posts: chunk, waiting: [] };
    }
    yield { posts: [], total, waiting: [] };
  } else {
    let chunk: Chunk;
    do {
      chunk = await progress.waitFor(comm.recv<Chunk>({ source: rank - 1 }));
      yield chunk;
    } while (chunk.total === undefined);
  }
}

async function* read(file: string | undefined): AsyncGenerator<Post[]> {
  try {
    yield* readPosts((file === undefined ? new Blob([posts]) : Bun.file(file)).stream());
  } catch (error) {
    throw new Error(`Cannot read posts from ${file}: ${(error as Error).message}`);
  }
}

async function work(): Promise<void> {
  // Stage 0 reads and stage 4 writes; those between turn posts into posts.
  const mine = middle.slice(Math.max(firstStage(rank) - 1, 0), firstStage(rank + 1) - 1);
  let taken: Promise<void> = Promise.resolve();
  let written = 0;
  for await (const chunk of incoming()) {
    for (const stage of mine) chunk.posts = chunk.posts.map(stage);
    chunk.waiting.push(progress.share);
    if (rank < last) {
      // `ssend` waits until the next rank takes the chunk. One may be on its way while this rank makes the next, but no
      // rank runs further ahead of a slow one: no memory fills up.
      await progress.waitFor(taken);
      taken = comm.ssend(chunk, { dest: rank + 1 });
      continue;
    }
    await appendFile("cleandataset.txt", linesOf(chunk.posts), { flag: written === 0 ? "w" : "a" });
    written += chunk.posts.length;
    progress.show(written, chunk.waiting, chunk.total !== undefined);
    if (chunk.total === undefined) continue;
    assert.equal(written, chunk.total);
    console.log(`${written} posts cleaned into cleandataset.txt`);
  }
  await taken;
}

if (rank < workers) await work();
else console.log(`Rank ${rank} is idle: the pipeline has ${stages.length} stages`);
