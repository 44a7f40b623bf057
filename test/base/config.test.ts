// Variables of the environment.
import { test } from "uvu";
import { numberVariable, type VariableName, variable, variables, wordVariable } from "../../src/base/config.ts";
import { is, match, ok, refuses, throws } from "../support/assert.ts";

/** Runs `check` with a variable set, or unset. */
function withVariable(name: string, value: string | undefined, check: () => void): void {
  const before = process.env[name];
  const set = (to: string | undefined) => {
    if (to === undefined) delete process.env[name];
    else process.env[name] = to;
  };
  set(value);
  try {
    check();
  } finally {
    set(before);
  }
}

test("every variable has one sentence about it", () => {
  for (const [name, { about }] of Object.entries(variables)) {
    match(name, /^TSMPI_[A-Z_]+$/);
    match(about, /^[A-Z0-9].*\.$/);
  }
});

test("variable() is what is set, or the default, or undefined for a variable of another table", () => {
  withVariable("TSMPI_SPIN", undefined, () => is(variable("TSMPI_SPIN"), "auto"));
  withVariable("TSMPI_SPIN", "5", () => is(variable("TSMPI_SPIN"), "5"));
  withVariable("TSMPI_ALLREDUCE", undefined, () => is(variable("TSMPI_ALLREDUCE"), undefined));
  withVariable("TSMPI_ALLREDUCE", "ring", () => is(variable("TSMPI_ALLREDUCE"), "ring"));
});

test("wordVariable() takes the words that the table has, and names the variable, its value and the words otherwise", () => {
  withVariable("TSMPI_TRANSPORT", undefined, () => is(wordVariable("TSMPI_TRANSPORT"), "auto"));
  withVariable("TSMPI_TRANSPORT", "websocket", () => is(wordVariable("TSMPI_TRANSPORT"), "websocket"));
  withVariable("TSMPI_TRANSPORT", "carrier-pigeon", () => {
    refuses(
      () => wordVariable("TSMPI_TRANSPORT"),
      "Cannot use TSMPI_TRANSPORT=carrier-pigeon: expected auto, shared-memory or websocket",
    );
  });
});

test("numberVariable() reads numbers that are not negative, with defaults that are numbers", () => {
  for (const name of Object.keys(variables) as VariableName[]) {
    if (/^\d/.test(variables[name].default)) withVariable(name, undefined, () => ok(numberVariable(name) >= 0));
  }
  for (const [text, value] of [
    ["0", 0],
    ["1048576", 1048576],
    ["0.5", 0.5],
    ["1e6", 1e6],
    [" 7 ", 7],
  ] as const) {
    withVariable("TSMPI_EAGER_LIMIT", text, () => is(numberVariable("TSMPI_EAGER_LIMIT"), value));
  }
});

for (const text of ["", " ", "-1", "x", "12kB", "NaN", "Infinity", "1,000"]) {
  test(`numberVariable() names the variable and the value that it cannot use: ${JSON.stringify(text)}`, () => {
    withVariable("TSMPI_EAGER_LIMIT", text, () =>
      throws(
        () => numberVariable("TSMPI_EAGER_LIMIT"),
        (error: unknown) =>
          error instanceof RangeError &&
          error.message === `Cannot use TSMPI_EAGER_LIMIT=${text}: expected a number that is not negative`,
      ),
    );
  });
}

test.run();
