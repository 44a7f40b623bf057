// cli/agent/printable: layer 10. Text from another machine, as it may be shown on this one. Pure.

/** Without control characters, which terminals obey, and not too long. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?").slice(0, 200);
}
