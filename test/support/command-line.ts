import { PassThrough } from "node:stream";
import type { Context } from "../../src/cli/context";
import { run } from "../../src/cli/program";

export interface CommandLineResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process, in a folder, without a terminal; answers with all that it printed. */
export async function gosling(cwd: string, argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CommandLineResult> {
  let stdout = "";
  let stderr = "";
  const context: Context = {
    cwd,
    env,
    stdin: new PassThrough().end(),
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    now: Date.now,
  };
  const code = await run(argv, context, "0.0.0");
  return { code, stdout, stderr };
}
