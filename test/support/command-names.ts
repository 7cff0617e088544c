import type { Command } from "commander";
import { type Cli, makeProgram } from "../../src/cli/program";

/** Every command of the program that does something: `plan`, `secrets check`. */
export async function commandNames(): Promise<readonly string[]> {
  const silent = { write: () => undefined, isTTY: false };
  const cli: Cli = {
    context: { cwd: "/", env: {}, stdin: process.stdin, stdout: silent, stderr: silent, now: Date.now },
    version: "0.0.0",
    flags: () => ({}),
    action: () => async () => undefined,
  };
  return (await makeProgram([], cli, true)).commands.flatMap((command) => namesBelow(command, command.name()));
}

function namesBelow({ commands }: Command, name: string): readonly string[] {
  return commands.length === 0 ? [name] : commands.flatMap((command) => namesBelow(command, `${name} ${command.name()}`));
}
