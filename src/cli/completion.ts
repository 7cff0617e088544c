import { Argument, type Command, Option } from "commander";
import type { Context } from "./context";
import { EXIT } from "./context";
import { fishCompletion } from "./completion/fish";
import { completionModel, NAME_KINDS, type NameKind } from "./completion/model";
import { bashCompletion, zshCompletion } from "./completion/walking-shells";
import { nestFolder } from "./nest-option";
import { type Cli, makeProgram } from "./program";
import { GoslingError } from "../vocabulary/error";

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

export function configure(command: Command, cli: Cli): void {
  command
    .addArgument(new Argument("[shell]", "the shell").choices(Object.keys(SHELLS)))
    // For the scripts: names of the Nest, one per line.
    .addOption(new Option("--names <kind>").hideHelp())
    .addHelpText(
      "after",
      "\nFor this shell:\n  bash: source <(gosling completion bash)\n  zsh:  source <(gosling completion zsh)\n  fish: gosling completion fish | source\n\nFor every shell:\n  bash: gosling completion bash > ~/.local/share/bash-completion/completions/gosling\n  zsh:  gosling completion zsh > \"${fpath[1]}/_gosling\"\n  fish: gosling completion fish > ~/.config/fish/completions/gosling.fish",
    )
    .action(cli.action((shell: keyof typeof SHELLS | undefined) => completion(cli, command, shell)));
}

async function completion(cli: Cli, command: Command, shell: keyof typeof SHELLS | undefined): Promise<number> {
  const { context } = cli;
  const { names } = command.opts<{ names?: string }>();
  if (names !== undefined) return printNames(cli, command, context, names);
  if (shell === undefined) throw new GoslingError("SHELL_MISSING", "For which shell?", { hint: "Write: gosling completion bash, zsh or fish", exitCode: EXIT.usage });
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- only a script needs it
  const { GET_KINDS } = require("./get") as typeof import("./get");
  context.stdout.write(SHELLS[shell](completionModel(await makeProgram([], cli, true), GET_KINDS)));
  return EXIT.done;
}

/** Whoever presses TAB wants names or nothing: a Nest that can't be read is told by other commands. */
async function printNames(cli: Cli, command: Command, context: Context, kind: string): Promise<number> {
  if (!Object.hasOwn(NAME_KINDS, kind)) return EXIT.done;
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- only names need it
    const { readNames } = require("../nest/names") as typeof import("../nest/names");
    const found = await readNames(nestFolder(cli, command));
    const of = (type: string): readonly string[] => found.get(type) ?? [];
    const names = kind === "unit" ? [...of("egg"), ...of("eggsbucket"), ...of("job").map((name) => `job.${name}`)] : NAME_KINDS[kind as NameKind].flatMap(of);
    context.stdout.write(names.map((name) => `${name}\n`).join(""));
  } catch (error) {
    if (!(error instanceof GoslingError)) throw error;
  }
  return EXIT.done;
}
