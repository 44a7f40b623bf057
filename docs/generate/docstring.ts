// docs/generate/docstring: takes a docstring apart. Called by sources.ts; the examples' tests run what it finds.

export interface Parameter {
  /** One or several that share a text: `source`, `tag`. */
  readonly names: readonly string[];
  readonly text: string;
}

export interface Docstring {
  /** What it says before its first tag, as Markdown. */
  readonly text: string;
  readonly parameters: readonly Parameter[];
  readonly returns: string;
  /** What it says of each kind of error, with its type in front if it names one. */
  readonly throws: readonly string[];
  /** The code of its examples. */
  readonly examples: readonly string[];
  /** The section of the standard, such as `3.2.4`; empty where it ends with none. */
  readonly section: string;
  /** Whether it says that what it describes is `for the library`, and not for scripts. */
  readonly ofLibrary: boolean;
}

const tags = /(?:^|[ \n])@(param|returns|throws|example|default|see|module)\b/g;

/** The content of a comment, without its stars. */
function plain(comment: string): string {
  return comment.replace(/^\s*\/\*\*\s?|\s*\*\/\s*$/g, "").replace(/^\s*\* ?/gm, "");
}

/** `{MPI.Exception} ERR_RANK …` and `Exception of class ERR_RANK …` as one spelling. */
function thrown(text: string): string {
  return text
    .replace(/^\{([^}]+)\}\s*/, "`$1`: ")
    .replace(/^Exception (?:of class )?/, "`MPI.Exception`: ")
    .replace(/; TypeError /, "; `TypeError` ");
}

/** Takes a whole comment, with its stars, apart. */
export function parseDocstring(comment: string): Docstring {
  const whole = plain(comment);
  const examples = [...whole.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!);
  const text = whole.replace(/```ts\n.*?```/gs, "");
  const found = [...text.matchAll(tags)];
  const parameters: Parameter[] = [];
  const throws: string[] = [];
  let returns = "";
  let waiting: string[] = [];
  for (const [i, { 0: tag, 1: kind, index }] of found.entries()) {
    const content = text.slice(index + tag.length, found[i + 1]?.index).trim();
    if (kind === "returns") returns = content;
    else if (kind === "throws") throws.push(thrown(content));
    else if (kind === "param") {
      const [, name = "", rest = ""] = /^(\S+)\s*(.*)$/s.exec(content) ?? [];
      waiting.push(name);
      if (rest === "") continue;
      parameters.push({ names: waiting, text: rest });
      waiting = [];
    }
  }
  return {
    text: text.slice(0, found[0]?.index).trim(),
    parameters,
    returns,
    throws,
    examples,
    section: /@see MPI-4\.1 §([\d.]*\d)\s*$/.exec(whole)?.[1] ?? "",
    ofLibrary: /[;:.] for the library\b/i.test(text),
  };
}
