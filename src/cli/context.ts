import type { Prompts } from "./prompts";

/** The world as a command sees it; tests hold all of it. */
export interface Context {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Waits, in milliseconds. Default: really waits. */
  readonly pause?: (milliseconds: number) => Promise<void>;
  /** All that is printed from now on goes through `mask`. */
  readonly maskOutput?: (mask: (text: string) => string) => void;
  /** How a person is asked; absent: on the terminal. */
  readonly prompts?: Prompts;
}

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Flags that every command knows. */
export interface GlobalFlags {
  /** Folder of the Nest; default: the nearest folder upwards that holds `nest.fly`. */
  readonly nest?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  /** Commander's form of `--no-color`. */
  readonly color?: boolean;
}

/** Exit codes of the command line (requirements R3). */
export const EXIT = { done: 0, failed: 1, changes: 2, usage: 64, interrupted: 130 } as const;

/** Whether to colour what goes to `output`. */
export function wantsColor(context: Context, flags: GlobalFlags, output: Output): boolean {
  if (flags.color === false || context.env["NO_COLOR"]) return false;
  return Boolean(context.env["FORCE_COLOR"]) || (output.isTTY === true && context.env["TERM"] !== "dumb");
}

/** Whether a person is there to answer. */
export function canPrompt(context: Context, flags: GlobalFlags): boolean {
  return context.stdin.isTTY === true && context.stdout.isTTY === true && !context.env["CI"] && !flags.quiet && !flags.json;
}
