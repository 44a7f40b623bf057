// Who agents and launchers say that they are.
import { test } from "uvu";
import { ownUser } from "../../../cli/agent/own-user.ts";
import { is } from "../../support/assert.ts";

function withUser(name: string | undefined, path: string | undefined): string {
  const { USER, PATH } = process.env;
  try {
    for (const [variable, value] of Object.entries({ USER: name, PATH: path })) {
      if (value === undefined) delete process.env[variable];
      else process.env[variable] = value;
    }
    return ownUser();
  } finally {
    Object.assign(process.env, { PATH, ...(USER !== undefined && { USER }) });
  }
}

const { PATH } = process.env;

test("ownUser() is USER, without it what the system calls this user, without that the number", () => {
  is(withUser("ann", PATH), "ann");
  const name = Bun.spawnSync(["id", "-un"]).stdout.toString().trim();
  is(withUser(undefined, PATH), name);
  is(withUser("", PATH), name);
  is(withUser(undefined, "/nowhere"), String(process.getuid?.()));
});

test.run();
