import { parseCall, parseObject, parseTuple } from "./collection-parser";
import type { Cursor } from "./cursor";
import {
  conditionalWithoutElse,
  expectedAttributeName,
  expectedExpression,
  invalidNumber,
  legacyIndexChain,
  nestedSplat,
  unknownOperator,
} from "./diagnostics";
import { expectClosing, failAtInvalid } from "./recovery";
import type { Mark, Token, TokenKind } from "./scanner";
import type { BinaryOperator, Expression, Identifier, SplatStep } from "./syntax";
import { parseHeredoc, parseQuoted } from "./template-parser";

/** `condition ? then : else`, or anything that binds closer. */
export function parseExpression(cursor: Cursor): Expression {
  cursor.enter();
  let expression = parseOperators(cursor, 1);
  if (cursor.kind() === "?") {
    const question = cursor.next();
    const then = parseExpression(cursor);
    if (cursor.kind() !== ":") cursor.fail(conditionalWithoutElse(cursor.source, cursor.foundSpan(), question, cursor.found()));
    cursor.next();
    const otherwise = parseExpression(cursor);
    expression = { kind: "conditional", start: expression.start, end: otherwise.end, condition: expression, then, else: otherwise };
  }
  cursor.leave();
  return expression;
}

/** Whether a value can begin with such a token. */
export function startsExpression(kind: TokenKind): boolean {
  switch (kind) {
    case "identifier":
    case "number":
    case "open-quote":
    case "heredoc-begin":
    case "(":
    case "[":
    case "{":
    case "-":
    case "!":
      return true;
    default:
      return false;
  }
}

/** How close an operator binds; 0: none that stands between two values. */
function precedence(kind: TokenKind): number {
  switch (kind) {
    case "||":
      return 1;
    case "&&":
      return 2;
    case "==":
    case "!=":
      return 3;
    case "<":
    case "<=":
    case ">":
    case ">=":
      return 4;
    case "+":
    case "-":
      return 5;
    case "*":
    case "/":
    case "%":
      return 6;
    default:
      return 0;
  }
}

/** Values joined by operators that bind at least as close as `minimum`; all of them group from the left. */
function parseOperators(cursor: Cursor, minimum: number): Expression {
  let left = parseOperand(cursor);
  for (;;) {
    const kind = operatorKind(cursor);
    const binds = precedence(kind);
    if (binds < minimum || binds === 0) return left;
    cursor.next();
    cursor.links++;
    const right = parseOperators(cursor, binds + 1);
    left = { kind: "binary", start: left.start, end: right.end, operator: kind as BinaryOperator, left, right };
  }
}

/** The kind of the next token, with the bit operators of other languages told and taken for what was meant. */
function operatorKind(cursor: Cursor): TokenKind {
  const token = cursor.peek();
  if (token.kind !== "invalid") return token.kind;
  const written = cursor.text.slice(token.start, token.end);
  if (written === "&" || written === "|") {
    cursor.report(unknownOperator(cursor.source, token));
    return `${written}${written}` as Mark;
  }
  if (written === "^" || written === "~") cursor.fail(unknownOperator(cursor.source, token));
  return "invalid";
}

/** A term with the accesses, indices and splats behind it. */
function parseOperand(cursor: Cursor): Expression {
  let value = parseTerm(cursor);
  for (;;) {
    const kind = cursor.kind();
    if (kind === ".") value = parseDot(cursor, value);
    else if (kind === "[") value = parseBracket(cursor, value);
    else return value;
    cursor.links++;
  }
}

function parseDot(cursor: Cursor, object: Expression): Expression {
  const dot = cursor.next();
  const { start } = object;
  if (cursor.kind() === "*") {
    const star = cursor.next();
    const steps = parseLegacySteps(cursor);
    return { kind: "splat", start, end: Math.max(star.end, cursor.previousEnd), object, full: false, steps };
  }
  const step = parseDotStep(cursor, dot);
  return step.kind === "access"
    ? { kind: "access", start, end: step.name.end, object, name: step.name }
    : { kind: "index", start, end: step.key.end, object, key: step.key, legacy: true };
}

type DotStep = { readonly kind: "access"; readonly name: Identifier } | { readonly kind: "index"; readonly key: Expression; readonly legacy: boolean };

/** What stands behind a `.`: a name, or an index of the old style. */
function parseDotStep(cursor: Cursor, dot: Token): DotStep {
  const kind = cursor.kind();
  if (kind === "identifier") return { kind: "access", name: identifier(cursor, cursor.next()) };
  if (kind === "number") {
    const token = cursor.peek();
    if (cursor.text.slice(token.start, token.end).includes(".")) cursor.report(legacyIndexChain(cursor.source, token, dot.start));
    return { kind: "index", key: parseNumber(cursor), legacy: true };
  }
  return cursor.fail(expectedAttributeName(cursor.source, cursor.foundSpan(), cursor.found()));
}

/** The steps of an attribute-only splat: names and old-style indices. */
function parseLegacySteps(cursor: Cursor): SplatStep[] {
  const steps: SplatStep[] = [];
  while (cursor.kind() === ".") {
    const dot = cursor.next();
    cursor.links++;
    if (cursor.kind() === "*") cursor.fail(nestedSplat(cursor.source, cursor.foundSpan()));
    steps.push(parseDotStep(cursor, dot));
  }
  return steps;
}

function parseBracket(cursor: Cursor, object: Expression): Expression {
  const open = cursor.next();
  const { start } = object;
  if (cursor.kind() === "*") {
    parseSplatMarker(cursor, open);
    const steps = parseFullSteps(cursor);
    return { kind: "splat", start, end: cursor.previousEnd, object, full: true, steps };
  }
  const key = parseIndexKey(cursor, open);
  return { kind: "index", start, end: cursor.previousEnd, object, key, legacy: false };
}

function parseSplatMarker(cursor: Cursor, open: Token): void {
  cursor.next();
  expectClosing(cursor, "]", open, "this splat");
}

function parseIndexKey(cursor: Cursor, open: Token): Expression {
  const newlines = cursor.openBracket();
  const key = parseExpression(cursor);
  expectClosing(cursor, "]", open, "this index");
  cursor.closeBracket(newlines);
  return key;
}

/** Everything behind `[*]` belongs to its elements, another splat too. */
function parseFullSteps(cursor: Cursor): SplatStep[] {
  cursor.enter();
  const steps: SplatStep[] = [];
  for (;;) {
    const kind = cursor.kind();
    if (kind === ".") {
      const dot = cursor.next();
      if (cursor.kind() === "*") {
        cursor.next();
        steps.push({ kind: "splat", full: false, steps: parseLegacySteps(cursor) });
      } else {
        steps.push(parseDotStep(cursor, dot));
      }
    } else if (kind === "[") {
      const open = cursor.next();
      if (cursor.kind() === "*") {
        parseSplatMarker(cursor, open);
        steps.push({ kind: "splat", full: true, steps: parseFullSteps(cursor) });
      } else {
        steps.push({ kind: "index", key: parseIndexKey(cursor, open), legacy: false });
      }
    } else {
      cursor.leave();
      return steps;
    }
    cursor.links++;
  }
}

function parseTerm(cursor: Cursor): Expression {
  const token = cursor.peek();
  switch (token.kind) {
    case "identifier":
      return parseName(cursor);
    case "open-quote":
      return parseQuoted(cursor);
    case "number":
      return parseNumber(cursor);
    case "[":
      return parseTuple(cursor);
    case "{":
      return parseObject(cursor);
    case "heredoc-begin":
      return parseHeredoc(cursor);
    case "(":
      return parseParentheses(cursor);
    case "-":
    case "!": {
      cursor.enter();
      cursor.next();
      const operand = parseOperand(cursor);
      cursor.leave();
      return { kind: "unary", start: token.start, end: operand.end, operator: token.kind, operand };
    }
    case "invalid":
      return failAtInvalid(cursor);
    default:
      return cursor.fail(expectedExpression(cursor.source, cursor.foundSpan(), behind(cursor), cursor.found(), advice(cursor, token)));
  }
}

/** Where a value is missing: "after `=`". */
function behind(cursor: Cursor): string {
  const previous = cursor.tokens[cursor.index - 1];
  if (!previous || previous.kind === "newline" || previous.kind === "comment" || previous.end - previous.start > 20) return "";
  return `after \`${cursor.text.slice(previous.start, previous.end)}\``;
}

function advice(cursor: Cursor, token: Token): string | undefined {
  if (token.kind === "." && cursor.kindAfter() === "number") return "A number begins with a digit: 0.5.";
  if (token.kind === "+") return "A number has no sign `+` before it.";
  if (cursor.tokens[cursor.index - 1]?.kind === "interpolation") return "Where `${` belongs to another language, write `$${`.";
  return undefined;
}

function parseName(cursor: Cursor): Expression {
  const token = cursor.next();
  const { start, end } = token;
  const kind = cursor.kind();
  if (kind === "(" || kind === "::") return parseCall(cursor, token);
  const name = cursor.text.slice(start, end);
  switch (name) {
    case "true":
      return { kind: "boolean", start, end, value: true };
    case "false":
      return { kind: "boolean", start, end, value: false };
    case "null":
      return { kind: "null", start, end };
    default:
      return { kind: "variable", start, end, name };
  }
}

function parseNumber(cursor: Cursor): Expression {
  const token = cursor.peek();
  const text = cursor.text.slice(token.start, token.end);
  if (!/^[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?$/.test(text)) cursor.report(invalidNumber(cursor.source, token));
  cursor.next();
  return { kind: "number", start: token.start, end: token.end, text };
}

function parseParentheses(cursor: Cursor): Expression {
  const open = cursor.next();
  const newlines = cursor.openBracket();
  const expression = parseExpression(cursor);
  expectClosing(cursor, ")", open, "these parentheses");
  cursor.closeBracket(newlines);
  return { kind: "parentheses", start: open.start, end: cursor.previousEnd, expression };
}

export function identifier(cursor: Cursor, token: Token): Identifier {
  return { kind: "identifier", start: token.start, end: token.end, name: cursor.text.slice(token.start, token.end) };
}
