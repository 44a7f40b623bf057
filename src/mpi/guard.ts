// mpi/guard: layer 9. Lets an error handler see the errors of an object's calls: the methods are wrapped on that object
// alone, between it and its class, so that others, and this one with the default handler, run as they are. Called by
// handling.ts.
import { type Errhandler, handle } from "./errhandler.ts";
import { MESSAGE_NO_PROC, MESSAGE_NULL, Message } from "./message.ts";
import { REQUEST_NULL, Request } from "./request.ts";

/** These belong to no communicator. */
const everyones = new Set<object>([MESSAGE_NO_PROC, MESSAGE_NULL, REQUEST_NULL]);

/** The class's own methods, of wrapped ones. */
const plain = new WeakMap<object, object>();

export class Guard {
  readonly #owner: object;
  readonly #handler: Errhandler;
  readonly #made: (result: unknown) => void;
  /** Wrapped methods, by what they wrap: all requests of a communicator share them. */
  readonly #wrapped = new Map<object, object>();

  /** @param made is given whatever the guarded calls return or resolve to */
  constructor(owner: object, handler: Errhandler, made: (result: unknown) => void) {
    this.#owner = owner;
    this.#handler = handler;
    this.#made = made;
  }

  /** The handler sees what the methods and accessors of `object`, and of the requests that they return, throw or reject with. */
  protect(object: object): void {
    unprotect(object);
    const own: object = Object.getPrototypeOf(object);
    const wrapped = this.#wrapped.get(own) ?? this.#wrap(own);
    this.#wrapped.set(own, wrapped);
    Object.setPrototypeOf(object, wrapped);
  }

  #wrap(own: object): object {
    const run = this.#run;
    const wrapped = Object.create(own);
    for (const [name, property] of propertiesOf(own)) {
      for (const key of ["value", "get", "set"] as const) {
        const method = property[key];
        if (typeof method !== "function") continue;
        property[key] = function (this: object, ...args: unknown[]) {
          return run(() => method.apply(this, args));
        };
      }
      Object.defineProperty(wrapped, name, property);
    }
    plain.set(wrapped, own);
    return wrapped;
  }

  /** Makes the call. */
  #run = <R>(call: () => R): R => {
    try {
      return this.#pass(call());
    } catch (error) {
      return this.#failed(error);
    }
  };

  #pass = <R>(result: R): R => {
    if (result instanceof Promise) return result.then(this.#pass, this.#failed) as R;
    if ((result instanceof Request || result instanceof Message) && !everyones.has(result)) this.protect(result);
    this.#made(result);
    return result;
  };

  #failed = (error: unknown): never => {
    handle(this.#handler, this.#owner, error);
    throw error;
  };
}

/** Gives an object the methods of its class back. */
export function unprotect(object: object): void {
  const own = plain.get(Object.getPrototypeOf(object));
  if (own) Object.setPrototypeOf(object, own);
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
