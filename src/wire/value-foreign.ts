// wire/value-foreign: layer 2. Tells objects of the script's own classes, which travel as plain objects, from those of the
// runtime (promises, streams, URLs, …), whose content is out of reach. Called by value-encode.ts.

/** Prototypes whose objects are known to be the script's own. */
const own = new WeakSet<object>();

/** What the object is (`a Promise`) when it belongs to the runtime; undefined when it can travel as a plain object. */
export function describeForeign(object: object, prototype: object): string | undefined {
  if (own.has(prototype)) return undefined;
  // The runtime's classes have a Symbol.toStringTag on their prototype. So can a script's class; its code tells it apart.
  for (let holder: object | null = prototype; holder !== null; holder = Object.getPrototypeOf(holder)) {
    if (!Object.hasOwn(holder, Symbol.toStringTag)) continue;
    if (writtenInScript(holder.constructor)) break;
    const name = Object.prototype.toString.call(object).slice(8, -1);
    return `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`;
  }
  own.add(prototype);
  return undefined;
}

function writtenInScript(maker: unknown): boolean {
  return typeof maker === "function" && !/\[native code\]\s*\}$/.test(Function.prototype.toString.call(maker));
}
