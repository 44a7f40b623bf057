// Host files of every launcher.
import { test } from "uvu";
import { parseHostFile } from "../../../cli/hosts/host-file.ts";
import { type HostEntry, HostSyntaxError } from "../../../cli/hosts/host-list.ts";
import { equal, throws } from "../../support/assert.ts";

const files: readonly [whose: string, text: string, hosts: HostEntry[]][] = [
  [
    "Open MPI",
    "# cluster\nnode1 slots=4 max_slots=8\nme@node2 slots = 2  max-slots=2 # two\n\nnode3\n",
    [{ name: "node1", slots: 4, maxSlots: 8 }, { name: "node2", user: "me", slots: 2, maxSlots: 2 }, { name: "node3" }],
  ],
  [
    "MPICH",
    "node1:4 binding=user:0,1 ifhn=eth1\nnode2:2 user=you",
    [
      { name: "node1", slots: 4 },
      { name: "node2", slots: 2, user: "you" },
    ],
  ],
  ["Intel MPI and Slurm", "node[01-02]:3\n", ["node01", "node02"].map((name) => ({ name, slots: 3 }))],
  ["ranges with words", "node[1,3] slots=2", ["node1", "node3"].map((name) => ({ name, slots: 2 }))],
  ["MS-MPI", "node1 4\nnode2\n", [{ name: "node1", slots: 4 }, { name: "node2" }]],
  ["PBS", "a\na\nb\n", [{ name: "a" }, { name: "a" }, { name: "b" }]],
  ["LAM", "node1 cpu=2", [{ name: "node1", slots: 2 }]],
  [
    "Charm++",
    "group main ++shell ssh\nhost node1\nhost node2 ++cpus 4\n",
    [{ name: "node1" }, { name: "node2", slots: 4 }],
  ],
  ["Windows editors", "\uFEFFnode1\r\nnode2 slots=2\r\n", [{ name: "node1" }, { name: "node2", slots: 2 }]],
  [
    "hosts that are called host and group",
    "host slots=2\ngroup 3\n",
    [
      { name: "host", slots: 2 },
      { name: "group", slots: 3 },
    ],
  ],
  [
    "IPv6",
    "[fd00::1]:2\nfd00::2 slots=3",
    [
      { name: "fd00::1", slots: 2 },
      { name: "fd00::2", slots: 3 },
    ],
  ],
];
for (const [whose, text, hosts] of files) test(`a file of ${whose} is read`, () => equal(parseHostFile(text), hosts));

const refused: readonly [text: string, message: string][] = [
  ["a\nb slots=0", "a whole number from 1 to 4096 in slots=0, in line 2: b slots=0"],
  ["a slots=x", "a whole number from 1 to 4096 in slots=x, in line 1: a slots=x"],
  ["a\r\n\r\n:3", "hosts with commas between them, each with :SLOTS if it has more than one, in line 3: :3"],
  ["a slot=3", "slots=N, max_slots=N, user=NAME, or a number of slots, not slot=3, in line 1: a slot=3"],
  ["a b", "slots=N, max_slots=N, user=NAME, or a number of slots, not b, in line 1: a b"],
  ["a:2 slots=3", "one number of slots, in line 1: a:2 slots=3"],
  ["a slots=4 max_slots=2", "max_slots that are not fewer than the slots, in line 1: a slots=4 max_slots=2"],
  ["a max_slots=2 slots=4", "max_slots that are not fewer than the slots, in line 1: a max_slots=2 slots=4"],
  ["a user=-x", 'the name of a user, not "-x", in line 1: a user=-x'],
  ["# nobody\n\n", "at least one line that names a host"],
  ["", "at least one line that names a host"],
  [
    "a\u0007",
    'hosts with commas between them, each with :SLOTS if it has more than one, not "a\\u0007", in line 1: "a\\u0007"',
  ],
];
for (const [text, message] of refused) {
  test(`${JSON.stringify(text)} is refused with the line and its number`, () => {
    throws(
      () => parseHostFile(text),
      (error: Error) => error instanceof HostSyntaxError && error.message === message,
    );
  });
}

test.run();
