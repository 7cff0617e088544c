import type { Context, Output } from "./context";

/**
 * The same context, where all that is printed goes through what `maskOutput` was told last. A secret may come in an
 * engine's words, a server's, or an error's, and no command has to think of it.
 */
export function guardOutput(context: Context): Context & Required<Pick<Context, "maskOutput">> & { readonly masked: (text: string) => string } {
  let masked = (text: string): string => text;
  // What a context has besides stays as it is, and is not looked at: standard input is opened only when it is read.
  return Object.create(context, {
    stdout: { value: guarded(context.stdout, (text) => masked(text)) },
    stderr: { value: guarded(context.stderr, (text) => masked(text)) },
    maskOutput: { value: (mask: (text: string) => string) => void (masked = mask) },
    masked: { value: (text: string) => masked(text) },
  }) as ReturnType<typeof guardOutput>;
}

function guarded(output: Output, mask: (text: string) => string): Output {
  return {
    write: (text) => output.write(mask(text)),
    get isTTY() {
      return output.isTTY;
    },
    get columns() {
      return output.columns;
    },
  };
}

/** An error that nobody has thought of is shown by Node itself, with its stack and its causes. */
export function concealed(error: unknown, mask: (text: string) => string): unknown {
  const seen = new Set<unknown>();
  for (let each = error; each instanceof Error && !seen.has(each); each = each.cause) {
    seen.add(each);
    for (const name of ["message", "stack"] as const) {
      const text = each[name] ?? "";
      const shown = mask(text);
      // Defined and not assigned: some errors only tell their message.
      if (shown !== text) Object.defineProperty(each, name, { value: shown, configurable: true, writable: true });
    }
  }
  return error;
}
