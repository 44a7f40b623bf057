// cli/completion/zsh: layer 10. The completion script for zsh. Called by commands/completion.

import { singleQuoted, takesPath, type Words } from "./words.ts";

/** Works sourced, and as a file `_tsmpi` in a directory of `fpath`. */
export function completionZsh({ commands, options, samples }: Words): string {
  const described = (rows: readonly { name: string; about: string }[]) =>
    rows.map(({ name, about }) => `    ${singleQuoted(`${name}:${about}`)}`).join("\n");
  const valued = options.filter(({ value }) => value !== undefined);
  const paths = valued.filter(({ value }) => takesPath(value)).map(({ name }) => name);
  const others = valued.filter(({ value }) => !takesPath(value)).map(({ name }) => name);
  const worded = commands.filter(({ words }) => words);
  return `#compdef tsmpi
# zsh completion for tsmpi: source <(tsmpi completion zsh)
_tsmpi() {
  local -a commands options samples scripts
  commands=(
${described(commands)}
  )
  options=(
${described(options)}
  )
  samples=(${samples.join(" ")})
  scripts=(scripts/*.(ts|tsx|js|mjs)(N:t:r))
  case $words[CURRENT-1] in
    ${paths.join("|")}) _files; return ;;
    ${others.join("|")}) return ;;
  esac
  if (( CURRENT > 2 )); then
    case $words[2] in
${worded.map(({ name, words }) => `      ${name}) if (( CURRENT == 3 )); then compadd ${words!.join(" ")}; else _files -/; fi; return ;;`).join("\n")}
      init) _files -/; return ;;
      scripts) return ;;
    esac
  fi
  if [[ $words[CURRENT] == -* ]]; then
    _describe -t options option options
    return
  fi
  if (( CURRENT == 2 )); then _describe -t commands command commands; fi
  compadd -X script -a scripts
  compadd -X sample -a samples
  _files
}
if [[ $funcstack[1] == _tsmpi ]]; then _tsmpi "$@"; else compdef _tsmpi tsmpi; fi`;
}
