// What no file of the repository may contain: paths of somebody's machine, and packages from fixed addresses.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { equal, match, not } from "../support/assert.ts";

const root = join(import.meta.dir, "../..");

const files = [...new Bun.Glob("**/*").scanSync({ cwd: root, dot: true })]
  .filter((file) => !/(^|\/)(node_modules|dist|\.git)\/|\.log$|(^|\/)cleandataset\.txt$/.test(file))
  .sort();

/** An absolute path into a home or a workspace; examples speak of the homes of `user`, `you`, `me`, `ann` and `bob`. */
const machinePath = /(?<![\w.~-])\/(?:work|root|(?:home|Users)\/(?!(?:user|you|me|ann|bob)\b)\w+)\//;

test("machinePath knows a developer's path from an example and from a part of another path", () => {
  const [home, work] = ["home", "work"];
  match(`cd /${work}/main`, machinePath);
  match(`"/${home}/jane/x"`, machinePath);
  not.match(`/${home}/you/x`, machinePath);
  not.match(`../${work}/x and https://example.org/${work}/x`, machinePath);
});

test("no file mentions a path of a developer's machine", () => {
  const wrong = files.flatMap((file) =>
    readFileSync(join(root, file), "utf8")
      .split("\n")
      .flatMap((line, i) => (machinePath.test(line) ? [`${file}:${i + 1}: ${line.trim().slice(0, 100)}`] : [])),
  );
  equal(wrong, []);
});

test("the lock file names versions and checksums, not the addresses of a registry", () => {
  not.match(readFileSync(join(root, "package-lock.json"), "utf8"), /"resolved":\s*"https?:/);
});

test.run();
