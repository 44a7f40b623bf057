// Serves a page over HTTP while it receives: how many of the darts have hit that the other ranks throw.
//   tsmpi run -np 5 sample:serve [how often the page is read, 20 times by default]
import assert from "node:assert/strict";
import { MPI } from "tsmpi";

const comm = MPI.COMM_WORLD;
const { rank, size } = comm;
const times = Number(process.argv[2] ?? 20);
if (!Number.isSafeInteger(times) || times < 1) {
  throw new RangeError(`Cannot read a page ${process.argv[2]} times: expected a whole number from 1`);
}

/** Darts of one throw, of which some hit the quarter of a circle. */
const handful = 1000;
function hitsOfOne(): number {
  let hits = 0;
  for (let i = 0; i < handful; i++) if (Math.hypot(Math.random(), Math.random()) < 1) hits++;
  return hits;
}

/** Rank 0: a receive at full speed leaves the event loop its turns, so that the page and its reader go on beside it. */
async function receiveAndServe(): Promise<void> {
  let [hits, darts, read] = [0, 0, 0];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => new Response(`${hits} of ${darts} darts have hit`),
  });

  // Somebody who looks at the page again and again; it could be a browser.
  let page = "";
  const reader = (async () => {
    for (; read < times; read++) page = await (await fetch(server.url)).text();
  })();

  const status = new MPI.Status();
  for (let working = size - 1; working > 0; ) {
    hits += await comm.recv<number>({ source: MPI.ANY_SOURCE, status });
    darts += handful;
    const goOn = read < times;
    if (!goOn) working--;
    await comm.send(goOn, { dest: status.source });
  }
  await reader;
  await server.stop(true);
  assert.match(page, /^\d+ of \d+ darts have hit$/);
  console.log(`The page was read ${read} times, at last as: ${page}`);
  if (size > 1) console.log(`Pi is about ${((4 * hits) / darts).toFixed(2)}`);
}

if (rank === 0) await receiveAndServe();
else {
  do await comm.send(hitsOfOne(), { dest: 0 });
  while (await comm.recv<boolean>({ source: 0 }));
}
