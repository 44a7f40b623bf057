// cli/commands/completion: layer 10. `tsmpi completion bash|zsh|fish`: a script for the shell that completes commands, options,
// scripts and samples. The lists stand in it as they are in this version; the user's scripts are looked up by the shell.

import { completionBash } from "../completion/bash.ts";
import { completionFish } from "../completion/fish.ts";
import type { Words } from "../completion/words.ts";
import { completionZsh } from "../completion/zsh.ts";
import { sampleNames } from "../embedded/samples.ts";
import { optionTable } from "../launch/option-table.ts";
import { answers, dashed } from "../launch/options.ts";
import { UsageError } from "../usage-error.ts";

const shells: Readonly<Record<string, (words: Words) => string>> = {
  bash: completionBash,
  zsh: completionZsh,
  fish: completionFish,
};

/** Prints the script for a shell. */
export function completion(shell: string | undefined, commands: Words["commands"]): number {
  const make = Object.hasOwn(shells, shell ?? "") ? shells[shell!] : undefined;
  if (!make) {
    const expected = Object.keys(shells).join(", ");
    throw new UsageError(
      `Cannot print completions for ${shell ?? "no shell"}: expected one of ${expected}`,
      "for this shell: source <(tsmpi completion bash)",
    );
  }
  console.log(make({ commands, options: options(), samples: sampleNames.map((name) => `sample:${name}`) }));
  return 0;
}

function options(): Words["options"] {
  const rows = optionTable.flatMap(({ names, about, values, optional }) =>
    names.map((name) => ({ name: dashed(name), about, value: optional ? undefined : values?.[0] })),
  );
  const others = [...answers].map(([name, answer]) => ({
    name: dashed(name),
    about: `print the ${answer}`,
    value: undefined,
  }));
  return [...rows, ...others];
}
