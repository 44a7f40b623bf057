// What the stages of the `clean` sample do to posts; ../clean.ts spreads them over the ranks.
import { eng, removeStopwords } from "stopword";

/** A post as a list of tokens. As it comes from the file, the list has one element: the whole line. */
export type Post = string[];

/** Stage 0: reads lines from a stream of UTF-8 bytes, and passes them on in chunks of `size` posts. */
export async function* readPosts(bytes: AsyncIterable<Uint8Array>, size = 64): AsyncGenerator<Post[]> {
  const decoder = new TextDecoder();
  let chunk: Post[] = [];
  let rest = "";
  for await (const piece of bytes) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (chunk.push([line]) < size) continue;
      yield chunk;
      chunk = [];
    }
  }
  rest += decoder.decode();
  if (rest !== "") chunk.push([rest]);
  if (chunk.length > 0) yield chunk;
}

/** Characters that text from the web spells out: `&amp;`, `&#39;`, `\u2019`, `\n`. */
const escaped = /&(?:#(\d{1,6})|(amp|lt|gt|quot|apos|nbsp));|\\(?:u([0-9a-f]{4})|n)/gi;
const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

function unescaped(text: string): string {
  return text.replace(escaped, (_, decimal?: string, name?: string, hex?: string) => {
    if (name) return entities[name.toLowerCase()]!;
    return String.fromCodePoint(decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : 0x0a);
  });
}

/** An emoji with all that may follow it: joiners, variation selectors, keycaps, tags; and invisible characters. */
const emoji =
  /(?:\p{RGI_Emoji}|[\p{Extended_Pictographic}--[©®™‼⁉]]|[\p{Emoji_Modifier}\p{RI}]|[\d#*]\u{FE0F}?\u{20E3})[\u{200D}\u{FE0E}\u{FE0F}\u{20E3}\u{E0020}-\u{E007F}]*|[\p{DI}--[\u{200C}\u{200D}]]/gv;
/** Emoji made of punctuation: `:)`, `;-D`, `<3`, `xD`. */
const emoticon = /(?<!\S)(?:[<>]?[:;=]['^o-]?[()DPpO3/\\|*]+|<3+|[xX]D+)(?!\S)/g;

/** What stays in one piece; everything between two tokens goes. */
const token = new RegExp(
  [
    /(?:https?:\/\/|www\.)[^\s\|<>"]+/v, // a link,
    /[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+/v, // a mail address,
    /[\w\-]+(?:\.[\w\-]+)*\.(?:com|org|net|edu|gov|ly|co|io|tv)\b(?:\/[^\s\|<>"]*)?/v, // a link without its beginning,
    /[@#][\p{L}\p{M}\p{N}_]+(?:'s)?/v, // a mention or hashtag,
    /(?:\p{L}\.){2,}(?:\p{L}(?![\p{L}\p{M}\p{N}]))?/v, // U.S.A., e.g.,
    /\p{N}+(?:[.,:\/\-]\p{N}+)+\p{L}*/v, // 1,000 or 10:30am or 26/11,
    /[\p{L}\p{M}\p{N}]+(?:(?:['_\&\-\u{200C}\u{200D}]|\*+)[\p{L}\p{M}\p{N}]+)*/v, // a word: don't, rock-and-roll, 2day.
  ]
    .map((part) => part.source)
    .join("|"),
  "giv",
);

/** Stage 1: removes emojis and splits into tokens. */
export function split(post: Post): Post {
  const text = unescaped(post.join(" ")).replaceAll("’", "'").replace(emoji, " ").replace(emoticon, " ");
  return text.match(token) ?? [];
}

const link = /^(?:https?:|www\.)|.@.|\.(?:com|org|net|edu|gov|ly|co|io|tv)(?:$|\/)/i;
const number = /^#?\p{N}+(?:[.,:/-]\p{N}+)*(?:st|nd|rd|th|'?s|k|m|bn|x|am|pm|mins?|hrs?|yrs?|km|kg|oz)?$/iu;
/** Letters with dots (U.S.) and single letters (u, r, n); the others are listed. */
const letters = /^(?:\p{L}\.)+\p{L}?$|^\p{Script=Latin}$/u;
const abbreviations = new Set(
  `af afaik afk aka approx asap b4 bc bff brb btw dept dm dr eta etc faq ffs fml ftw fwiw fyi gr8 gtg hmu hrs icymi idc idk ikr
   ily imho imo irl jk jr lmao lmfao lmk lol mins mr mrs ms msg nsfw nvm omfg omg omw pic pls plz pm ppl prof rn rofl rt smh
   sr st stfu tba tbd tbh tbt tfw tgif thx tldr tmi tmrw ttyl txt ur vs wtf wth xoxo yolo yr yrs`.split(/\s+/),
);

/** Stage 2: removes links, mentions, abbreviations and numbers. */
export function filter(post: Post): Post {
  return post.filter(
    (word) =>
      !word.startsWith("@") &&
      !link.test(word) &&
      !number.test(word) &&
      !letters.test(word) &&
      !abbreviations.has(word.toLowerCase()),
  );
}

/** Stage 3: removes stop words: words like "the" and "of", which say little. */
export function dropStopWords(post: Post): Post {
  return removeStopwords(post, eng);
}

/** What stage 4 writes for a chunk: one line a post, also for a post that has nothing left. */
export function linesOf(posts: readonly Post[]): string {
  return posts.map((post) => `${post.join(" ")}\n`).join("");
}

/** The stages between the first, which reads, and the last, which writes. */
export const middle: readonly ((post: Post) => Post)[] = [split, filter, dropStopWords];

/** All stages in one process: what the pipeline must give, on however many ranks. */
export async function cleanAll(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of readPosts(bytes)) {
    text += linesOf(middle.reduce<Post[]>((posts, stage) => posts.map(stage), chunk));
  }
  return text;
}
