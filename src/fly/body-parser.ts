import { type Checkpoint, type Cursor, FAILURE } from "./cursor";
import {
  NESTING_LIMIT,
  colonForEquals,
  commaBetweenItems,
  duplicateAttribute,
  equalsInBlockHeader,
  expectedBlockBody,
  expectedItem,
  expectedLineBreak,
  missingEquals,
  missingValue,
  nestingTooDeep,
  oneLineBlock,
  quotedName,
  strayBracket,
  unclosedBlock,
} from "./diagnostics";
import { identifier, parseExpression, startsExpression } from "./expression-parser";
import { labelInOtherQuotes, parseLabel } from "./label-parser";
import { beginsItem, failAtInvalid, isFirstInLine, lineIndentation, skipItem } from "./recovery";
import type { Token, TokenKind } from "./scanner";
import type { Attribute, Block, Body, BodyItem, Expression, Identifier, Label, Template } from "./syntax";
import { limited } from "./tree-height";

/** Between two items nothing is open. */
const TOP: Checkpoint = { newlines: true, depth: 0, brackets: 0 };

/** Reads the items of one body: of the file, or of a block. */
export class BodyReader {
  incomplete = false;
  private names?: Map<string, Identifier>;
  /** Whether what has been read since the block's `{` stands in its line. */
  private oneLine: boolean;
  private toldOneLine = false;

  constructor(
    private readonly cursor: Cursor,
    private readonly items: BodyItem[],
    /** How many blocks are around it. */
    private readonly depth: number,
    /** Indentation of the line in which the block's `{` stands. */
    private readonly blockIndent?: number,
  ) {
    this.oneLine = blockIndent !== undefined && !["newline", "}", "end"].includes(cursor.kind());
  }

  /** Up to the bracket that closes something around the items, or the end of the file. */
  readItems(): void {
    const { cursor } = this;
    for (;;) {
      const kind = cursor.kind();
      if (kind === "newline") {
        cursor.next();
        this.oneLine = false;
        continue;
      }
      if (kind === "end") return;
      if (kind === "}") {
        if (this.passExtraBrace()) continue;
        return;
      }
      if (cursor.missingBraces > 0 && this.isLeftBehind()) return;
      const from = cursor.peekIndex();
      try {
        const item = this.readItem();
        this.add(item);
        this.endItem(item);
      } catch (failure) {
        if (failure !== FAILURE) throw failure;
        this.incomplete = true;
        cursor.restore(TOP);
        skipItem(cursor, from);
        if (cursor.kind() === ")" || cursor.kind() === "]" || cursor.kind() === "sequence-end") {
          cursor.next();
          cursor.hush();
        }
      }
    }
  }

  /** With more braces closed than opened in the file: tells and passes one that stands further right than its block. */
  private passExtraBrace(): boolean {
    const { cursor, blockIndent } = this;
    if (cursor.extraBraces === 0 || blockIndent === undefined) return false;
    const brace = cursor.peek();
    if (!isFirstInLine(cursor, cursor.peekIndex()) || lineIndentation(cursor, brace.start) <= blockIndent) return false;
    cursor.report(strayBracket(cursor.source, brace));
    cursor.next();
    cursor.hush();
    cursor.extraBraces--;
    return true;
  }

  /** With more braces opened than closed in the file: whether what follows stands too far left to be in this block. */
  isLeftBehind(): boolean {
    const { cursor, blockIndent } = this;
    if (blockIndent === undefined) return false;
    const index = cursor.peekIndex();
    const { kind, start } = cursor.tokens[index] as Token;
    if (!isFirstInLine(cursor, index)) return false;
    const indent = lineIndentation(cursor, start);
    return kind === "}" ? indent < blockIndent : indent <= blockIndent && beginsItem(cursor, index);
  }

  private add(item: BodyItem): void {
    if (item.kind === "attribute") {
      const { name } = item;
      const first = this.names?.get(name.name);
      if (first) {
        this.cursor.diagnostics.push(duplicateAttribute(this.cursor.source, name, first));
        return;
      }
      this.names ??= new Map();
      this.names.set(name.name, name);
    }
    this.items.push(item);
  }

  /** An item ends with its line; in a block of one line there is one, and the block ends behind it. */
  private endItem(item: BodyItem): void {
    const { cursor } = this;
    const kind = cursor.kind();
    const before = cursor.tokens[cursor.index - 1] as Token;
    if (kind === "end" || before.kind === "newline" || before.kind === "comment") return; // left by an unclosed block
    if (kind === "invalid") failAtInvalid(cursor);
    if (this.oneLine) {
      this.checkOneLine(item, kind);
    } else if (kind === "newline") {
      cursor.next();
      return;
    } else if (kind === ",") {
      cursor.report(commaBetweenItems(cursor.source, cursor.peek()));
    } else {
      cursor.report(expectedLineBreak(cursor.source, cursor.foundSpan(), item.kind === "block" ? "a block" : "an attribute", cursor.found()));
    }
    if (kind === ",") cursor.next();
    else if (kind !== "newline" && kind !== "}" && !beginsItem(cursor, cursor.peekIndex())) throw FAILURE;
  }

  private checkOneLine(item: BodyItem, kind: TokenKind): void {
    const { cursor } = this;
    if (this.toldOneLine || (kind === "}" && item.kind === "attribute" && this.items.length === 1)) return;
    this.toldOneLine = true;
    if (item.kind === "block") cursor.diagnostics.push(oneLineBlock(cursor.source, item.type, `the block \`${item.type.name}\``));
    else cursor.report(oneLineBlock(cursor.source, cursor.foundSpan(), cursor.found()));
  }

  private readItem(): BodyItem {
    const { cursor } = this;
    const { source } = cursor;
    const kind = cursor.kind();
    if (kind === "invalid") failAtInvalid(cursor);
    if (kind === ")" || kind === "]") cursor.fail(strayBracket(source, cursor.peek()));
    if (kind !== "identifier" && kind !== "open-quote") cursor.fail(expectedItem(source, cursor.foundSpan(), cursor.found()));
    const name = kind === "identifier" ? identifier(cursor, cursor.next()) : this.readQuotedName();
    switch (cursor.kind()) {
      case "=":
        return this.readAttribute(name);
      case "{":
      case "identifier":
      case "open-quote":
        return this.readBlock(name);
      case ":":
        cursor.report(colonForEquals(source, cursor.peek(), name.name));
        return this.readAttribute(name);
      default:
        return this.readUnclear(name);
    }
  }

  /** `"name" = value`: the quotes are told, and the name is taken without them. */
  private readQuotedName(): Identifier {
    const { cursor } = this;
    const index = cursor.peekIndex();
    const label = parseLabel(cursor);
    if ((cursor.tokens[index] as Token).end < label.end) cursor.diagnostics.push(quotedName(cursor.source, label, label.value));
    return { kind: "identifier", start: label.start, end: label.end, name: label.value };
  }

  /** A name with neither `=` nor anything of a block behind it. */
  private readUnclear(name: Identifier): Attribute | Block {
    const { cursor } = this;
    const { source } = cursor;
    const kind = cursor.kind();
    if (kind === "invalid" && labelInOtherQuotes(cursor, false)) return this.readBlock(name);
    if (kind === "invalid") failAtInvalid(cursor);
    if (!startsExpression(kind) || kind === "[" || kind === "(") return cursor.fail(missingValue(source, name, cursor.found()));
    cursor.report(missingEquals(source, name, cursor.found()));
    const value = limited(cursor, parseExpression(cursor));
    return { kind: "attribute", start: name.start, end: value.end, name, value };
  }

  /** `= value` behind a name. A value that can't be read is there as `invalid`. */
  private readAttribute(name: Identifier): Attribute | Block {
    const { cursor } = this;
    const equals = cursor.next();
    const from = cursor.peekIndex();
    const value = this.readValue(equals, from);
    if (cursor.kind() === "{" && equals.kind === "=" && value.kind === "template") {
      cursor.report(equalsInBlockHeader(cursor.source, equals, name.name));
      return this.readBody(name, [{ kind: "label", start: value.start, end: value.end, value: plainText(value), quoted: true }]);
    }
    return { kind: "attribute", start: name.start, end: value.end, name, value };
  }

  private readValue(equals: Token, from: number): Expression {
    const { cursor } = this;
    cursor.links = 0;
    try {
      const value = parseExpression(cursor);
      return cursor.links === 0 ? value : limited(cursor, value);
    } catch (failure) {
      if (failure !== FAILURE) throw failure;
      cursor.restore(TOP);
      skipItem(cursor, from);
      return { kind: "invalid", start: equals.end, end: Math.max(equals.end, cursor.previousEnd) };
    }
  }

  private readBlock(type: Identifier): Attribute | Block {
    const { cursor } = this;
    const { source } = cursor;
    const labels: Label[] = [];
    for (;;) {
      const kind = cursor.kind();
      if (kind === "{") return this.readBody(type, labels);
      if (kind === "identifier") {
        const { start, end } = cursor.next();
        labels.push({ kind: "label", start, end, value: cursor.text.slice(start, end), quoted: false });
      } else if (kind === "open-quote") {
        const label = parseLabel(cursor);
        labels.push(label);
        const swallowed = swallowedBrace(cursor, label);
        if (swallowed) return this.readBody(type, labels, swallowed);
      } else if (kind === "invalid") {
        const label = labelInOtherQuotes(cursor, true);
        if (!label) failAtInvalid(cursor);
        if (!label) throw FAILURE;
        labels.push(label);
      } else if (kind === "=" && labels.length > 0) {
        const equals = cursor.next();
        if (cursor.kind() !== "{") cursor.fail(expectedBlockBody(source, equals, type.name, "`=`"));
        cursor.report(equalsInBlockHeader(source, equals, type.name));
      } else {
        return this.endHeader(type, labels);
      }
    }
  }

  /** A header without a body: the brace stands in the next line, or it is an attribute whose `=` is missing (`type "vm"`). */
  private endHeader(type: Identifier, labels: readonly Label[]): Attribute | Block {
    const { cursor } = this;
    const { source } = cursor;
    const kind = cursor.kind();
    const header = () => cursor.report(expectedBlockBody(source, cursor.foundSpan(), type.name, cursor.found()));
    if (kind === "newline" && braceFollows(cursor)) {
      header();
      while (cursor.kind() === "newline") cursor.next();
      return this.readBody(type, labels);
    }
    const only = labels.length === 1 ? labels[0] : undefined;
    if (only && (kind === "newline" || kind === "end" || kind === "}")) {
      cursor.report(missingEquals(source, type, only.quoted ? "a string" : `\`${only.value}\``));
      return { kind: "attribute", start: type.start, end: only.end, name: type, value: { kind: "invalid", start: only.start, end: only.end } };
    }
    header();
    throw FAILURE;
  }

  private readBody(type: Identifier, labels: readonly Label[], brace?: Token): Block {
    const { cursor } = this;
    const open = brace ?? cursor.next();
    const items: BodyItem[] = [];
    let incomplete = true;
    let leftBehind = false;
    if (this.depth >= NESTING_LIMIT) {
      cursor.report(nestingTooDeep(cursor.source, type, "blocks"));
      passBraces(cursor);
    } else {
      const indent = cursor.missingBraces + cursor.extraBraces > 0 ? lineIndentation(cursor, open.start) : 0;
      const reader = new BodyReader(cursor, items, this.depth + 1, indent);
      reader.readItems();
      incomplete = reader.incomplete;
      leftBehind = cursor.missingBraces > 0 && reader.isLeftBehind();
    }
    if (cursor.kind() === "}" && !leftBehind) cursor.next();
    else this.tellUnclosed(type, labels, open);
    const { start } = type;
    const end = cursor.previousEnd;
    const body: Body = incomplete
      ? { kind: "body", start: open.start, end, items, incomplete: true }
      : { kind: "body", start: open.start, end, items };
    return { kind: "block", start, end, type, labels, body };
  }

  private tellUnclosed(type: Identifier, labels: readonly Label[], open: Token): void {
    const { cursor } = this;
    cursor.unclosedBraces++;
    if (cursor.missingBraces > 0) cursor.missingBraces--;
    if (cursor.isHushed()) return;
    const here = { start: cursor.previousEnd, end: cursor.previousEnd };
    const name = [type.name, ...labels.map((label) => `"${label.value}"`)].join(" ");
    cursor.diagnostics.push(unclosedBlock(cursor.source, here, name, { start: type.start, end: open.end }, cursor.found()));
  }
}

/** The `{` at the end of a label whose closing quote is missing. */
function swallowedBrace(cursor: Cursor, { start, end }: Label): Token | undefined {
  const close = cursor.tokens[cursor.index - 1] as Token;
  const brace = cursor.text.slice(start, end).trimEnd().length + start - 1;
  return close.start === close.end && cursor.text[brace] === "{" ? { kind: "{", start: brace, end: brace + 1 } : undefined;
}

/** The text of a template that is nothing but text. */
function plainText(template: Template): string {
  return template.parts.map((part) => (part.kind === "text" ? part.value : "")).join("");
}

/** Whether nothing but line breaks stands before the next `{`. */
function braceFollows(cursor: Cursor): boolean {
  for (let i = cursor.index; ; i++) {
    const { kind } = cursor.tokens[i] as Token;
    if (kind !== "newline" && kind !== "comment") return kind === "{";
  }
}

/** Goes to the brace that closes the one before, without reading what is between. */
function passBraces(cursor: Cursor): void {
  for (let depth = 0; ; cursor.index++) {
    const { kind } = cursor.tokens[cursor.index] as Token;
    if (kind === "end" || (kind === "}" && depth === 0)) return;
    if (kind === "{") depth++;
    else if (kind === "}") depth--;
  }
}
