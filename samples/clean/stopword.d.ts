// What the `clean` sample uses of the npm package `stopword`, which has no types of its own.
declare module "stopword" {
  /** `tokens` without those that are in `stopwords`, whatever their case. */
  export function removeStopwords(tokens: string[], stopwords?: string[]): string[];
  /** The English list. */
  export const eng: string[];
}
