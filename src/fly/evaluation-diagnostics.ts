import type { Diagnostic } from "./diagnostic";
import type { SourceText } from "./source";
import type { Span } from "./syntax";

/**
 * All that evaluation can say to a person: codes FLY050 to FLY099, one function for each. No message holds a
 * value that may be sensitive; callers pass texts only where they are not.
 *
 * A problem is a diagnostic whose place is not worked out yet: `try` and dead branches throw most of them away.
 */
export interface Problem {
  readonly code: string;
  readonly summary: string;
  readonly detail?: string;
  readonly place: Place;
  readonly related?: readonly { readonly message: string; readonly place: Place }[];
  /** Text to put at the place instead. */
  readonly replacement?: string;
}

export interface Place {
  readonly source: SourceText;
  readonly span: Span;
}

export function toDiagnostic(problem: Problem): Diagnostic {
  const { source, span } = problem.place;
  const range = source.range(span);
  return {
    severity: "error",
    code: problem.code,
    summary: problem.summary,
    ...(problem.detail === undefined ? {} : { detail: problem.detail }),
    file: source.file,
    range,
    ...(problem.related && problem.related.length > 0
      ? { related: problem.related.map(({ message, place }) => ({ message, file: place.source.file, range: place.source.range(place.span) })) }
      : {}),
    ...(problem.replacement === undefined ? {} : { fix: { description: `write ${problem.replacement}`, range, text: problem.replacement } }),
  };
}

function didYouMean(suggestion: string | undefined, otherwise?: string): { readonly detail?: string; readonly replacement?: string } {
  if (suggestion !== undefined) return { detail: `Did you mean "${suggestion}"?`, replacement: suggestion };
  return otherwise === undefined ? {} : { detail: otherwise };
}

// ── Names ────────────────────────────────────────────────────────────────────

export const unknownName = (place: Place, name: string, suggestion: string | undefined): Problem => ({
  code: "FLY050",
  summary: `unknown name "${name}"`,
  place,
  ...didYouMean(suggestion, "A value is referred to as var.NAME, local.NAME, egg.NAME.ATTRIBUTE, eggsbucket.NAME.ATTRIBUTE or rift.NAME.ATTRIBUTE. A text needs quotes."),
});

export const unknownInTemplate = (place: Place, name: string, suggestion: string | undefined, known: readonly string[]): Problem => ({
  code: "FLY050",
  summary: `unknown name "${name}"`,
  place,
  ...didYouMean(suggestion, known.length === 0 ? "The template is given no variables." : `The template is given: ${known.join(", ")}.`),
});

export const unknownReference = (place: Place, kind: string, name: string, suggestion: string | undefined, known: readonly string[]): Problem => ({
  code: "FLY051",
  summary: `there is no ${kind} "${name}"`,
  place,
  ...didYouMean(suggestion, known.length === 0 ? `This Nest declares none.` : known.length <= 8 ? `Known: ${known.join(", ")}.` : undefined),
});

export const incompleteReference = (place: Place, root: string): Problem => ({
  code: "FLY052",
  summary: `"${root}" needs the name of what is meant`,
  detail: root === "var" || root === "local" ? `Write ${root}.NAME.` : `Write ${root}.NAME.ATTRIBUTE, or ${root}["NAME"].ATTRIBUTE where the name is no identifier.`,
  place,
});

export const referenceNotAllowed = (place: Place, what: string): Problem => ({
  code: "FLY053",
  summary: "only a constant may stand here",
  detail: `${what} can't refer to other values or call functions.`,
  place,
});

export const cycle = (place: Place, path: readonly string[], related: readonly { readonly message: string; readonly place: Place }[]): Problem => ({
  code: "FLY054",
  summary: `${path[0] ?? "a value"} depends on itself`,
  detail: path.join(" → "),
  place,
  related,
});

export const tooDeep = (place: Place): Problem => ({
  code: "FLY055",
  summary: "the expression nests too deeply to be evaluated",
  detail: "Break the chain of references or the nesting into fewer steps.",
  place,
});

export const tooLarge = (place: Place): Problem => ({
  code: "FLY083",
  summary: "the value is too large to be handled",
  place,
});

// ── Functions ────────────────────────────────────────────────────────────────

export const unknownFunction = (place: Place, name: string, suggestion: string | undefined): Problem => ({
  code: "FLY056",
  summary: `there is no function "${name}"`,
  place,
  ...didYouMean(suggestion),
});

/** One that the engines have, but Fly does not. */
export const impureFunction = (place: Place, name: string): Problem => ({
  code: "FLY056",
  summary: `Fly has no function "${name}"`,
  detail: "The same files always mean the same: no function depends on time, chance, or the machine that it runs on.",
  place,
});

export const argumentCount = (place: Place, name: string, signature: string, expected: string, found: number): Problem => ({
  code: "FLY057",
  summary: `${name} takes ${expected}, not ${found}`,
  detail: `Call it as ${signature}.`,
  place,
});

export const wrongArgument = (place: Place, name: string, parameter: string, expected: string, found: string): Problem => ({
  code: "FLY058",
  summary: `wrong value for "${parameter}" of ${name}`,
  detail: `Expected ${expected}, found ${found}.`,
  place,
});

export const invalidArgument = (place: Place, name: string, parameter: string, reason: string): Problem => ({
  code: "FLY058",
  summary: `wrong value for "${parameter}" of ${name}`,
  detail: sentence(reason),
  place,
});

export const callFailed = (place: Place, name: string, reason: string, related: Problem["related"] = []): Problem => ({
  code: "FLY059",
  summary: `${name} failed`,
  detail: sentence(reason),
  place,
  related,
});

export const expansion = (place: Place, found: string): Problem => ({
  code: "FLY060",
  summary: "only a list, tuple or set can be expanded into arguments",
  detail: `Found ${found}.`,
  place,
});

// ── Operators and access ─────────────────────────────────────────────────────

export const wrongOperand = (place: Place, operator: string, expected: string, found: string): Problem => ({
  code: "FLY061",
  summary: `the operator ${operator} needs ${expected}`,
  detail: `Found ${found}.`,
  place,
});

export const divisionByZero = (place: Place): Problem => ({ code: "FLY062", summary: "division by zero", place });

export const numberOutOfRange = (place: Place): Problem => ({
  code: "FLY063",
  summary: "the number can't be kept exactly",
  detail: "Integers have at most 512 bits (154 digits), and exponents a limit.",
  place,
});

export const noAttribute = (place: Place, name: string, found: string, suggestion: string | undefined): Problem => ({
  code: "FLY064",
  summary: `no attribute "${name}" in this ${found}`,
  place,
  ...didYouMean(suggestion),
});

export const noAttributes = (place: Place, name: string, found: string, hint?: string): Problem => ({
  code: "FLY064",
  summary: `${found === "null" ? "null" : `a ${found}`} has no attribute "${name}"`,
  ...(hint === undefined ? {} : { detail: hint }),
  place,
});

export const wrongIndex = (place: Place, reason: string): Problem => ({ code: "FLY065", summary: "wrong index", detail: sentence(reason), place });

export const splatOfNull = (place: Place): Problem => ({
  code: "FLY066",
  summary: "a splat can't be applied to a list that is null",
  place,
});

// ── Conditionals, templates, for ─────────────────────────────────────────────

export const wrongCondition = (place: Place, found: string): Problem => ({
  code: "FLY067",
  summary: "a condition must be true or false",
  detail: `Found ${found}.`,
  place,
});

export const inconsistentBranches = (place: Place, then: string, otherwise: string): Problem => ({
  code: "FLY068",
  summary: "both results of a conditional must have one type",
  detail: then === otherwise ? `Both are ${plural(then)}, but with parts whose types do not fit each other.` : `Found ${article(then)} and ${article(otherwise)}.`,
  place,
});

export const notText = (place: Place, found: string): Problem => ({
  code: "FLY069",
  summary: found === "null" ? "null can't stand in a text" : `${article(found)} can't stand in a text`,
  detail: found === "null" ? undefined : "Only strings, numbers and bools can; jsonencode and join make strings of others.",
  place,
});

export const notIterable = (place: Place, found: string): Problem => ({
  code: "FLY070",
  summary: found === "null" ? "can't iterate over null" : `can't iterate over ${article(found)}`,
  detail: "Expected a list, tuple, set, map or object.",
  place,
});

export const wrongKey = (place: Place, found: string): Problem => ({
  code: "FLY071",
  summary: "the key of an object must be a string",
  detail: `Found ${found}.`,
  place,
});

export const ambiguousKey = (place: Place): Problem => ({
  code: "FLY071",
  summary: "the key of an object must be a name, a string, or an expression in parentheses",
  detail: "Wrap a reference in parentheses; put a name with dots in quotes.",
  place,
});

export const duplicateKey = (place: Place, key: string | undefined, first: Place): Problem => ({
  code: "FLY072",
  summary: key === undefined ? "a key is given twice" : `the key ${JSON.stringify(key)} is given twice`,
  place,
  related: [{ message: "first given here", place: first }],
});

export const duplicateForKey = (place: Place, key: string | undefined): Problem => ({
  code: "FLY073",
  summary: key === undefined ? "two items give the same key" : `two items give the key ${JSON.stringify(key)}`,
  detail: "Put ... after the value to collect the values of equal keys in a list.",
  place,
});

// ── Variables ────────────────────────────────────────────────────────────────

export const duplicateDeclaration = (place: Place, kind: string, name: string, first: Place): Problem => ({
  code: "FLY074",
  summary: `${kind} "${name}" is declared twice`,
  place,
  related: [{ message: "first declared here", place: first }],
});

export const wrongDeclaration = (place: Place, summary: string, detail?: string): Problem => ({
  code: "FLY075",
  summary,
  ...(detail === undefined ? {} : { detail }),
  place,
});

export const unknownInDeclaration = (place: Place, what: string, name: string, owner: string, suggestion: string | undefined, known: readonly string[]): Problem => ({
  code: "FLY076",
  summary: `unknown ${what} "${name}" in ${owner}`,
  place,
  ...didYouMean(suggestion, known.length > 0 ? `Known: ${known.join(", ")}.` : undefined),
});

export const wrongTypeConstraint = (place: Place, summary: string, suggestion?: string): Problem => ({
  code: "FLY077",
  summary,
  place,
  ...didYouMean(suggestion, "A type is string, number, bool, any, list(T), set(T), map(T), tuple([T, …]) or object({ NAME = T, NAME = optional(T, DEFAULT) })."),
});

export const missingValue = (place: Place, name: string, uses: Problem["related"]): Problem => ({
  code: "FLY078",
  summary: `variable "${name}" has no value`,
  detail: `Give it a default, a line in nest.flyvars, --var ${name}=…, or the environment variable FLY_VAR_${name}.`,
  place,
  related: uses,
});

export const wrongValue = (place: Place, name: string, origin: string, reason: string, declared: Problem["related"]): Problem => ({
  code: "FLY079",
  summary: `the value of variable "${name}" from ${origin} does not fit`,
  detail: sentence(reason),
  place,
  related: declared,
});

export const validationFailed = (place: Place, name: string, message: string, rule: Place): Problem => ({
  code: "FLY080",
  summary: `the value of variable "${name}" is not allowed`,
  detail: message,
  place,
  related: [{ message: "checked here", place: rule }],
});

export const undeclaredVariable = (place: Place, name: string, origin: string, suggestion: string | undefined): Problem => ({
  code: "FLY081",
  summary: `${origin} gives a value to variable "${name}", which is not declared`,
  place,
  ...didYouMean(suggestion, `Declare it: variable "${name}" {}.`),
});

export const blockInVariableFile = (place: Place, file: string): Problem => ({
  code: "FLY082",
  summary: `blocks can't stand in ${file}`,
  detail: "Only lines of the form NAME = VALUE can.",
  place,
});

function article(kind: string): string {
  return /^[aeiou]/.test(kind) ? `an ${kind}` : kind === "null" ? kind : `a ${kind}`;
}

function plural(kind: string): string {
  return `${kind}s`;
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
