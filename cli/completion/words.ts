// cli/completion/words: layer 10. What the completion scripts of all shells complete; and quoting, which they share.

export interface Words {
  /** `words` are what may follow the command. */
  readonly commands: readonly {
    readonly name: string;
    readonly about: string;
    readonly words?: readonly string[];
  }[];
  /** With their dashes; `value` is what the help calls the option's first value. */
  readonly options: readonly { readonly name: string; readonly about: string; readonly value: string | undefined }[];
  /** With `sample:` in front. */
  readonly samples: readonly string[];
}

/** Options whose value is the name of a file or directory. */
export function takesPath(value: string | undefined): boolean {
  return value === "DIR" || value === "FILE";
}

/** A word in single quotes, as bash and zsh read it. */
export function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
