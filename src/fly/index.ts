/**
 * Fly, the language of a Nest: from text to tokens, from tokens to a tree, from the tree to values or back to
 * text. Nothing here knows what an Egg is; that is the vocabulary's (src/vocabulary) and the Nest's (src/nest).
 */

// Text and places
export { SourceText, type Position, type Range } from "./source";

// What Fly has to say: data, and how it is shown
export type { Diagnostic, Fix, RelatedRange } from "./diagnostic";
export { renderDiagnostic, renderDiagnostics, sortDiagnostics, toJson, type RenderOptions } from "./render";

// Text → tokens → tree. None of these throws: mistakes are diagnostics
export { scan, type Mark, type Token, type TokenKind } from "./scanner";
export { parse, parseExpression, parseTemplate, type ParseResult } from "./parser";
export type * from "./syntax";

// Tree → text, JSON
export { print, printExpression } from "./print";
export { equalSyntax } from "./equal";
export { documentToJson, treeToJson } from "./to-json";
export { format, type FormatResult } from "./format";

// Tree → values
export { evaluate, type Evaluation } from "./evaluate";
export { makeScope, type ModuleInput, type ModuleSource, type NestFile, type NestFiles, type Scope, type ScopeResult, type VariableInputs } from "./scope";
export { elementsOf, entriesOf, holdsUnknown, isNull, isUnknown, sensitiveWays, type Value } from "./value";
export { fromPlain, toPlain, type PlainValue } from "./plain";
export { functionNames } from "./functions";
