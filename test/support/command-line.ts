import { PassThrough } from "node:stream";
import type { Context } from "../../src/cli/context";
import type { Prompts } from "../../src/cli/prompts";
import { run } from "../../src/cli/program";

export interface CommandLineResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command line in this process, in a folder; answers with all that it printed. Where there are prompts, a
 * person is there to answer them; else there is no terminal, and `input` comes from standard input.
 */
export async function gosling(cwd: string, argv: readonly string[], env: Readonly<Record<string, string>> = {}, prompts?: Prompts, input: string | Buffer = ""): Promise<CommandLineResult> {
  let stdout = "";
  let stderr = "";
  const context: Context = {
    cwd,
    env,
    stdin: Object.assign(new PassThrough().end(input), { isTTY: prompts !== undefined }),
    stdout: { write: (text) => (stdout += text), isTTY: prompts !== undefined },
    stderr: { write: (text) => (stderr += text) },
    now: Date.now,
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    ...(prompts && { prompts }),
  };
  const code = await run(argv, context, "0.0.0");
  return { code, stdout, stderr };
}
