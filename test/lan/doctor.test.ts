// `tsmpi doctor -hosts …` finds what is wrong with hosts and with the network between them.
import { test } from "uvu";
import { equal, is, match, not, skip } from "../support/assert.ts";
import { makeLan, noLan } from "../support/lan.ts";

const reason = noLan();
/** What it may well say on a machine that has other things to do. test/cli/doctor has what it calls slow. */
const SLOW_PAIR = /^.*lab\d and lab\d have only .*\n/gm;

if (reason !== undefined) skip("tsmpi doctor on several hosts", reason);
else {
  test("doctor measures every pair of hosts that are well, and has nothing to fix", async () => {
    const lan = await makeLan({ hosts: 3 });
    const { code, stdout, stderr } = await lan.run(["doctor", "-hosts", "lab0,lab1,lab2"]);
    const others = stdout.replace(SLOW_PAIR, "");
    is(code, others === stdout ? 0 : 1, stdout + stderr);
    for (const name of ["lab0", "lab1", "lab2"]) match(stdout, new RegExp(`^${name} +works +\\d+ .* s$`, "m"));
    for (const pair of ["lab0 - lab1", "lab0 - lab2", "lab1 - lab2"])
      match(stdout, new RegExp(`^${pair} +\\d+ µs +\\d`, "m"));
    match(others, others === stdout ? /\nNothing to fix\.\n$/ : /\nTo fix:\n$/);
    equal(await lan.leftovers(), []);
    await lan.end();
  });

  test("doctor names hosts that cannot be used, machines that lack something, and pairs that do not reach each other", async () => {
    const lan = await makeLan({ hosts: 5 });
    await lan.host(4).sh("rm ~/.ssh/authorized_keys");
    await lan.host(3).sh("mount -t tmpfs -o size=1m tmpfs /dev/shm");
    // A firewall between the two, which says nothing.
    for (const [index, other] of [
      [1, 2],
      [2, 1],
    ] as const) {
      await lan
        .host(index)
        .sh(`ip neigh replace ${lan.host(other).address} lladdr 02:00:00:00:00:99 dev eth0 nud permanent`);
    }
    const { code, stdout } = await lan.run(["doctor", "-hosts", "lab1,lab2,lab3,lab4", "--connect-timeout", "6"]);
    is(code, 1);
    match(stdout, /^lab4 +ssh: it refuses the key$/m);
    match(stdout, /^lab1 - lab2 +no connection$/m);
    match(stdout, /^lab1 - lab3 +\d+ µs/m);
    match(stdout, /^lab2 - lab3 +\d+ µs/m);
    const toFix = stdout.slice(stdout.indexOf("To fix:"));
    match(toFix, /lab4 \(ssh\): it refuses the key[\s\S]*ssh-copy-id lab4/);
    match(toFix, /lab3: \/dev\/shm has only 1 MB free/);
    match(toFix, /lab1 and lab2 do not reach each other: /);
    not.match(toFix.replace(SLOW_PAIR, ""), "and lab3");
    equal(await lan.leftovers(), []);
    await lan.end();
  });

  test("one host, wrong arguments, and no arguments", async () => {
    const lan = await makeLan({ hosts: 2 });
    const one = await lan.run(["doctor", "-hosts", "lab1"]);
    is(one.code, 0, one.stdout + one.stderr);
    match(one.stdout, /^lab1 +works +\d+/m);
    const wrong = await lan.run(["doctor", "-hosts", "lab1", "script.ts"]);
    is(wrong.code, 2);
    const none = await lan.run(["doctor"]);
    is(none.code, 0);
    match(none.stdout, /^host +lab0$/m);
    equal(await lan.leftovers(), []);
    await lan.end();
  });
}

test.run();
