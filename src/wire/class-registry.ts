// wire/class-registry: layer 2. The classes whose instances keep their class on the way: MPI.registerClass.
// Asked by the encoder (by prototype) and the decoder (by name) of values.
import { Exception, show } from "../base/errors.ts";
import { builtinNames } from "./value-tags.ts";

/** What is known of a registered class. */
export interface RegisteredClass {
  readonly name: string;
  readonly prototype: object;
  readonly encode: ((instance: any) => unknown) | undefined;
  readonly decode: ((data: any) => unknown) | undefined;
}

const byPrototype = new Map<object, RegisteredClass>();
const byName = new Map<string, RegisteredClass>();

/**
 * Lets instances of a class arrive as instances of that class.
 *
 * Register the class on every rank, under the same name, before the first instance is sent: usually right after its
 * declaration. Only instances of exactly this class are meant; a subclass is registered by itself. Registering a class
 * again replaces its functions.
 *
 * @param Class The class. Its `name` identifies it on the wire.
 * @param options `encode(instance)` gives what to send, any value that can be sent; without it, the object's own
 * enumerable properties. `decode(data)` makes the instance from what arrived; without it, an object with the class's
 * prototype gets the properties, and the constructor does not run. An instance that contains itself needs to be
 * without `decode`, because nothing can point at it before `decode` has returned it.
 * @throws Exception ERR_ARG when the class has no name, that of a built-in class, or that of another registered class
 *
 * @example
 * ```ts
 * class Point {
 *   constructor(readonly x: number, readonly y: number) {}
 * }
 * MPI.registerClass(Point, { encode: (p) => [p.x, p.y], decode: ([x, y]) => new Point(x, y) });
 * ```
 */
export function registerClass<T extends object>(
  Class: abstract new (...args: any[]) => T,
  options: { readonly encode?: (instance: T) => unknown; readonly decode?: (data: any) => T } = {},
): void {
  if (typeof Class !== "function" || typeof Class.prototype !== "object" || Class.prototype === null) {
    throw new Exception("ERR_ARG", `Cannot register class: got ${show(Class)}, expected a class`);
  }
  const { name } = Class;
  if (name === "") throw new Exception("ERR_ARG", "Cannot register class: it has no name, expected a named class");
  if (builtinNames.has(name))
    throw new Exception("ERR_ARG", `Cannot register class ${name}: a built-in class has this name`);
  for (const key of ["encode", "decode"] as const) {
    const option: unknown = options[key];
    if (option !== undefined && typeof option !== "function") {
      throw new Exception("ERR_ARG", `Cannot register class ${name}: ${key} is ${show(option)}, expected a function`);
    }
  }
  const known = byName.get(name);
  if (known && known.prototype !== Class.prototype) {
    throw new Exception("ERR_ARG", `Cannot register class ${name}: another class of this name is registered`);
  }
  const entry = { name, prototype: Class.prototype as object, encode: options.encode, decode: options.decode };
  byName.set(name, entry);
  byPrototype.set(entry.prototype, entry);
}

/** The registration of the class that has this prototype. */
export function classOfPrototype(prototype: object): RegisteredClass | undefined {
  return byPrototype.size === 0 ? undefined : byPrototype.get(prototype);
}

/** The registration of this name. */
export function classOfName(name: string): RegisteredClass | undefined {
  return byName.get(name);
}
