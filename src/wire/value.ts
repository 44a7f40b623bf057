// wire/value: layer 2. Values (anything that is not a buffer) to CBOR and back. Called by mpi/ and collectives/.
//
// (wire format: to be written)
import type { Body } from "../data/body.ts";
import { VALUE } from "../data/element.ts";
import { ValueDecoder } from "./value-decode.ts";
import { ValueEncoder } from "./value-encode.ts";

export { registerClass } from "./class-registry.ts";

let encoder: ValueEncoder | undefined;
let decoder: ValueDecoder | undefined;

export function encodeValue(value: unknown): Body {
  const mine = encoder ?? new ValueEncoder();
  encoder = undefined;
  try {
    return { element: VALUE, parts: mine.encode(value) };
  } finally {
    encoder = mine;
  }
}

export function decodeValue(parts: readonly Uint8Array[]): unknown {
  const mine = decoder ?? new ValueDecoder();
  decoder = undefined;
  try {
    return mine.decode(parts);
  } finally {
    decoder = mine;
  }
}
