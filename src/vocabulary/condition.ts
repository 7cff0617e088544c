import { durationSeconds, parseDuration } from "./duration";

/** A policy's condition. `start` and `end` are UTF-16 indices into its text, end exclusive. */
export type Condition =
  | (Place & { readonly kind: "and" | "or"; readonly operands: readonly Condition[] })
  | (Place & { readonly kind: "not"; readonly operand: Condition })
  | (Place & { readonly kind: "comparison"; readonly operator: ComparisonOperator; readonly left: Operand; readonly right: Operand })
  /** A field or literal of type boolean that stands for itself. */
  | FieldOperand
  | BooleanOperand;

export type ComparisonOperator = "==" | "!=" | "<" | "<=" | ">" | ">=" | "IN";

export type Operand = FieldOperand | BooleanOperand | NumberOperand | DurationOperand | StringOperand | ListOperand;

export interface FieldOperand extends Place {
  readonly kind: "field";
  readonly name: string;
}
export interface BooleanOperand extends Place {
  readonly kind: "boolean";
  readonly value: boolean;
}
export interface NumberOperand extends Place {
  readonly kind: "number";
  readonly value: number;
}
export interface DurationOperand extends Place {
  readonly kind: "duration";
  readonly seconds: number;
  /** As written, `1h30m`. */
  readonly text: string;
}
export interface StringOperand extends Place {
  readonly kind: "string";
  readonly value: string;
}
export interface ListOperand extends Place {
  readonly kind: "list";
  readonly items: readonly Operand[];
}

export interface Place {
  readonly start: number;
  readonly end: number;
}

/** What is wrong with a condition, and where in its text. */
export interface ConditionError extends Place {
  /** `syntax`: it can't be read; `field`: no such field; `type`: two types that can't be compared. */
  readonly kind: "syntax" | "field" | "type";
  readonly message: string;
  /** What was probably meant instead of the text from `start` to `end`. */
  readonly suggestion?: string;
}

/** Deepest nesting of parentheses and NOT. */
const DEEPEST = 100;

interface Token extends Place {
  readonly kind: "word" | "number" | "string" | "operator" | "punctuation" | "end";
  readonly text: string;
}

class SyntaxProblem extends Error {
  constructor(
    message: string,
    readonly place: Place,
    readonly suggestion?: string,
  ) {
    super(message);
  }
}

/** Reads the form of a condition; `parseCondition` (condition-check.ts) looks at fields and types too. */
export function readCondition(text: string): { readonly ok: true; readonly condition: Condition } | { readonly ok: false; readonly error: ConditionError } {
  try {
    return { ok: true, condition: new Reader(scan(text)).whole() };
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    return { ok: false, error: { kind: "syntax", message: error.message, start: error.place.start, end: error.place.end, suggestion: error.suggestion } };
  }
}

const TOKEN = /\s+|([A-Za-z_][A-Za-z0-9_]*)|(\d[0-9A-Za-z.]*)|('[^']*'|"[^"]*")|(==|!=|<=|>=|<|>)|([()[\],])/y;

/** Ways of other languages, and ours. */
const FOREIGN: Readonly<Record<string, string>> = { "&": "AND", "|": "OR", "!": "NOT", "=": "==" };

function scan(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let index = 0;
  while (index < text.length) {
    TOKEN.lastIndex = index;
    const match = TOKEN.exec(text);
    if (!match) throw unreadable(text, index);
    const place = { start: index, end: TOKEN.lastIndex };
    index = TOKEN.lastIndex;
    const [, word, number, string, operator, punctuation] = match;
    if (word !== undefined) tokens.push({ kind: "word", text: word, ...place });
    else if (number !== undefined) tokens.push({ kind: "number", text: number, ...place });
    else if (string !== undefined) tokens.push({ kind: "string", text: string.slice(1, -1), ...place });
    else if (operator !== undefined) tokens.push({ kind: "operator", text: operator, ...place });
    else if (punctuation !== undefined) tokens.push({ kind: "punctuation", text: punctuation, ...place });
  }
  tokens.push({ kind: "end", text: "", start: text.length, end: text.length });
  return tokens;
}

function unreadable(text: string, index: number): SyntaxProblem {
  const character = String.fromCodePoint(text.codePointAt(index) as number);
  if (character === "'" || character === '"') return new SyntaxProblem("this string is never closed", { start: index, end: text.length });
  const meant = FOREIGN[character];
  const end = index + (text[index + 1] === character ? 2 : character.length);
  const found = text.slice(index, end);
  return new SyntaxProblem(`${JSON.stringify(found)} has no meaning here`, { start: index, end }, meant);
}

/** Recursive descent: or, and, not, comparison. */
class Reader {
  private index = 0;
  private depth = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  whole(): Condition {
    if (this.peek().kind === "end") throw new SyntaxProblem("it is empty", this.peek());
    const condition = this.or();
    const rest = this.peek();
    if (rest.kind !== "end") throw new SyntaxProblem(this.isWord("not") ? "NOT stands before the whole comparison: NOT state IN […]" : "AND, OR or the end is expected here", rest);
    return condition;
  }

  private or(): Condition {
    return this.chain("or", () => this.and());
  }

  private and(): Condition {
    return this.chain("and", () => this.not());
  }

  private chain(kind: "and" | "or", next: () => Condition): Condition {
    const first = next();
    if (!this.isWord(kind)) return first;
    const operands = [first];
    while (this.isWord(kind)) {
      this.index++;
      operands.push(next());
    }
    return { kind, operands, start: first.start, end: this.endOfLast() };
  }

  private not(): Condition {
    const token = this.peek();
    if (!this.isWord("not")) return this.primary();
    return this.nested(() => {
      this.index++;
      const operand = this.not();
      return { kind: "not", operand, start: token.start, end: operand.end };
    });
  }

  private primary(): Condition {
    const token = this.peek();
    if (token.kind === "punctuation" && token.text === "(") {
      return this.nested(() => {
        this.index++;
        const inner = this.or();
        this.expect(")", token);
        if (this.isComparison()) throw new SyntaxProblem("what is in parentheses can't be compared", this.peek());
        return inner;
      });
    }
    const left = this.operand();
    const operator = this.peek();
    if (!this.isComparison()) {
      if (left.kind === "field" || left.kind === "boolean") return left;
      throw new SyntaxProblem("a comparison is expected after it", { start: left.start, end: left.end });
    }
    this.index++;
    const right = this.operand();
    if (this.isComparison()) throw new SyntaxProblem("comparisons can't be chained; join them by AND", this.peek());
    return { kind: "comparison", operator: operator.text.toUpperCase() as ComparisonOperator, left, right, start: left.start, end: right.end };
  }

  private operand(): Operand {
    const token = this.peek();
    const place = { start: token.start, end: token.end };
    if (token.kind === "string") {
      this.index++;
      return { kind: "string", value: token.text, ...place };
    }
    if (token.kind === "number") {
      this.index++;
      return numeric(token);
    }
    if (token.kind === "word" && !this.isKeyword()) {
      this.index++;
      const word = token.text.toLowerCase();
      return word === "true" || word === "false" ? { kind: "boolean", value: word === "true", ...place } : { kind: "field", name: token.text, ...place };
    }
    if (token.kind === "punctuation" && token.text === "[") return this.list(token);
    throw new SyntaxProblem("a field or a value is expected here", token);
  }

  private list(open: Token): Operand {
    this.index++;
    const items: Operand[] = [];
    while (!this.isPunctuation("]")) {
      const item = this.operand();
      if (item.kind === "list" || item.kind === "field") throw new SyntaxProblem("a list holds plain values", { start: item.start, end: item.end });
      items.push(item);
      if (!this.isPunctuation(",")) break;
      this.index++;
    }
    this.expect("]", open);
    return { kind: "list", items, start: open.start, end: this.endOfLast() };
  }

  private expect(text: string, open: Token): void {
    if (!this.isPunctuation(text)) throw new SyntaxProblem(`${JSON.stringify(text)} is expected here, to close the ${JSON.stringify(open.text)}`, this.peek());
    this.index++;
  }

  private nested(read: () => Condition): Condition {
    if (++this.depth > DEEPEST) throw new SyntaxProblem(`it nests deeper than ${DEEPEST} levels`, this.peek());
    const condition = read();
    this.depth--;
    return condition;
  }

  private peek(): Token {
    return this.tokens[this.index] as Token;
  }

  private endOfLast(): number {
    return (this.tokens[this.index - 1] as Token).end;
  }

  private isWord(word: string): boolean {
    const token = this.peek();
    return token.kind === "word" && token.text.toLowerCase() === word;
  }

  private isKeyword(): boolean {
    return this.isWord("and") || this.isWord("or") || this.isWord("not") || this.isWord("in");
  }

  private isComparison(): boolean {
    return this.peek().kind === "operator" || this.isWord("in");
  }

  private isPunctuation(text: string): boolean {
    const token = this.peek();
    return token.kind === "punctuation" && token.text === text;
  }
}

function numeric(token: Token): Operand {
  const place = { start: token.start, end: token.end };
  if (/^\d{1,15}(\.\d{1,6})?$/.test(token.text)) return { kind: "number", value: Number(token.text), ...place };
  const duration = parseDuration(token.text);
  if (!duration.ok) throw new SyntaxProblem("a number or a duration such as 90s, 10m or 1h30m is expected here", token);
  return { kind: "duration", seconds: durationSeconds(token.text), text: token.text, ...place };
}

/** The condition as text, in one way: operators in capitals, single quotes, no parentheses that change nothing. */
export function formatCondition(condition: Condition): string {
  switch (condition.kind) {
    case "or":
      return condition.operands.map((operand) => formatIn(operand, ["or"])).join(" OR ");
    case "and":
      return condition.operands.map((operand) => formatIn(operand, ["or", "and"])).join(" AND ");
    case "not":
      return `NOT ${formatIn(condition.operand, ["or", "and"])}`;
    case "comparison":
      return `${formatOperand(condition.left)} ${condition.operator} ${formatOperand(condition.right)}`;
    default:
      return formatOperand(condition);
  }
}

function formatIn(condition: Condition, parenthesized: readonly Condition["kind"][]): string {
  const text = formatCondition(condition);
  return parenthesized.includes(condition.kind) ? `(${text})` : text;
}

function formatOperand(operand: Operand): string {
  switch (operand.kind) {
    case "field":
      return operand.name;
    case "boolean":
    case "number":
      return String(operand.value);
    case "duration":
      return operand.text;
    case "string":
      return operand.value.includes("'") ? `"${operand.value}"` : `'${operand.value}'`;
    case "list":
      return `[${operand.items.map(formatOperand).join(", ")}]`;
  }
}
