// Engines over the real mesh: three ranks in one process, every size and protocol at once, then the end of the job.
import { test } from "uvu";
import { ANY_SOURCE, ANY_TAG } from "../../src/base/constants.ts";
import { Exception } from "../../src/base/errors.ts";
import { Engine } from "../../src/engine/engine.ts";
import type { Operation } from "../../src/engine/operation.ts";
import { Progress } from "../../src/engine/progress.ts";
import { selfLink } from "../../src/transport/inproc.ts";
import { equal, is, rejects } from "../support/assert.ts";
import { buffer, copies, value } from "../support/engines.ts";
import { random } from "../support/lanes.ts";
import { pattern, sameBytes, soon, turns } from "../support/sinks.ts";
import { connected, listening } from "../transport/meshes.ts";

async function job(size: number, spin: number) {
  const losses: string[] = [];
  const limits = { eager: 32768, unexpected: 500_000 };
  const engines = Array.from({ length: size }, (_, self) => new Engine(self, size, new Progress(spin), limits));
  for (const [at, engine] of engines.entries()) {
    engine.onLost = (peer, reason) => losses.push(`${at} lost ${peer}: ${reason}`);
    const link = selfLink(at, () => engine);
    engine.attach(at, link);
  }
  const { meshes, cards, notes } = listening(engines);
  const links = await connected(meshes, cards);
  for (const [at, row] of links.entries()) {
    for (const [peer, link] of row.entries()) if (link) engines[at]!.attach(peer, link);
  }
  return { engines, meshes, links, losses, notes };
}

for (const spin of [0, 200]) {
  test(`random messages between all ranks arrive in order, with a spin of ${spin} µs`, async () => {
    const size = 3;
    const { engines, meshes, links, losses, notes } = await job(size, spin);
    for (let seed = 1; seed <= 4; seed++) {
      const draw = random(seed);
      const lengths = Array.from({ length: 100 }, () =>
        draw(8) > 0 ? draw(2000) : draw(4) > 0 ? draw(300_000) : draw(3_000_000),
      );
      const wildcards = lengths.map(() => draw(3) === 0);
      await soon(
        Promise.all(
          engines.map(async (engine, self) => {
            // Nobody waits for a send before all is received: that could be a circle.
            const sends: (Operation<void> | undefined)[] = [];
            const sending = (async () => {
              for (const [i, length] of lengths.entries()) {
                for (const dest of engines.keys()) {
                  const seen = i * 10 + self;
                  const parts = [pattern(8, seen), pattern(length, seen)];
                  const body = i % 5 === 0 ? value(...parts) : buffer(parts[1]!);
                  sends.push(engine.send(dest, 0, dest, body, i % 7 === 0));
                }
                if (i % 10 === 0) await turns(1);
              }
            })();
            const next = engines.map(() => 0);
            for (let left = lengths.length * size; left > 0; left--) {
              const open = [...next.keys()].filter((source) => next[source]! < lengths.length);
              const source = wildcards[left % lengths.length] ? ANY_SOURCE : open[left % open.length]!;
              const receive = engine.receive(source, 0, source === ANY_SOURCE ? ANY_TAG : self, copies);
              const { parts } = await engine.progress.wait(receive.operation);
              const from = receive.arrival!.source;
              const i = next[from]!++;
              const what = `seed ${seed}, message ${i} from ${from} to ${self}`;
              sameBytes(parts.at(-1)!, pattern(lengths[i]!, i * 10 + from), what);
            }
            await sending;
            for (const send of sends) if (send) await engine.progress.wait(send);
            await engine.drained().promise();
          }),
        ),
        `seed ${seed}`,
      );
    }
    equal([losses, notes], [[], []]);
    const frames = [0, 0];
    for (const { sent, received, outstanding } of engines) {
      frames[0]! += sent;
      frames[1]! += received;
      is(outstanding, 0);
    }
    is(frames[0], frames[1], "frames sent and received");

    const waiting = engines[0]!.receive(1, 0, 0, copies);
    engines[1]!.farewell.say();
    await rejects(soon(waiting.operation.promise(), "the bye"), Exception, "it has finished");
    for (const link of links[1]!) link?.close();
    for (const mesh of meshes) mesh.close();
    await turns(20);
    equal(losses, []);
    for (const row of links) for (const link of row) link?.close();
  });
}

test("what was sent before a bye and a close arrives first", async () => {
  const { engines, meshes, links, losses } = await job(2, 0);
  const count = 1500;
  for (let i = 0; i < count; i++) engines[1]!.send(0, 0, 0, buffer(pattern(100, i)));
  engines[1]!.farewell.say();
  for (const link of links[1]!) link?.close();
  for (let i = 0; i < count; i++) {
    const { parts } = await soon(engines[0]!.receive(1, 0, 0, copies).operation.promise(), `message ${i}`);
    sameBytes(parts[0]!, pattern(100, i), `message ${i}`);
  }
  await rejects(soon(engines[0]!.receive(1, 0, 0, copies).operation.promise(), "the end"), Exception, "has finished");
  equal(losses, []);
  for (const mesh of meshes) mesh.close();
  for (const link of links[0]!) link?.close();
});

test("a connection that breaks is told once on each side, and fail() ends what waits", async () => {
  const { engines, meshes, links, losses } = await job(2, 0);
  const sending = engines[0]!.send(1, 0, 0, buffer(pattern(40_000_000)))!;
  const receive = engines[1]!.receive(0, 0, 0, copies);
  await turns(3);
  links[1]![0]!.close();
  for (let i = 0; i < 1000 && losses.length === 0; i++) await turns(1);
  equal(losses.length, 1);
  engines[0]!.fail(1, "it was killed");
  engines[1]!.fail(0, "it was killed");
  await rejects(soon(sending.promise(), "the send"), Exception, "ERR_PROC_FAILED");
  await rejects(soon(receive.operation.promise(), "the receive"), Exception, "ERR_PROC_FAILED");
  for (const mesh of meshes) mesh.close();
});

test.run();
