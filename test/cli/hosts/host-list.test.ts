// Lists of hosts: every way to write one, and what is refused.
import fc from "fast-check";
import { test } from "uvu";
import { type HostEntry, HostSyntaxError, parseHostList } from "../../../cli/hosts/host-list.ts";
import { equal, match } from "../../support/assert.ts";

const lists: readonly [text: string, hosts: HostEntry[]][] = [
  ["a", [{ name: "a" }]],
  ["a,b:2", [{ name: "a" }, { name: "b", slots: 2 }]],
  ["a,a:3", [{ name: "a" }, { name: "a", slots: 3 }]],
  ["me@lab-3.example.org:4", [{ name: "lab-3.example.org", user: "me", slots: 4 }]],
  ["me@site@lab3", [{ name: "lab3", user: "me@site" }]],
  ["DOMAIN\\me@lab3", [{ name: "lab3", user: "DOMAIN\\me" }]],
  ["192.168.1.10:8", [{ name: "192.168.1.10", slots: 8 }]],
  ["fe80::1", [{ name: "fe80::1" }]],
  ["fe80::1%eth0", [{ name: "fe80::1%eth0" }]],
  ["[::1]", [{ name: "::1" }]],
  ["me@[2001:db8::7]:2,b", [{ name: "2001:db8::7", user: "me", slots: 2 }, { name: "b" }]],
  ["node[01-03,07]", ["node01", "node02", "node03", "node07"].map((name) => ({ name }))],
  ["node[9-11]:2", ["node9", "node10", "node11"].map((name) => ({ name, slots: 2 }))],
  ["me@r[1-2]n[1,3].lan", ["r1n1", "r1n3", "r2n1", "r2n3"].map((name) => ({ name: `${name}.lan`, user: "me" }))],
  ["10.0.0.[1-2]", [{ name: "10.0.0.1" }, { name: "10.0.0.2" }]],
  ["büro", [{ name: "büro" }]],
];
for (const [text, hosts] of lists) test(`${text} is read`, () => equal(parseHostList(text), hosts));

const refused: readonly [text: string, expected: RegExp][] = [
  ["", /hosts with commas/],
  ["a,", /hosts with commas/],
  ["a,,b", /hosts with commas/],
  ["a:0", /whole number from 1 to 4096 in a:0/],
  ["a:", /whole number from 1/],
  ["a:1.5", /whole number from 1/],
  ["a:5000", /whole number from 1/],
  ["a:2:3", /whole number from 1/],
  ["2", /names of hosts, not their number \(2\)/],
  ["1.2.3", /an address, which 1\.2\.3 is not/],
  ["-oProxyCommand=sh", /hosts with commas/],
  ["me@-x", /hosts with commas/],
  ["-l@a", /the name of a user, not "-l"/],
  ["@a", /the name of a user/],
  ["a b", /hosts with commas/],
  ["a;reboot", /not "a;reboot"/],
  ["$(x)", /hosts with commas/],
  ["a\u0000", /hosts with commas/],
  ["[::x]", /an IPv6 address in the brackets/],
  ["node[1-", /a \] that closes/],
  ["node[]", /numbers and ranges/],
  ["node[3-1]", /numbers and ranges/],
  ["node[a-b]", /numbers and ranges/],
  ["node[0-99999]", /at most 4096 hosts/],
  ["n[1-100]x[1-100]", /at most 4096 hosts/],
  ["a[1-4000],b[1-4000]", /at most 4096 hosts/],
];
for (const [text, expected] of refused) {
  test(`${JSON.stringify(text)} is refused: ${expected.source}`, () => match(problemOf(text)!, expected));
}

function problemOf(text: string): string | undefined {
  try {
    parseHostList(text);
    return undefined;
  } catch (error) {
    if (error instanceof HostSyntaxError) return error.message;
    throw error;
  }
}

test("no text makes the reader fail otherwise, or gives a name that ssh takes for an option", () => {
  const alphabet = fc.constantFrom(..."ab01-.,:[]@% \\\u00e4\n#=/");
  fc.assert(
    fc.property(fc.string({ unit: alphabet, maxLength: 24 }), (text) => {
      if (problemOf(text) !== undefined) return;
      for (const { name, user = "" } of parseHostList(text)) {
        if (/^-|[\s,@[\]]/.test(name) || /^-|[\s,]/.test(user)) throw new Error(`${user} ${name}`);
      }
    }),
    { numRuns: 3000 },
  );
});

test.run();
