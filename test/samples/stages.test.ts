// The stages of the `clean` sample, on text in memory.
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import fc from "fast-check";
import { test } from "uvu";
import { cleanAll, dropStopWords, filter, linesOf, readPosts, split } from "../../samples/clean/stages.ts";
import { equal, is, match, not, skip } from "../support/assert.ts";

const root = join(import.meta.dir, "../..");
const tokens = (text: string) => split([text]);
const kept = (text: string) => filter(split([text]));

async function posts(pieces: (string | Uint8Array)[], size?: number): Promise<string[][]> {
  const encoder = new TextEncoder();
  async function* stream() {
    for (const piece of pieces) yield typeof piece === "string" ? encoder.encode(piece) : piece;
  }
  const chunks: string[][] = [];
  for await (const chunk of readPosts(stream(), size)) chunks.push(chunk.map((post) => post.join("|")));
  return chunks;
}

test("readPosts() gives one post a line, with \\n and \\r\\n, empty ones too, and with or without a last line end", async () => {
  equal(await posts(["a\nb c\r\n\n\r\nd"]), [["a", "b c", "", "", "d"]]);
  equal(await posts(["a\nd\n"]), [["a", "d"]]);
  equal(await posts([""]), []);
  equal(await posts([]), []);
});

test("readPosts() joins what a stream has cut, inside a character and inside \\r\\n too", async () => {
  const bytes = new TextEncoder().encode("wo🌞rd\r\né\n");
  const cut = Array.from(bytes, (byte) => Uint8Array.of(byte));
  equal(await posts(cut), [["wo🌞rd", "é"]]);
});

test("readPosts() passes on chunks of the wanted number of posts", async () => {
  equal(await posts(["1\n2\n3\n4\n5"], 2), [["1", "2"], ["3", "4"], ["5"]]);
  equal(await posts(["1\n2\n3\n4\n"], 2), [
    ["1", "2"],
    ["3", "4"],
  ]);
});

test("split() removes emojis of every make, and separates what they stood between", () => {
  for (const emoji of [
    "🌞",
    "☕️",
    "☕",
    "❤",
    "🏃🏽‍♀️",
    "👨‍👩‍👧‍👦",
    "🇧🇷",
    "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "1️⃣",
    "#️⃣",
    "🏽",
    "❤️‍🔥",
    "👍👎",
    "♀",
    "🐕‍🦺",
  ]) {
    equal(tokens(`good${emoji}morning ${emoji}`), ["good", "morning"], emoji);
  }
  for (const emoticon of [":)", ":-(", ";-D", ":P", "<3", "&lt;3", "xD", ":'("]) {
    equal(tokens(`nice ${emoticon} day`), ["nice", "day"], emoticon);
  }
});

test("split() keeps digits, signs and joiners that only look like parts of emojis", () => {
  equal(tokens("1 #2 * ©"), ["1", "#2"]);
  equal(tokens("می‌خواهم"), ["می‌خواهم"]);
});

test("split() keeps words, hashtags, mentions, links, numbers and dotted abbreviations in one piece", () => {
  equal(tokens("Don’t stop, it's rock-and-roll: R&B/soul!Yes"), [
    "Don't",
    "stop",
    "it's",
    "rock-and-roll",
    "R&B",
    "soul",
    "Yes",
  ]);
  equal(tokens("(via>@user) #irony#not @user's"), ["via", "@user", "#irony", "#not", "@user's"]);
  equal(tokens("see https://a.example/b?c=1#d|www.e.example ann@mail.example.org and news.com/x."), [
    "see",
    "https://a.example/b?c=1#d",
    "www.e.example",
    "ann@mail.example.org",
    "and",
    "news.com/x.",
  ]);
  equal(tokens("the U.S. at 10:30am, 1,000 or 3.5 on 26/11..."), [
    "the",
    "U.S.",
    "at",
    "10:30am",
    "1,000",
    "or",
    "3.5",
    "on",
    "26/11",
  ]);
  equal(tokens("Привет, мир! 今日は。 नमस्ते दुनिया"), ["Привет", "мир", "今日は", "नमस्ते", "दुनिया"]);
});

test("split() reads characters that are spelled out", () => {
  equal(tokens("fish &amp; chips don&#39;t don\\u2019t yes\\nno &unknown;"), [
    "fish",
    "chips",
    "don't",
    "don't",
    "yes",
    "no",
    "unknown",
  ]);
  equal(tokens("\\ud83d\\ude00x&#999999;y"), ["x", "y"]);
});

test("filter() removes links and mentions, but no hashtags", () => {
  equal(kept("go https://a.example www.b.example c.com/d e@f.example @you @you's #me"), ["go", "#me"]);
});

test("filter() removes numbers in all their forms, and keeps words with digits in them", () => {
  equal(
    kept("1 22 1,000 3.5 10% $5 £4.95 10/10 26/11 2014-12-05 4:30 4pm 10:30am 1st 2nd 3rd 4th 90s 90's 10k 3x #1 ٣"),
    [],
  );
  equal(kept("PS4 2day gr8t 1D 77-year-old #The100 3rd-round"), [
    "PS4",
    "2day",
    "gr8t",
    "1D",
    "77-year-old",
    "#The100",
    "3rd-round",
  ]);
});

test("filter() removes abbreviations, whatever their case", () => {
  equal(kept("LOL omg btw Imho u.s. U.K. p.s. e.g. u r n w/ Mr. vs etc"), []);
  equal(kept("lolly us omega #lol"), ["lolly", "us", "omega", "#lol"]);
});

test("dropStopWords() removes the words of the library's list, whatever their case", () => {
  equal(dropStopWords(["The", "kettle", "is", "ON", "a", "#the", "fire"]), ["kettle", "#the", "fire"]);
});

test("linesOf() writes a line for a post that has nothing left", () => {
  is(linesOf([["a", "b"], [], ["c"]]), "a b\n\nc\n");
});

test("cleaning gives one line a post, of tokens with no space, mention or link in them", async () => {
  const part = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom(
      "@you",
      "https://a.b/c",
      "www.x.y",
      "🇧🇷",
      "👩🏽‍🚀",
      "&amp;",
      "\\u2019",
      "U.S.",
      "10%",
      "don't",
      "\t",
      "\r",
    ),
  );
  const post = fc.array(part).map((parts) => parts.join(" ").replaceAll("\n", " "));
  await fc.assert(
    fc.asyncProperty(fc.array(post), async (all) => {
      const text = await cleanAll(new Blob([all.map((line) => `${line}\n`).join("")]).stream());
      const lines = text.split("\n");
      is(lines.pop(), "");
      is(lines.length, all.length);
      for (const line of lines) {
        is(line, line.trim().replace(/ +/g, " "));
        not.match(line, /(^| )(@|https?:|www\.)|\p{RGI_Emoji}/v);
      }
    }),
  );
});

test("the sample's own posts come out clean", async () => {
  const file = Bun.file(join(root, "samples/clean/posts.txt"));
  const lines = (await cleanAll(file.stream())).split("\n");
  is(lines.length, (await file.text()).split("\n").length);
  is(lines[0], "Good morning world kettle");
  is(lines[2], "seen tide today");
  is(lines[6], "");
});

const tweets = join(root, "../shared/data/tweets.txt");
if (existsSync(tweets)) {
  test("4,205 real posts come out as 4,205 lines without emojis, links, mentions and spelled-out characters", async () => {
    const text = await cleanAll(Bun.file(tweets).stream());
    is(text.split("\n").length - 1, 4205);
    not.match(text, /\p{Emoji_Presentation}|@|http|&amp;|\\u/u);
    match(text, /^Natalie Prass Bird Prey via$/m);
  });
} else skip("real posts", `${relative(root, tweets)} is not here`);

test.run();
