import type { Context } from "../evaluation-context";
import type { Span } from "../syntax";
import type { Type } from "../type";
import type { UnmarkedValue, Value } from "../value";

/** What a function wants at one place. */
export interface Parameter {
  readonly name: string;
  /** Arguments are converted to it; `dynamic` takes any value as it is. */
  readonly type: Type;
  /** Whether null may be given; else it is refused before the call. */
  readonly nullable?: boolean;
  /**
   * Marks that the function passes on by itself: those of parts (`inside`: one on the whole still marks the
   * result), or all. Otherwise any mark in the argument marks the whole result.
   */
  readonly keepsMarks?: "inside" | "all";
}

/** A function of the language: pure, the same result for the same arguments (and files of the Nest). */
export interface FlyFunction {
  readonly parameters: readonly Parameter[];
  /** Any number of further arguments. */
  readonly rest?: Parameter;
  /** Arguments come without marks, but for parameters that keep them. Throws `ArgumentError` or `CallError` where the arguments do not work out. */
  readonly call: (args: readonly UnmarkedValue[], call: Call) => Value;
}

/** Where and in what a function is called. */
export interface Call {
  readonly context: Context;
  readonly span: Span;
}

export type FunctionTable = Readonly<Record<string, FlyFunction>>;

/** The argument at `index` is wrong. The message goes on from "the value": `must not be negative`. */
export class ArgumentError extends Error {
  constructor(
    readonly index: number,
    message: string,
  ) {
    super(message);
    this.name = "ArgumentError";
  }
}

/** The call as a whole fails. */
export class CallError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "CallError";
  }
}

/** Shortens the tables: a parameter of a type. */
export function parameter(name: string, type: Type, options: Omit<Parameter, "name" | "type"> = {}): Parameter {
  return { name, type, ...options };
}

/** `substr(string, offset, length)`, `max(numbers...)`. */
export function signature(name: string, { parameters, rest }: FlyFunction): string {
  return `${name}(${[...parameters.map((each) => each.name), ...(rest ? [`${rest.name}...`] : [])].join(", ")})`;
}
