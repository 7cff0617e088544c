import { allCommands, type CompletionCommand, type CompletionValue } from "./model";

export function fishCompletion(root: CompletionCommand): string {
  const commands = allCommands(root);
  const withValue = [...new Set(commands.flatMap(({ options }) => options.filter(({ value }) => value).flatMap(({ names }) => names)))].sort();
  const many = [...new Set(commands.flatMap(({ options }) => options.filter(({ value }) => value?.many).flatMap(({ names }) => names)))].sort();
  return `# Completion of gosling for fish. For this shell: gosling completion fish | source
# For every shell: gosling completion fish > ~/.config/fish/completions/gosling.fish

# Prints the command that the words before the cursor name, and its arguments, one per line.
function __gosling_words
    set -l command gosling
    set -l arguments
    set -l waits no
    for word in (commandline -opc)[2..-1]
        if string match -q -- '-*' $word
            set waits no
            if contains -- $word ${withValue.map(quote).join(" ")}
                set waits one
                contains -- $word ${many.map(quote).join(" ")}; and set waits many
            end
        else if test $waits = one
            set waits no
        else if test $waits = no
            if contains -- "$command $word" ${commands.slice(1).map(({ words }) => quote(words)).join(" ")}
                set command "$command $word"
            else
                set -a arguments $word
            end
        end
    end
    echo $command
    for argument in $arguments
        echo $argument
    end
end

# Whether the words before the cursor are values of this option, which takes several.
function __gosling_after
    set -l last
    for word in (commandline -opc)
        string match -q -- '-*' $word; and set last $word
    end
    test "$last" = $argv[1]
end

# Whether the words name this command, with so many arguments behind it where a number is given.
function __gosling_is
    set -l words (__gosling_words)
    test "$words[1]" = "$argv[1]"; or return 1
    test (count $argv) -lt 2; or test (math (count $words) - 1) -eq $argv[2]
end

function __gosling_names
    set -l words (commandline -opc)
    set -l nest
    if set -l at (contains -i -- --nest $words)
        set nest --nest $words[(math $at + 1)]
    end
    $words[1] $nest completion --names $argv[1] 2>/dev/null
end

complete -c gosling -f
${commands.flatMap(commandLines).join("\n")}
`;
}

function commandLines({ words, commands, options, arguments: args }: CompletionCommand): readonly string[] {
  const at = `complete -c gosling -n ${quote(`__gosling_is "${words}"`)}`;
  return [
    ...commands.map(({ name, description }) => `${`complete -c gosling -n ${quote(`__gosling_is "${words}" 0`)}`} -a ${quote(name)} -d ${quote(description)}`),
    ...options.map(({ names, description, value }) => `${at} ${names.map(flag).join(" ")}${value ? ` ${valueFlags(value, true)}` : ""} -d ${quote(description)}`),
    ...options.flatMap(({ names, value }) => (value?.many ? names.map((name) => `complete -c gosling -n ${quote(`__gosling_is "${words}"; and __gosling_after ${name}`)} ${valueFlags({ ...value, many: false }, false)}`) : [])),
    ...args.map((value, index) => `${value.many ? at : `complete -c gosling -n ${quote(`__gosling_is "${words}" ${index}`)}`} ${valueFlags(value, false)}`),
  ].filter((line) => !line.endsWith(" "));
}

function flag(name: string): string {
  return name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`;
}

/** `-x`: a value is needed and no file; `-r -F`: a file. */
function valueFlags({ what }: CompletionValue, isOption: boolean): string {
  const exclusive = isOption ? "-x " : "";
  switch (what.kind) {
    case "words":
      return `${exclusive}-a ${quote(what.words.join(" "))}`;
    case "names":
      return `${exclusive}-a ${quote(`(__gosling_names ${what.of === "first-argument" ? "(__gosling_words)[2]" : what.of})`)}`;
    case "files":
      return isOption ? "-r -F" : "-F";
    case "folders":
      return `${exclusive}-a '(__fish_complete_directories (commandline -ct))'`;
    case "anything":
      return isOption ? "-x" : "";
  }
}

/** In single quotes, of which fish reads only \\' and \\\\ as more than themselves. */
function quote(text: string): string {
  return `'${text.replace(/\s+/g, " ").replace(/['\\]/g, "\\$&")}'`;
}
