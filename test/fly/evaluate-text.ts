import type { Diagnostic } from "../../src/fly/diagnostic";
import { evaluate } from "../../src/fly/evaluate";
import { jsonText } from "../../src/fly/functions/json";
import { parse, parseExpression } from "../../src/fly/parser";
import { makeScope } from "../../src/fly/scope";
import type { ModuleInput, ModuleSource, Scope, ScopeResult } from "../../src/fly/scope";
import { SourceText } from "../../src/fly/source";
import { holdsUnknown, unmark } from "../../src/fly/value";
import type { Value } from "../../src/fly/value";

export interface Outcome {
  readonly value: Value;
  /** The value as JSON, without marks; empty where there is none. */
  readonly json: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly codes: readonly string[];
}

/** Parses a file; a syntax error is a mistake of the test. */
export function moduleSource(file: string, text: string): ModuleSource {
  const source = new SourceText(file, text);
  const { body, diagnostics } = parse(source);
  if (diagnostics.length > 0) throw new Error(`${file}: ${diagnostics.map(({ summary }) => summary).join("; ")}`);
  return { source, body };
}

/** The scope of one file, or of some by their names. */
export function scopeOf(text: string | Readonly<Record<string, string>>, more: Omit<ModuleInput, "sources"> = {}): ScopeResult {
  const files = typeof text === "string" ? { "nest.fly": text } : text;
  return makeScope({ sources: Object.entries(files).map(([file, content]) => moduleSource(file, content)), ...more });
}

/** Evaluates an expression's text in a scope. */
export function evaluateIn(scope: Scope, text: string): Outcome {
  const source = new SourceText("expression", `${text}\n`);
  const parsed = parseExpression(source);
  const { value, diagnostics } = evaluate(parsed.expression, scope, source);
  const all = [...parsed.diagnostics, ...diagnostics];
  return { value, json: holdsUnknown(value) ? "" : jsonText(unmark(value)), diagnostics: all, codes: all.map(({ code }) => code) };
}

/** Evaluates an expression's text where nothing is declared. */
export function evaluateText(text: string, more: Omit<ModuleInput, "sources"> = {}): Outcome {
  return evaluateIn(makeScope({ sources: [], ...more }).scope, text);
}

/** The text under a diagnostic, cut out of its file by its byte range. */
export function textUnder({ file, range }: { readonly file: string; readonly range: Diagnostic["range"] }, texts: Readonly<Record<string, string>>): string {
  return Buffer.from(texts[file] ?? "").subarray(range.start.byte, range.end.byte).toString();
}
