import { GoslingError } from "../vocabulary/error";
import { type Context, EXIT } from "./context";

/** How a command asks a person. Each question may be cancelled: then it throws `CANCELLED` (exit code 130). */
export interface Prompts {
  text(question: TextQuestion): Promise<string>;
  /** As `text`, but what is typed is not shown. */
  password(question: Pick<TextQuestion, "message" | "check">): Promise<string>;
  /** Answers with the value of one option. */
  select(question: SelectQuestion): Promise<string>;
  confirm(question: { readonly message: string; readonly offered: boolean }): Promise<boolean>;
}

export interface TextQuestion {
  readonly message: string;
  /** Stands in the line already, to be taken or changed. */
  readonly offered?: string;
  /** Shown while the line is empty. */
  readonly example?: string;
  /** What is wrong with an answer; asked again until nothing is. */
  readonly check?: (answer: string) => string | undefined;
}

export interface SelectQuestion {
  readonly message: string;
  readonly options: readonly { readonly value: string; readonly label?: string; readonly hint?: string }[];
  readonly offered?: string;
}

/** Prompts on the terminal, or those that the context brings. Loads what it needs with the first question. */
export function terminalPrompts(context: Context): Prompts {
  if (context.prompts) return context.prompts;
  return {
    async text({ message, offered, example, check }) {
      const clack = await import("@clack/prompts");
      const validate = check && ((answer: string | undefined) => check(answer ?? ""));
      return answered(await clack.text({ message, ...(offered !== undefined && { initialValue: offered }), ...(example !== undefined && { placeholder: example }), ...(validate && { validate }) }));
    },
    async password({ message, check }) {
      const clack = await import("@clack/prompts");
      const validate = check && ((answer: string | undefined) => check(answer ?? ""));
      return answered(await clack.password({ message, ...(validate && { validate }) }));
    },
    async select({ message, options, offered }) {
      const clack = await import("@clack/prompts");
      return answered(await clack.select({ message, options: options.map((option) => ({ ...option })), ...(offered !== undefined && { initialValue: offered }) }));
    },
    async confirm({ message, offered }) {
      const clack = await import("@clack/prompts");
      return answered(await clack.confirm({ message, initialValue: offered }));
    },
  };
}

/** A cancelled prompt answers with a symbol. */
function answered<T>(answer: T): Exclude<T, symbol> {
  if (typeof answer !== "symbol") return answer as Exclude<T, symbol>;
  throw new GoslingError("CANCELLED", "Cancelled: nothing was written", { exitCode: EXIT.interrupted });
}
