import { shellWord } from "../questions";
import { allCommands, type CompletionCommand, type CompletionValue } from "./model";

/**
 * Bash and zsh complete in the same way: walk over the words before the cursor, then look up what may stand there.
 * `KEY` is `gosling add egg --type` for an option's value, `gosling add egg #0` for an argument, and `@commands` or
 * `@options` in their place for the words of that kind.
 */

/** Bash 3.2 and later, without its completion library. */
export function bashCompletion(root: CompletionCommand): string {
  return `# Completion of gosling for bash. For this shell: source <(gosling completion bash)
# For every shell: gosling completion bash > ~/.local/share/bash-completion/completions/gosling

# Sets reply: what may stand at KEY.
__gosling_lookup() {
  case "$1" in
${cases(root, (commands) => commands.map(({ name }) => name).join(" "), (names) => names.map(([name]) => name).join(" "))}
  *) reply="" ;;
  esac
}

__gosling_names() {
  local i nest=""
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ \${COMP_WORDS[i]} == --nest ]]; then nest=\${COMP_WORDS[i + 1]}; fi
  done
  if [[ -n $nest ]]; then "\${COMP_WORDS[0]}" --nest "$nest" completion --names "$1" 2>/dev/null; else "\${COMP_WORDS[0]}" completion --names "$1" 2>/dev/null; fi
}

_gosling() {
  local cur=\${COMP_WORDS[COMP_CWORD]} IFS=$' \\t\\n' reply word i
  local command=gosling option="" first="" position=0
  COMPREPLY=()
${walk("COMP_WORDS", "1", "COMP_CWORD")}
  if [[ $cur == "=" ]]; then cur=""; fi
${choose()}
  local IFS=$'\\n'
  case "$reply" in
  "words "*) COMPREPLY=($(IFS=$' '; compgen -W "\${reply#words }" -- "$cur")) ;;
  "names "*) COMPREPLY=($(compgen -W "$(__gosling_names "\${reply#names }")" -- "$cur")) ;;
  files)
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$cur"))
    ;;
  folders)
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -d -- "$cur"))
    ;;
  esac
}

complete -F _gosling gosling
`;
}

export function zshCompletion(root: CompletionCommand): string {
  const described = (items: readonly (readonly [string, string])[]): string => items.map(([name, description]) => shellWord(`${name}:${oneLine(description)}`)).join(" ");
  return `#compdef gosling
# Completion of gosling for zsh. For this shell: source <(gosling completion zsh)
# For every shell: gosling completion zsh > "\${fpath[1]}/_gosling"

# Sets reply: what may stand at KEY; described: the same words with a line about each.
__gosling_lookup() {
  described=()
  case "$1" in
${cases(
  root,
  (commands) => commands.map(({ name }) => name).join(" "),
  (names) => names.map(([name]) => name).join(" "),
  (items) => `; described=(${described(items)})`,
)}
  *) reply="" ;;
  esac
}

__gosling_names() {
  local i nest=""
  for ((i = 2; i < CURRENT; i++)); do
    if [[ \${words[i]} == --nest ]]; then nest=\${(Q)words[i + 1]}; fi
  done
  if [[ -n $nest ]]; then "\${(Q)words[1]}" --nest "$nest" completion --names "$1" 2>/dev/null; else "\${(Q)words[1]}" completion --names "$1" 2>/dev/null; fi
}

_gosling() {
  local cur=\${words[CURRENT]} reply word i
  local -a described found
  local command=gosling option="" first="" position=0
${walk("words", "2", "CURRENT")}
${choose()}
  case "$reply" in
  "words "*)
    if ((\${#described})); then
      _describe -t words gosling described
    else
      found=(\${=reply#words })
      compadd -- $found
    fi
    ;;
  "names "*)
    found=(\${(f)"$(__gosling_names "\${reply#names }")"})
    compadd -- $found
    ;;
  files) _files ;;
  folders) _files -/ ;;
  esac
}

if [[ \${funcstack[1]} == _gosling ]]; then
  _gosling "$@"
else
  compdef _gosling gosling
fi
`;
}

/** Goes over the words before the cursor: which command they name, the option that waits for a value, how many arguments there are. */
function walk(words: string, start: string, end: string): string {
  return `  for ((i = ${start}; i < ${end}; i++)); do
    word=\${${words}[i]}
    if [[ $word == "=" ]]; then continue; fi
    if [[ -n $option && $word != -* ]]; then
      __gosling_lookup "$command $option"
      if [[ $reply != "many "* ]]; then option=""; fi
      continue
    fi
    option=""
    if [[ $word == -* ]]; then
      __gosling_lookup "$command $word"
      if [[ -n $reply ]]; then option=$word; fi
      continue
    fi
    __gosling_lookup "$command $word @options"
    if [[ -n $reply ]]; then
      command="$command $word"
      continue
    fi
    if ((position == 0)); then first=$word; fi
    position=$((position + 1))
  done`;
}

/** What may stand at the cursor. */
function choose(): string {
  return `  if [[ -n $option && $cur != -* ]]; then
    __gosling_lookup "$command $option"
  elif [[ $cur == -* ]]; then
    __gosling_lookup "$command @options"
  else
    __gosling_lookup "$command @commands"
    if [[ -z $reply ]]; then __gosling_lookup "$command #$position"; fi
    if [[ -z $reply ]]; then __gosling_lookup "$command #*"; fi
  fi
  reply=\${reply#many }
  if [[ $reply == "names first-argument" ]]; then reply="names $first"; fi`;
}

type Words = (items: readonly (readonly [string, string])[]) => string;

function cases(root: CompletionCommand, commandWords: (commands: readonly CompletionCommand[]) => string, optionWords: Words, describe: Words = () => ""): string {
  const lines: string[] = [];
  const add = (key: string, reply: string, more = ""): unknown => lines.push(`  ${shellWord(key)}) reply=${shellWord(reply)}${more} ;;`);
  for (const { words, commands, options, arguments: args } of allCommands(root)) {
    if (commands.length > 0) add(`${words} @commands`, `words ${commandWords(commands)}`, describe(commands.map(({ name, description }) => [name, description])));
    const named = options.flatMap(({ names, description }) => names.map((name) => [name, description] as const));
    add(`${words} @options`, `words ${optionWords(named)}`, describe(named));
    for (const { names, value } of options) if (value) for (const name of names) add(`${words} ${name}`, replyOf(value));
    args.forEach((value, index) => add(`${words} ${value.many ? "#*" : `#${index}`}`, replyOf(value)));
  }
  return lines.join("\n");
}

function replyOf({ many, what }: CompletionValue): string {
  return `${many ? "many " : ""}${what.kind === "words" ? `words ${what.words.join(" ")}` : what.kind === "names" ? `names ${what.of}` : what.kind}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}
