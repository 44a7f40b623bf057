// A rank that receives, or takes part in collectives, at full speed still serves its timers and its sockets.
import { test } from "uvu";
import { equal, match, ok } from "../support/assert.ts";
import { leftovers, tsmpi } from "../support/tsmpi.ts";

/** One rank more than there are cores. */
const crowd = String(navigator.hardwareConcurrency + 1);

/** Rank 0 serves HTTP and has a timer; rank 1, and the others where they are needed, keep it busy until they are told to stop. */
const script = (busy0: string, busy1: string) => `import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
const { rank } = comm;
let bursts = 0;
if (rank === 0) {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("served") });
  let [ticks, answers, turns, stop] = [0, 0, 0, false];
  const timer = setInterval(() => ticks++, 1);
  const count = () => { turns++; if (!stop) setImmediate(count); };
  setImmediate(count);
  (async () => {
    while (answers < 50) if ((await (await fetch(server.url)).text()) === "served") answers++;
    stop = true;
  })();
  while (!stop) {
    ${busy0}
    bursts++;
    for (let dest = 1; dest < comm.size; dest++) await comm.send(stop, { dest, tag: 1 });
  }
  clearInterval(timer);
  await server.stop(true);
  console.log(JSON.stringify({ answers, ticks: ticks > 0, turns, bursts }));
} else {
  do {
    ${busy1}
  } while (!(await comm.recv({ source: 0, tag: 1 })));
}
`;

for (const [transport, np] of [
  ["auto", "2"],
  ["websocket", "2"],
  ["auto", crowd],
] as const) {
  for (const [what, busy0, busy1] of [
    [
      "receives",
      "for (let i = 0; i < 5000; i++) await comm.recv({ source: 1, tag: 0 });",
      "for (let i = 0; rank === 1 && i < 5000; i++) await comm.send(i, { dest: 0, tag: 0 });",
    ],
    [
      "sends",
      "for (let i = 0; i < 5000; i++) await comm.send(i, { dest: 1, tag: 0 });",
      "for (let i = 0; rank === 1 && i < 5000; i++) await comm.recv({ source: 0, tag: 0 });",
    ],
    [
      "takes part in collectives",
      "for (let i = 0; i < 5000; i++) await comm.allreduce(i);",
      "for (let i = 0; i < 5000; i++) await comm.allreduce(i);",
    ],
  ] as const) {
    test(`a rank that ${what} without a pause serves HTTP and timers, through ${transport}${np === crowd ? ", where ranks share cores" : ""}`, async () => {
      const result = await tsmpi(["-np", np, "script.ts"], {
        files: { "script.ts": script(busy0, busy1) },
        env: { TSMPI_TRANSPORT: transport },
      });
      equal([result.stderr, result.code], ["", 0]);
      match(result.stdout, /"answers":50,"ticks":true/);
      // A burst takes milliseconds, each of which has a turn of the event loop.
      const { turns, bursts } = JSON.parse(result.stdout) as { turns: number; bursts: number };
      ok(turns > bursts, `${turns} turns in ${bursts} bursts`);
      equal(await leftovers(result), []);
    });
  }
}

test.run();
