// The codes by which launchers reach agents that wait for work: what people do to them, and what the check finds.
import { randomBytes } from "node:crypto";
import { test } from "uvu";
import { type JoinCode, looksLikeCode, readCode, writeCode } from "../../../cli/agent/join-code.ts";
import { equal, is, match, not, ok, throws } from "../../support/assert.ts";

const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Numbers below n, the same ones for the same seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function codeOf(next: (below: number) => number, addresses: readonly string[] = ["192.168.1.7"]): JoinCode {
  const bytes = () => Uint8Array.from({ length: 10 }, () => next(256));
  return { fingerprint: bytes(), slots: 1 + next(255), port: 1 + next(65535), addresses, secret: bytes() };
}

const seed = randomBytes(4).readUInt32LE();
const failing = (text: string) => `seed ${seed}: ${text}`;

test("a code is read as it was written, with one address to six", () => {
  const next = numbers(seed);
  for (const addresses of [
    ["10.0.0.1"],
    ["192.168.1.7", "172.16.0.255"],
    ["fd00:0:0:0:0:0:0:2"],
    ["1.2.3.4", "5.6.7.8", "9.10.11.12", "2001:db8:1:2:3:4:5:6", "fd00:0:0:0:0:0:0:1", "fe80:0:0:0:0:0:0:1"],
  ]) {
    const code = codeOf(next, addresses);
    equal(readCode(writeCode(code)), code, failing(addresses.join()));
  }
  const short = codeOf(next, ["fd00::2"]);
  equal(readCode(writeCode(short)).addresses, ["fd00:0:0:0:0:0:0:2"]);
});

test("a code with one address is ten groups of five", () => {
  match(writeCode(codeOf(numbers(seed))), /^([0-9A-Z]{5}-){9}[0-9A-Z]{5}$/);
});

test("small letters, no dashes, blanks, O for 0 and l or I for 1 do not matter", () => {
  const next = numbers(seed);
  for (let i = 0; i < 50; i++) {
    const code = codeOf(next);
    const text = writeCode(code);
    const typed = text
      .toLowerCase()
      .replaceAll("-", i % 2 ? "" : " ")
      .replaceAll("0", "o");
    equal(readCode(` ${typed.replaceAll("1", i % 3 ? "l" : "I")}\n`), code, failing(text));
  }
});

test("every wrong letter and every two swapped are found, and the group that they are in", () => {
  const next = numbers(seed);
  for (let i = 0; i < 4; i++) {
    const right = writeCode(codeOf(next)).replaceAll("-", "");
    for (let at = 0; at < right.length; at++) {
      const other = letters[(letters.indexOf(right[at]!) + 1 + next(31)) % 32]!;
      const wrong = right.slice(0, at) + other + right.slice(at + 1);
      throws(() => readCode(wrong), new RegExp(`typing error, most likely in group ${Math.floor(at / 5) + 1}$`));
      if (at === 0 || right[at] === right[at - 1]) continue;
      const swapped = right.slice(0, at - 1) + right[at] + right[at - 1] + right.slice(at + 1);
      throws(() => readCode(swapped), /typing error/);
    }
  }
});

test("wrong groups, and letters left out or doubled, are found", () => {
  const next = numbers(seed);
  for (let i = 0; i < 300; i++) {
    const right = writeCode(codeOf(next)).replaceAll("-", "");
    const at = next(right.length);
    for (const wrong of [
      right.slice(0, at) + right.slice(at + 1),
      right.slice(0, at) + right[at] + right.slice(at),
      right.slice(0, at) + letters[next(32)] + letters[next(32)] + right.slice(at),
    ]) {
      throws(() => readCode(wrong), /typing error|too short|version/, failing(`${right} read as ${wrong}`));
    }
  }
});

test("a letter that no code has is named, and no error repeats the code", () => {
  const right = writeCode(codeOf(numbers(seed)));
  for (const [wrong, pattern] of [
    [right.replace(/.$/, "U"), /^"U" is in no join code$/],
    [right.replace(/.$/, "!"), /^"!" is in no join code$/],
    ["", /^it has 0 letters/],
    [right.slice(0, 20), /^it has 17 letters/],
  ] as const) {
    let message = "";
    try {
      readCode(wrong);
    } catch (error) {
      message = (error as Error).message;
    }
    match(message, pattern);
    not.match(message, right.slice(6, 11));
  }
});

test("what looks like a code is no script's name", () => {
  const code = writeCode(codeOf(numbers(seed)));
  for (const text of [code, code.toLowerCase(), code.replaceAll("-", ""), `${code.slice(0, -1)}U`, code.slice(0, 40)])
    ok(looksLikeCode(text), text);
  for (const text of ["hello", "sample:hello", "a-rather-long-name-of.ts", "./x", "-np", ""])
    is(looksLikeCode(text), false);
});

test.run();
