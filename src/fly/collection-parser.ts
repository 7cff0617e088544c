import { FAILURE, type Cursor } from "./cursor";
import {
  expansionNotLast,
  expectedFunctionName,
  forResultMismatch,
  invalidFor,
  missingComma,
  missingItemSeparator,
  missingKeySeparator,
  unclosedBracket,
} from "./diagnostics";
import { identifier, parseExpression, startsExpression } from "./expression-parser";
import { beginsItem, expectClosing, failAtInvalid, isFirstInLine, lineIndentation, skipItem } from "./recovery";
import type { Token } from "./scanner";
import type { Expression, FunctionCall, Identifier, ObjectItem } from "./syntax";

/** `[a, b]` or `[for …]`. */
export function parseTuple(cursor: Cursor): Expression {
  const open = cursor.next();
  const newlines = cursor.openBracket();
  let tuple: Expression;
  if (cursor.atWord("for")) {
    tuple = parseFor(cursor, open, "]");
  } else {
    const items = parseItems(cursor, open, "]", "this list");
    tuple = { kind: "tuple", start: open.start, end: cursor.previousEnd, items };
  }
  cursor.closeBracket(newlines);
  return tuple;
}

/** Values with commas between them, up to and with the closing bracket. A forgotten comma is told once. */
function parseItems(cursor: Cursor, open: Token, closer: "]" | ")", what: string): Expression[] {
  const { text } = cursor;
  const items: Expression[] = [];
  let told = false;
  for (;;) {
    if (cursor.kind() === closer) break;
    items.push(parseExpression(cursor));
    if (cursor.kind() === ",") {
      cursor.next();
      continue;
    }
    if (!startsExpression(cursor.kind()) || (cursor.atNewLine() && beginsItem(cursor, cursor.peekIndex()))) break;
    const diagnostic = missingComma(cursor.source, cursor.previousEnd, cursor.foundSpan(), what, cursor.found());
    // A string that another one follows at once: a quote is missing somewhere, and the rest of the line makes no sense.
    if (text[cursor.previousEnd - 1] === '"' && cursor.peek().start === cursor.previousEnd) cursor.fail(diagnostic);
    if (!told) cursor.report(diagnostic);
    told = true;
  }
  if (closer === "]") expectClosing(cursor, closer, open, what, [","]);
  return items;
}

/** `name(args…)` or `a::b(args…)`; the name's first part has been consumed. */
export function parseCall(cursor: Cursor, first: Token): FunctionCall {
  let end = first.end;
  let name = cursor.text.slice(first.start, first.end);
  while (cursor.kind() === "::") {
    cursor.next();
    if (cursor.kind() !== "identifier") cursor.fail(expectedFunctionName(cursor.source, cursor.foundSpan(), "a function's name after `::`", cursor.found()));
    const part = cursor.next();
    name += `::${cursor.text.slice(part.start, part.end)}`;
    end = part.end;
  }
  if (cursor.kind() !== "(") cursor.fail(expectedFunctionName(cursor.source, cursor.foundSpan(), `\`(\` after \`${name}\``, cursor.found()));
  const open = cursor.next();
  const newlines = cursor.openBracket();
  const args = parseItems(cursor, open, ")", "this call");
  const expand = cursor.kind() === "..." && args.length > 0 && (cursor.tokens[cursor.index - 1] as Token).kind !== ",";
  if (expand) {
    cursor.next();
    if (cursor.kind() !== ")") cursor.fail(expansionNotLast(cursor.source, cursor.foundSpan(), cursor.found()));
  }
  expectClosing(cursor, ")", open, "this call", [","]);
  cursor.closeBracket(newlines);
  return {
    kind: "call",
    start: first.start,
    end: cursor.previousEnd,
    name: { kind: "identifier", start: first.start, end, name },
    args,
    expand,
  };
}

/** `{ key = value, … }` or `{for …}`. Line breaks separate items as commas do. */
export function parseObject(cursor: Cursor): Expression {
  const { newlines } = cursor;
  const open = cursor.next();
  cursor.newlines = false;
  if (cursor.atWord("for")) {
    const result = parseFor(cursor, open, "}");
    cursor.newlines = newlines;
    return result;
  }
  cursor.newlines = true;
  const indent = cursor.missingBraces > 0 ? lineIndentation(cursor, open.start) : 0;
  const items: ObjectItem[] = [];
  for (;;) {
    const kind = cursor.kind();
    if (kind === "newline") {
      cursor.next();
      continue;
    }
    if (kind === "}" || kind === "end" || kind === "sequence-end" || leftBehind(cursor, indent)) break;
    const start = cursor.peekIndex();
    const checkpoint = cursor.checkpoint();
    try {
      items.push(parseObjectItem(cursor));
    } catch (failure) {
      if (failure !== FAILURE) throw failure;
      cursor.restore(checkpoint);
      if (cursor.kind() === "end") throw failure;
      skipItem(cursor, start, true);
      while (cursor.brackets === 0 && (cursor.kind() === ")" || cursor.kind() === "]")) {
        cursor.next();
        skipItem(cursor, cursor.index, true);
      }
      const stop = cursor.kind();
      if (stop === ")" || stop === "]" || stop === "sequence-end" || (beginsItem(cursor, cursor.peekIndex()) && cursor.index === start)) throw failure;
      if (stop === ",") cursor.next();
    }
  }
  closeObject(cursor, open, indent);
  cursor.newlines = newlines;
  return { kind: "object", start: open.start, end: cursor.previousEnd, items };
}

/** With more braces opened than closed in the file: whether what follows stands too far left to be in braces of this indentation. */
function leftBehind(cursor: Cursor, indent: number): boolean {
  const index = cursor.peekIndex();
  if (cursor.missingBraces === 0 || !isFirstInLine(cursor, index)) return false;
  const { kind, start } = cursor.tokens[index] as Token;
  const distance = lineIndentation(cursor, start) - indent;
  return kind === "}" ? distance < 0 : distance <= 0 && beginsItem(cursor, index);
}

function closeObject(cursor: Cursor, open: Token, indent: number): void {
  if (cursor.kind() === "}" && !leftBehind(cursor, indent)) {
    cursor.next();
    return;
  }
  const end = { start: cursor.previousEnd, end: cursor.previousEnd };
  cursor.report(unclosedBracket(cursor.source, end, "this object", open, ["}"], cursor.found()));
  cursor.hush();
  cursor.unclosedBraces++;
  if (cursor.missingBraces > 0) cursor.missingBraces--;
}

function parseObjectItem(cursor: Cursor): ObjectItem {
  const { source } = cursor;
  const first = cursor.peek();
  let key = parseExpression(cursor);
  if ((key.kind === "boolean" || key.kind === "null") && first.kind === "identifier") {
    key = { kind: "variable", start: key.start, end: key.end, name: cursor.text.slice(key.start, key.end) };
  }
  const separator = cursor.kind();
  if (separator !== "=" && separator !== ":") {
    if (separator === "invalid") failAtInvalid(cursor);
    return cursor.fail(missingKeySeparator(source, cursor.foundSpan(), cursor.previousEnd, cursor.found()));
  }
  cursor.next();
  const value = parseExpression(cursor);
  const after = cursor.kind();
  if (after === ",") {
    cursor.next();
  } else if (after !== "newline" && after !== "}" && after !== "end") {
    if (after === "invalid") failAtInvalid(cursor);
    const diagnostic = missingItemSeparator(source, cursor.foundSpan(), cursor.previousEnd, cursor.found());
    if (after === "open-quote" || (after === "identifier" && /^[=:]$/.test(cursor.kindAfter()))) cursor.report(diagnostic);
    else cursor.fail(diagnostic);
  }
  return { kind: "item", start: key.start, end: value.end, key, value, separator };
}

/** `for` behind its opening bracket. */
function parseFor(cursor: Cursor, open: Token, closer: "]" | "}"): Expression {
  const { source } = cursor;
  cursor.next();
  let value = parseForName(cursor, "a name after `for`");
  let key: Identifier | undefined;
  if (cursor.kind() === ",") {
    cursor.next();
    key = value;
    value = parseForName(cursor, "a second name after `,`");
  }
  if (!cursor.atWord("in")) cursor.fail(invalidFor(source, cursor.foundSpan(), key ? "`in`" : "`,` or `in`", cursor.found()));
  cursor.next();
  const collection = parseExpression(cursor);
  if (cursor.kind() !== ":") cursor.fail(invalidFor(source, cursor.foundSpan(), "`:`", cursor.found()));
  cursor.next();
  let result = parseExpression(cursor);
  let resultKey: Expression | undefined;
  if (cursor.kind() === "=>") {
    cursor.next();
    resultKey = result;
    result = parseExpression(cursor);
  }
  const ellipsis = cursor.kind() === "..." ? cursor.next() : undefined;
  let condition: Expression | undefined;
  if (cursor.atWord("if")) {
    cursor.next();
    condition = parseExpression(cursor);
  }
  expectClosing(cursor, closer, open, "this `for`");
  const { start } = open;
  const end = cursor.previousEnd;
  const names = key ? { key, value } : { value };
  const filter = condition ? { condition } : {};
  if (closer === "]") {
    if (resultKey) cursor.diagnostics.push(forResultMismatch(source, resultKey, "a `[for …]` has no keys"));
    if (ellipsis) cursor.diagnostics.push(forResultMismatch(source, ellipsis, "a `[for …]` groups nothing"));
    return { kind: "for-tuple", start, end, ...names, collection, result, ...filter };
  }
  if (!resultKey) {
    cursor.diagnostics.push(forResultMismatch(source, result, "a `{for …}` needs `key =>` before the value"));
    return { kind: "invalid", start, end };
  }
  return { kind: "for-object", start, end, ...names, collection, resultKey, resultValue: result, grouped: ellipsis !== undefined, ...filter };
}

function parseForName(cursor: Cursor, expected: string): Identifier {
  if (cursor.kind() !== "identifier") cursor.fail(invalidFor(cursor.source, cursor.foundSpan(), expected, cursor.found()));
  return identifier(cursor, cursor.next());
}
