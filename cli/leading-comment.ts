// cli/leading-comment: layer 10. The line by which `tsmpi scripts` and `tsmpi samples` introduce a program.

/** The first line of text in the comment that a program starts with, or "" when it starts with something else. */
export function leadingComment(source: string): string {
  for (const line of source.replace(/^\uFEFF?(#!.*)?/, "").split("\n")) {
    const trimmed = line.trim();
    if (trimmed === "") continue;
    const comment = /^(?:\/\/+|\/\*+|\*(?!\/))\s*(.*?)\s*(?:\*+\/.*)?$/.exec(trimmed);
    if (!comment) return "";
    if (comment[1]) return comment[1];
    if (trimmed.includes("*/")) return "";
  }
  return "";
}
