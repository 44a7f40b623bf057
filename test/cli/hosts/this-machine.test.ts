// Which names mean this machine, and how several names of one host become one.
import { test } from "uvu";
import { parseHostList } from "../../../cli/hosts/host-list.ts";
import { NamedHosts } from "../../../cli/hosts/named-hosts.ts";
import { canonicalName, isThisMachine } from "../../../cli/hosts/this-machine.ts";
import { equal, is } from "../../support/assert.ts";

const shared = { netmask: "", mac: "", internal: false, cidr: null };
const machine = {
  hostName: "Lab3.example.org",
  interfaces: {
    eth0: [
      { ...shared, family: "IPv4" as const, address: "192.168.1.5" },
      { ...shared, family: "IPv6" as const, address: "fe80::5", scopeid: 2 },
    ],
  },
};

const own = [
  ...["localhost", "LOCALHOST", "localhost.", "a.localhost", "localhost.localdomain", "ip6-localhost"],
  ...["127.0.0.1", "127.9.8.7", "::1", "0:0:0:0:0:0:0:1", "lab3", "LAB3.example.org", "lab3.local"],
  ...["192.168.1.5", "fe80::5", "FE80:0::0005", "fe80::5%eth0"],
];
for (const name of own) test(`${name} is this machine`, () => is(isThisMachine(name, machine), true));

for (const name of ["lab3.example.com", "lab", "lab33", "192.168.1.50", "128.0.0.1", "fe80::6", "mylocalhost", "::"]) {
  test(`${name} is another one`, () => is(isThisMachine(name, machine), false));
}

test("one address has one canonical spelling", () => {
  is(canonicalName("FD00:0:0::0001"), "fd00::1");
  is(canonicalName("Node7.Example.ORG."), "node7.example.org");
});

test("hosts that are named again have the sum of their slots within a program, the larger one among several", () => {
  const named = new NamedHosts(machine);
  named.add(parseHostList("a:2,B,A,b.,localhost,lab3:2,me@a"));
  equal(
    named.hosts.map(({ name, user, slots, local }) => [user ?? "", name, slots, local]),
    [
      ["", "a", 3, false],
      ["", "B", 2, false],
      ["", "lab3", 3, true],
      ["me", "a", 1, false],
    ],
  );
  const mine = named.add(parseHostList("b:5,a:1"));
  equal(
    mine.map((host) => [host.name, host.slots]),
    [
      ["b", 5],
      ["a", 1],
    ],
  );
  equal(
    named.hosts.map(({ slots }) => slots),
    [3, 5, 3, 1],
  );
});

test("of several max_slots of a host the lowest counts", () => {
  const named = new NamedHosts(machine);
  named.add([{ name: "a", maxSlots: 4 }, { name: "a", maxSlots: 3 }, { name: "a" }]);
  equal(named.hosts, [{ name: "a", slots: 3, maxSlots: 3, local: false }]);
});

test.run();
