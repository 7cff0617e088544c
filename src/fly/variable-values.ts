import { nearest } from "../vocabulary/nearest";
import { convert, ConversionError } from "./convert";
import { constants } from "./declarations";
import type { VariableDeclaration } from "./declarations";
import { blockInVariableFile, missingValue, undeclaredVariable, wrongValue } from "./evaluation-diagnostics";
import type { Place, Problem } from "./evaluation-diagnostics";
import { valueAtTop } from "./evaluate";
import { parseExpression } from "./parser";
import type { ModuleSource, VariableInputs } from "./scope";
import { SourceText } from "./source";
import type { Expression } from "./syntax";
import { findReference } from "./syntax-search";
import { normalize } from "./text";
import { isNull, isUnknown, mark, TypedNull, UNKNOWN } from "./value";
import type { Value } from "./value";

/** What is given to a variable, and by whom. */
interface Given {
  readonly origin: string;
  readonly source: SourceText;
  readonly content: { readonly kind: "expression"; readonly expression: Expression } | { readonly kind: "text"; readonly text: string };
  readonly place: Place;
}

export interface VariableValues {
  readonly values: ReadonlyMap<string, Value>;
  /** Where the value of a variable stands; for one that is sensitive its declaration, so that no message shows the line. */
  readonly places: ReadonlyMap<string, Place>;
  /** Texts that problems may point into. */
  readonly sources: readonly SourceText[];
}

const ENVIRONMENT_PREFIX = "FLY_VAR_";

/** Finds each variable's value: `--var`, `--var-file`, `FLY_VAR_…`, `nest.flyvars`, default, in that order. */
export function variableValues(declared: ReadonlyMap<string, VariableDeclaration>, inputs: VariableInputs, modules: readonly ModuleSource[], problems: Problem[]): VariableValues {
  const sources: SourceText[] = [];
  const given = collect(declared, inputs, sources, problems);
  const values = new Map<string, Value>();
  const places = new Map<string, Place>();
  for (const declaration of declared.values()) {
    const found = given.get(declaration.name);
    places.set(declaration.name, declaration.sensitive ? declaration.place : (found?.place ?? { source: declaration.source, span: declaration.default ?? declaration.place.span }));
    const value = declaration.broken ? UNKNOWN : valueFor(declaration, found, modules, problems);
    values.set(declaration.name, declaration.sensitive ? mark(value, [[`var.${declaration.name}`]]) : value);
  }
  return { values, places, sources };
}

function collect(declared: ReadonlyMap<string, VariableDeclaration>, inputs: VariableInputs, sources: SourceText[], problems: Problem[]): ReadonlyMap<string, Given> {
  const given = new Map<string, Given>();
  const unknown = (place: Place, name: string, origin: string): void => {
    problems.push(undeclaredVariable(place, name, origin, nearest(name, declared.keys())));
  };
  const fromFile = ({ source, body }: ModuleSource): void => {
    for (const item of body.items) {
      if (item.kind === "block") problems.push(blockInVariableFile({ source, span: item.type }, source.file));
      else if (!declared.has(item.name.name)) unknown({ source, span: item.name }, item.name.name, source.file);
      else given.set(item.name.name, { origin: source.file, source, content: { kind: "expression", expression: item.value }, place: { source, span: item.value } });
    }
  };
  const fromText = (file: string, name: string, text: string): void => {
    const source = new SourceText(file, text);
    sources.push(source);
    given.set(name, { origin: file, source, content: { kind: "text", text }, place: { source, span: { start: 0, end: text.length } } });
  };
  // From the lowest to the highest: the later overwrites the earlier.
  if (inputs.defaults) fromFile(inputs.defaults);
  for (const [key, text] of Object.entries(inputs.environment ?? {})) {
    const name = key.slice(ENVIRONMENT_PREFIX.length);
    if (key.startsWith(ENVIRONMENT_PREFIX) && text !== undefined && declared.has(name)) fromText(key, name, text);
  }
  for (const file of inputs.files ?? []) fromFile(file);
  for (const { name, value } of inputs.arguments ?? []) {
    const file = `--var ${name}`;
    if (declared.has(name)) fromText(file, name, value);
    else {
      // The value is not shown: the variable that was meant may be sensitive.
      const source = new SourceText(file, name);
      sources.push(source);
      unknown({ source, span: { start: 0, end: name.length } }, name, "--var");
    }
  }
  return given;
}

function valueFor(declaration: VariableDeclaration, given: Given | undefined, modules: readonly ModuleSource[], problems: Problem[]): Value {
  if (given) {
    const value = givenValue(declaration, given, problems);
    // A null for what may not be null asks for the default.
    if (!isNull(value) || declaration.nullable) return value;
  }
  const { default: fallback, source, type, name } = declaration;
  if (fallback) {
    const value = fitting(declaration, fallback, source, `its default`, problems);
    if (!isNull(value) || declaration.nullable) return value;
    problems.push(wrongValue({ source, span: fallback }, name, "its default", "null is not allowed, for nullable is false", []));
    return UNKNOWN;
  }
  if (given) {
    problems.push(wrongValue(declaration.sensitive ? declaration.place : given.place, name, given.origin, "null is not allowed, for nullable is false", []));
    return new TypedNull(type);
  }
  problems.push(missingValue(declaration.place, name, firstUse(name, modules)));
  return UNKNOWN;
}

function firstUse(name: string, modules: readonly ModuleSource[]): Problem["related"] {
  for (const { source, body } of modules) {
    const use = findReference(body, "var", name);
    if (use) return [{ message: "first used here", place: { source, span: use } }];
  }
  return [];
}

function givenValue(declaration: VariableDeclaration, given: Given, problems: Problem[]): Value {
  const { content, origin, source } = given;
  if (content.kind === "expression") return fitting(declaration, content.expression, source, origin, problems);
  if (declaration.literal) return converted(declaration, normalize(content.text), given.place, origin, problems);
  const parsed = parseExpression(source);
  const [mistake] = parsed.diagnostics;
  if (mistake) {
    problems.push(wrongValue(declaration.sensitive ? declaration.place : given.place, declaration.name, origin, `it is no valid expression${declaration.sensitive ? "" : `: ${mistake.summary}`}`, []));
    return UNKNOWN;
  }
  return fitting(declaration, parsed.expression, source, origin, problems);
}

/** The constant's value as one of the variable's type. */
function fitting(declaration: VariableDeclaration, expression: Expression, source: SourceText, origin: string, problems: Problem[]): Value {
  const found: Problem[] = [];
  const value = valueAtTop(expression, constants(`The value of a variable`, source, found));
  if (declaration.sensitive && found.length > 0) {
    problems.push(wrongValue(declaration.place, declaration.name, origin, "it can't be evaluated; it is sensitive, so the reason is not shown", []));
  } else problems.push(...found);
  if (isUnknown(value)) return UNKNOWN;
  return converted(declaration, value, { source, span: expression }, origin, problems);
}

function converted(declaration: VariableDeclaration, value: Value, place: Place, origin: string, problems: Problem[]): Value {
  try {
    return convert(value, declaration.type);
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    const related = declaration.sensitive || place.source === declaration.source ? [] : [{ message: "declared here", place: declaration.place }];
    problems.push(wrongValue(declaration.sensitive ? declaration.place : place, declaration.name, origin, error.describe(), related));
    return UNKNOWN;
  }
}
