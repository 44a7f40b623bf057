// cli/completion/bash: layer 10. The completion script for bash. Called by commands/completion.

import { takesPath, type Words } from "./words.ts";

/**
 * The word is taken from the line, not from COMP_WORDS, as bash cuts words at the colon of `sample:hello`; for the same
 * reason what stands before a colon is taken off the replies.
 */
export function completionBash({ commands, options, samples }: Words): string {
  const valued = options.filter(({ value }) => value !== undefined);
  const paths = valued.filter(({ value }) => takesPath(value)).map(({ name }) => name);
  const others = valued.filter(({ value }) => !takesPath(value)).map(({ name }) => name);
  const worded = commands.filter(({ words }) => words);
  return `# bash completion for tsmpi: source <(tsmpi completion bash)
_tsmpi() {
  local line word previous words file choices
  line=\${COMP_LINE:0:COMP_POINT}
  word=\${line##*[[:space:]]}
  read -ra words <<< "\${line%"$word"}"
  previous=\${words[\${#words[@]}-1]}
  COMPREPLY=()
  case $previous in
    ${paths.join("|")}) return ;;
    ${others.join("|")}) return ;;
  esac
  case \${words[1]} in
${worded.map(({ name, words }) => `    ${name}) choices="${words!.join(" ")}" ;;`).join("\n")}
    init | scripts) return ;;
    *)
      case $word in
        -*) choices="${options.map(({ name }) => name).join(" ")}" ;;
        *)
          choices="${samples.join(" ")}"
          if [ \${#words[@]} -eq 1 ]; then choices="$choices ${commands.map(({ name }) => name).join(" ")}"; fi
          for file in scripts/*.ts scripts/*.tsx scripts/*.js scripts/*.mjs; do
            if [ -f "$file" ]; then file=\${file##*/}; choices="$choices \${file%.*}"; fi
          done
          for file in "$word"*.ts "$word"*.tsx "$word"*.js "$word"*.mjs; do
            if [ -f "$file" ]; then COMPREPLY+=("$file"); fi
          done
          for file in "$word"*/; do
            if [ -d "$file" ]; then COMPREPLY+=("$file"); fi
          done
          ;;
      esac
      ;;
  esac
  COMPREPLY+=($(compgen -W "$choices" -- "$word"))
  case $word in
    *:*) COMPREPLY=("\${COMPREPLY[@]#"\${word%"\${word##*:}"}"}") ;;
  esac
  case \${COMPREPLY[0]} in
    */) compopt -o nospace 2> /dev/null ;;
  esac
}
complete -o default -F _tsmpi tsmpi`;
}
