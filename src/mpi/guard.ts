// mpi/guard: layer 9. Lets an error handler see the errors of an object's calls: the methods are wrapped on that object
// alone, between it and its class, so that others, and this one with the default handler, run as they are. Called by
// handling.ts.
import { type Errhandler, handle } from "./errhandler.ts";
import { MESSAGE_NO_PROC, Message } from "./message.ts";
import { Request } from "./request.ts";

/** What the wrapped methods of an object came from. */
const plain = new WeakMap<object, object>();

export class Guard {
  readonly #owner: object;
  readonly #handler: Errhandler;
  readonly #made: (result: unknown) => void;

  /** @param made is given whatever the guarded calls of `owner` return or resolve to */
  constructor(owner: object, handler: Errhandler, made: (result: unknown) => void) {
    this.#owner = owner;
    this.#handler = handler;
    this.#made = made;
  }

  /** Makes the call; the handler sees what it throws or rejects with, or what the request or message fails with that it returns. */
  readonly run = <R>(call: () => R): R => {
    try {
      return this.#pass(call());
    } catch (error) {
      return this.#failed(error);
    }
  };

  #pass = <R>(result: R): R => {
    if (result instanceof Promise) return result.then(this.#pass, this.#failed) as R;
    if (result instanceof Request) result.guard = this.run;
    else if (result instanceof Message && result !== MESSAGE_NO_PROC) this.protect(result);
    this.#made(result);
    return result;
  };

  #failed = (error: unknown): never => {
    handle(this.#handler, this.#owner, error);
    throw error;
  };

  /** Runs the methods and accessors of `object` from now on. */
  protect(object: object): void {
    unprotect(object);
    const { run } = this;
    const wrap = (method: (...args: unknown[]) => unknown) => {
      return (...args: unknown[]) => run(() => method.apply(object, args));
    };
    const own: object = Object.getPrototypeOf(object);
    const wrapped = Object.create(own);
    for (const [name, property] of propertiesOf(own)) {
      for (const key of ["value", "get", "set"] as const) if (property[key]) property[key] = wrap(property[key]);
      Object.defineProperty(wrapped, name, property);
    }
    plain.set(object, own);
    Object.setPrototypeOf(object, wrapped);
  }
}

/** Takes the wrapped methods away. */
export function unprotect(object: object): void {
  const own = plain.get(object);
  if (!own) return;
  Object.setPrototypeOf(object, own);
  plain.delete(object);
}

/** The methods and accessors of a class, its parents' included. */
function propertiesOf(prototype: object): Map<string, PropertyDescriptor> {
  const found = new Map<string, PropertyDescriptor>();
  for (let of = prototype; of !== Object.prototype; of = Object.getPrototypeOf(of)) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(of))) {
      if (name !== "constructor" && !found.has(name)) found.set(name, property);
    }
  }
  return found;
}
