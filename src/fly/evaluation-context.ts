import type { Problem } from "./evaluation-diagnostics";
import type { NestFiles } from "./scope";
import type { SourceText } from "./source";
import type { AttributeAccess, IndexAccess, VariableExpression } from "./syntax";
import type { Value } from "./value";

/** Where an expression is evaluated: what names mean there, and where problems go. */
export interface Context {
  readonly references: References;
  readonly source: SourceText;
  readonly problems: Problem[];
  /** Names that `for` expressions and template variables bind, innermost first. */
  readonly bindings?: Bindings;
  /** How many templates of `templatefile` this one is nested in. */
  readonly templateDepth?: number;
}

export interface Bindings {
  readonly names: ReadonlyMap<string, Value>;
  readonly outer?: Bindings;
}

/** A step of a reference: `.name` or `[key]`. */
export type Step = AttributeAccess | IndexAccess;

/** What the names outside of an expression mean. */
export interface References {
  /** The value that `root` and as many `steps` as belong to the name lead to, and the number of those steps. */
  resolve(root: VariableExpression, steps: readonly Step[], context: Context): { readonly value: Value; readonly used: number };
  readonly files?: NestFiles;
  /** Where only constants may stand (values of variables): why, for the message. */
  readonly constantsOnly?: string;
}

export function lookup(bindings: Bindings | undefined, name: string): Value | undefined {
  for (let frame = bindings; frame; frame = frame.outer) {
    const value = frame.names.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** All names that are bound, for suggestions. */
export function boundNames(bindings: Bindings | undefined): string[] {
  const names: string[] = [];
  for (let frame = bindings; frame; frame = frame.outer) names.push(...frame.names.keys());
  return names;
}

/** The same context with more names. */
export function bind(context: Context, names: ReadonlyMap<string, Value>): Context {
  return { ...context, bindings: context.bindings ? { names, outer: context.bindings } : { names } };
}
