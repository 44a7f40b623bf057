// transport/look: layer 3. How a rank looks at words in shared memory that all others look at, too. Used by shared-board.ts and
// shared-memory.ts.
//
// Atomics.load is an exchange in JavaScriptCore on x86-64: each look would take the word's cache line away from whoever writes
// there, and from all others that look. Plain loads come in order there, so one does, and `ordered` behind it keeps the compiler
// from taking it out of a loop. A barrier of 4 ranks on 4 cores took 0.95 us in place of 1.3. Elsewhere it is Atomics.load, as
// loads need not come in order. For words that one rank writes and one reads, as a ring's, a plain load was no gain.

/** The word as it is now, or was a moment ago. `ordered` is to be called behind it, before what it tells of is read. */
export const look: (words: Int32Array, index: number) => number =
  process.arch === "x64" ? (words, index) => words[index]! : Atomics.load;

/**
 * Nothing that is read behind it is older than what was looked at before.
 * @param own index of a word that this rank alone touches much: then it takes 2 ns
 */
export function ordered(words: Int32Array, own: number): void {
  Atomics.load(words, own);
}
