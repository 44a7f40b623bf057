// cli/launch/option-row: layer 10. What a row of the option table has. Types only; made by option-table and option-rows-…,
// read by options, commands/run (to print the help) and commands/completion.
import type { Draft } from "./option-draft.ts";

export interface OptionRow {
  /** Spellings without dashes; one dash or two is the same. The help shows the first `shown` of them. */
  readonly names: readonly string[];
  readonly shown: string;
  /** What follows the option, by the names that the help gives it; none for a switch. */
  readonly values?: readonly string[];
  /** `NAME=VALUE` in one argument stands for the two values. */
  readonly joined?: true;
  /** Its value may be left out: without `=`, the next argument is it only where this says so. */
  readonly optional?: (next: string) => boolean;
  /** It means something only where there are several hosts. */
  readonly between?: true;
  readonly group: "Ranks" | "Hosts" | "Between hosts" | "Programs" | "Input and output" | "Job";
  readonly about: string;
  /** `option` is the option as it was typed. */
  apply(draft: Draft, values: readonly string[], option: string): void;
}
