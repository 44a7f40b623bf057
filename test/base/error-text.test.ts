// An error that ends a script, as text.
import { test } from "uvu";
import { errorText } from "../../src/base/error-text.ts";
import { Exception } from "../../src/base/errors.ts";
import { match, ok } from "../support/assert.ts";

/** What `await using` throws when the block has thrown, and then the end of what it made. */
async function endedTwice(): Promise<unknown> {
  try {
    await using _made = {
      async [Symbol.asyncDispose]() {
        throw new Exception("ERR_RMA_SYNC", "Cannot call free: an epoch is open");
      },
    };
    throw new RangeError("the real cause");
  } catch (error) {
    return error;
  }
}

test("of two errors at the end of a block, the one that ended it comes first, and both are told", async () => {
  const text = errorText(await endedTwice());
  match(text, /the real cause[\s\S]*and, as its block ended, MPI\.Exception: Cannot call free: an epoch is open/);
  ok(!text.includes("SuppressedError"), text);
});

test("causes follow", () => {
  match(
    errorText(new Exception("ERR_OTHER", "one", { cause: new Exception("ERR_ARG", "two") })),
    /one[\s\S]*caused by [\s\S]*two/,
  );
});

test.run();
