// test/support/array-kinds: every class of typed array, for tests that go through all of them.

/** In the order of the standard's table of typed arrays. Written out, so that a test notices when the library forgets one. */
export const arrayKinds = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
  Float16Array,
  Float32Array,
  Float64Array,
];

/** These and DataView, as classes that view a buffer. */
export const viewKinds = [...arrayKinds, DataView] as unknown as (new (buffer: ArrayBuffer) => ArrayBufferView)[];
