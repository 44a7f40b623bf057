// wire/value-error: layer 2. What of an error travels, and how it is made again. Called by value-encode.ts and value-decode.ts.

import { malformed } from "./value-reader.ts";
import { errorTypes } from "./value-tags.ts";

/** The built-in type that the error is, or inherits from, and the fields to send. */
export function describeError(error: Error): { type: string; fields: [key: string, value: unknown][] } {
  const type = errorTypes.find((candidate) => error instanceof candidate)?.name ?? "Error";
  const { name, message, stack } = error;
  const fields: [string, unknown][] = [["message", String(message)]];
  if (name !== type) fields.push(["name", String(name)]);
  if (typeof stack === "string") fields.push(["stack", stack]);
  if (Object.hasOwn(error, "cause")) fields.push(["cause", error.cause]);
  if (type === "AggregateError") fields.push(["errors", (error as AggregateError).errors]);
  return { type, fields };
}

/** The built-in type of this name. */
export function errorTypeOf(name: string): ErrorConstructor | undefined {
  return errorTypes.find((type) => type.name === name);
}

/** An error without a stack of its own: its report is to show the sender's lines, not the decoder's. */
export function bareError(type: ErrorConstructor): Error {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return type.name === "AggregateError" ? new AggregateError([]) : new type();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** Gives an error the fields that arrived, none of them enumerable, as errors have them. */
export function fillError(error: Error, fields: unknown): void {
  if (typeof fields !== "object" || fields === null) throw malformed("an error without fields");
  for (const key of ["name", "message", "stack", "cause", "errors"]) {
    if (!Object.hasOwn(fields, key)) continue;
    const value = (fields as Record<string, unknown>)[key];
    Object.defineProperty(error, key, { value, enumerable: false, writable: true, configurable: true });
  }
}
