// test/support/mpi-errors: claims about errors of MPI: their class and what they say.
import { Exception } from "../../src/mpi/mpi.ts";
import { ok } from "./assert.ts";

type Right = (error: Error) => boolean;

/** An MPI.Exception of this class whose message has `text` in it. */
export function isError(errorClass: number, text: string): Right {
  return (error) => error instanceof Exception && error.errorClass === errorClass && error.message.includes(text);
}

/** A TypeError whose message has `text` in it. */
export function isTypeError(text: string): Right {
  return (error) => error instanceof TypeError && error.message.includes(text);
}

/** Fails unless the call rejects with an error that is right. */
export async function fails(call: Promise<unknown>, right: Right): Promise<void> {
  const error = await call.then(
    () => undefined,
    (error: Error) => error,
  );
  ok(error, "nothing was thrown");
  ok(right(error!), `it rejected with: ${error!.message}`);
}
