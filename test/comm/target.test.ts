// Where received messages go: new values, new buffers, and buffers of the user with another kind or too little room.
import { test } from "uvu";
import { Exception } from "../../src/base/errors.ts";
import { anything, into, parts } from "../../src/comm/target.ts";
import type { Body } from "../../src/data/body.ts";
import { type BufferLike, bytesOf, elementOfBuffer } from "../../src/data/buffer.ts";
import type { Target } from "../../src/engine/message.ts";
import { encodeValue } from "../../src/wire/value.ts";
import { equal, is, match, not, ok, rejects } from "../support/assert.ts";
import { engines } from "../support/engines.ts";
import { pattern, sameBytes, soon, turns } from "../support/sinks.ts";

const from = () => "from rank 0, tag 0, on COMM_WORLD";

/** Sends `body` to a receive with `target`, eagerly when `eager`; the receive is posted first when `early`. */
async function received<T>(body: Body, target: Target<T>, eager: boolean, early: boolean): Promise<T> {
  const { engines: all, losses } = engines(2, { eager: eager ? 100_000 : 0 });
  let receive = early ? all[1]!.receive(0, 0, 0, target) : undefined;
  const sending = all[0]!.send(1, 0, 0, body);
  await turns(2);
  receive ??= all[1]!.receive(0, 0, 0, target);
  try {
    return await soon(receive.operation.promise(), "the receive");
  } finally {
    if (sending) await soon(sending.promise(), "the send");
    equal(losses, []);
  }
}

/** Runs `check` over every way that a message can take. */
async function everyWay(check: (eager: boolean, early: boolean) => Promise<void>): Promise<void> {
  for (const eager of [true, false]) for (const early of [true, false]) await check(eager, early);
}

const bodyOf = (buffer: BufferLike): Body => ({ element: elementOfBuffer(buffer), parts: [bytesOf(buffer)] });

/** An encoded value: part 0 is used up by the next encode, so it is copied. */
function valueBody(value: unknown): Body {
  const { element, parts } = encodeValue(value);
  return { element, parts: [parts[0]!.slice(), ...parts.slice(1)] };
}

const data = pattern(48, 3).buffer as ArrayBuffer;
const buffers = [
  new Int8Array(data),
  new Uint8Array(data),
  new Uint8ClampedArray(data),
  new Int16Array(data),
  new Uint16Array(data),
  new Int32Array(data),
  new Uint32Array(data),
  new BigInt64Array(data),
  new BigUint64Array(data),
  new Float16Array(data),
  new Float32Array(data),
  new Float64Array(data),
];

test("anything makes a new buffer of the kind that was sent", async () => {
  await everyWay(async (eager, early) => {
    for (const buffer of [...buffers, new Float64Array(0), new Float64Array(1000).fill(7)]) {
      const result = (await received(bodyOf(buffer), anything, eager, early)) as typeof buffer;
      is(result.constructor, buffer.constructor);
      sameBytes(bytesOf(result), bytesOf(buffer));
      not(result.buffer === buffer.buffer);
      is(result.buffer.byteLength, buffer.byteLength);
    }
  });
});

test("anything makes an ArrayBuffer of untyped bytes", async () => {
  await everyWay(async (eager, early) => {
    for (const buffer of [data, new DataView(data, 8, 16), new SharedArrayBuffer(8)]) {
      const result = await received(bodyOf(buffer), anything, eager, early);
      ok(result instanceof ArrayBuffer);
      sameBytes(new Uint8Array(result), bytesOf(buffer));
    }
  });
});

test("anything makes a value of a value, with the long buffers inside", async () => {
  const long = new Float64Array(30_000).map((_, i) => i);
  await everyWay(async (eager, early) => {
    for (const value of [null, 5, "text", { a: [1, { b: 2 }] }, new Map([[1, "x"]])]) {
      equal(await received(valueBody(value), anything, eager, early), value);
    }
    const result = (await received(valueBody({ long }), anything, eager, early)) as { long: Float64Array };
    sameBytes(bytesOf(result.long), bytesOf(long));
  });
});

test("parts are memory of their own", async () => {
  await everyWay(async (eager, early) => {
    const body = { element: 0, parts: [pattern(300), pattern(0), pattern(2000, 2)] };
    const result = await received(body, parts, eager, early);
    is(result.element, 0);
    for (const [i, part] of result.parts.entries()) {
      sameBytes(part, body.parts[i]!);
      is(part.buffer.byteLength, part.byteLength);
      not(part.buffer === body.parts[i]!.buffer);
    }
  });
});

test("into fills the user's buffer and returns it, and leaves what is behind a shorter message", async () => {
  await everyWay(async (eager, early) => {
    for (const buffer of buffers) {
      const memory = new ArrayBuffer(100);
      const View = buffer.constructor as new (buffer: ArrayBuffer, offset: number, length: number) => typeof buffer;
      const view = new View(memory, 16, buffer.length + 2);
      is(await received(bodyOf(buffer), into(view, from), eager, early), view);
      const expected = new Uint8Array(100);
      expected.set(bytesOf(buffer), 16);
      sameBytes(new Uint8Array(memory), expected);
    }
  });
});

test("untyped bytes go into every kind, and every kind into untyped bytes", async () => {
  await everyWay(async (eager, early) => {
    const floats = new Float64Array(6);
    await received(bodyOf(data), into(floats, from), eager, early);
    sameBytes(bytesOf(floats), new Uint8Array(data));
    for (const bytes of [new ArrayBuffer(48), new SharedArrayBuffer(48), new DataView(new ArrayBuffer(50), 2)]) {
      await received(bodyOf(buffers[4]!), into(bytes, from), eager, early);
      sameBytes(bytesOf(bytes), new Uint8Array(data));
    }
  });
});

test("into rejects with ERR_TYPE when the kinds differ, and names both", async () => {
  await everyWay(async (eager, early) => {
    for (const buffer of buffers) {
      for (const other of [new Float64Array(20), new Int32Array(40)]) {
        if (other.constructor === buffer.constructor) continue;
        const error = await rejects(received(bodyOf(buffer), into(other, from), eager, early), Exception);
        const [sent, wanted] = [buffer.constructor.name, other.constructor.name];
        is(
          error.message,
          `Cannot receive into ${wanted} from rank 0, tag 0, on COMM_WORLD: the message is ${sent}, expected ${wanted} (ERR_TYPE)`,
        );
        sameBytes(bytesOf(other), new Uint8Array(other.byteLength));
      }
    }
  });
});

test("into rejects with ERR_TYPE when a value was sent, also into untyped bytes", async () => {
  await everyWay(async (eager, early) => {
    for (const buffer of [new Uint8Array(100), new ArrayBuffer(100)]) {
      const error = await rejects(received(valueBody({ a: 1 }), into(buffer, from), eager, early), Exception);
      match(error.message, /: the message is a value, expected a buffer \(ERR_TYPE\)$/);
      sameBytes(bytesOf(buffer), new Uint8Array(100));
    }
  });
});

test("into rejects with ERR_TRUNCATE when the message is longer than the buffer, and leaves the buffer alone", async () => {
  await everyWay(async (eager, early) => {
    const short = new Int32Array(11);
    const error = await rejects(received(bodyOf(buffers[5]!), into(short, from), eager, early), Exception);
    is(
      error.message,
      "Cannot receive 48 bytes from rank 0, tag 0, on COMM_WORLD: buffer holds 44 bytes (ERR_TRUNCATE)",
    );
    sameBytes(bytesOf(short), new Uint8Array(44));
  });
});

test("a message from a process to itself, out of and into overlapping memory, arrives", async () => {
  for (const eager of [0, 100_000]) {
    const { engines: all } = engines(1, { eager });
    const memory = pattern(6000);
    const expected = memory.slice(0, 5000);
    const receive = all[0]!.receive(0, 0, 0, into(memory.subarray(1000), from));
    all[0]!.send(0, 0, 0, bodyOf(memory.subarray(0, 5000)));
    sameBytes(await soon(receive.operation.promise(), "the receive"), expected);
  }
});

test.run();
