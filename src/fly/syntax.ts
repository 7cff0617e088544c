/**
 * The syntax tree of Fly: plain readonly data. `start` and `end` are UTF-16 indices into the source
 * text (end exclusive); `SourceText` turns them into lines, columns and byte offsets when someone asks.
 */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A whole file, or what stands between a block's braces, in source order. */
export interface Body extends Span {
  readonly kind: "body";
  readonly items: readonly BodyItem[];
  /** An item of it could not be read at all: whoever misses something here should stay silent. */
  readonly incomplete?: true;
}

export type BodyItem = Attribute | Block;

/** `name = value` in a body. */
export interface Attribute extends Span {
  readonly kind: "attribute";
  readonly name: Identifier;
  readonly value: Expression;
}

/** `type "label" label { … }`. */
export interface Block extends Span {
  readonly kind: "block";
  readonly type: Identifier;
  readonly labels: readonly Label[];
  readonly body: Body;
}

export interface Identifier extends Span {
  readonly kind: "identifier";
  readonly name: string;
}

/** A block label; `quoted` tells `"x"` from `x`. `value` is the text after escapes. */
export interface Label extends Span {
  readonly kind: "label";
  readonly value: string;
  readonly quoted: boolean;
}

export type Expression =
  | NumberLiteral
  | BooleanLiteral
  | NullLiteral
  | Template
  | TupleExpression
  | ObjectExpression
  | ForTuple
  | ForObject
  | VariableExpression
  | AttributeAccess
  | IndexAccess
  | Splat
  | UnaryExpression
  | BinaryExpression
  | Conditional
  | FunctionCall
  | Parentheses
  | InvalidExpression;

/** A number as written; its exact value is `text` (`1e3`, `12345678901234567890`). */
export interface NumberLiteral extends Span {
  readonly kind: "number";
  readonly text: string;
}

export interface BooleanLiteral extends Span {
  readonly kind: "boolean";
  readonly value: boolean;
}

export interface NullLiteral extends Span {
  readonly kind: "null";
}

/** A quoted string or a heredoc. One without parts is the empty string. */
export interface Template extends Span {
  readonly kind: "template";
  readonly form: "quoted" | "heredoc" | "flush-heredoc";
  /** The marker of a heredoc (`EOT`). */
  readonly marker?: string;
  readonly parts: readonly TemplatePart[];
}

export type TemplatePart = TemplateText | TemplateInterpolation | TemplateIf | TemplateFor;

/** Literal text: `value` after escapes, flush-heredoc indentation and `~` trimming have been applied. */
export interface TemplateText extends Span {
  readonly kind: "text";
  readonly value: string;
}

/** `${ expression }`, with `~` on either side. */
export interface TemplateInterpolation extends Span {
  readonly kind: "interpolation";
  readonly expression: Expression;
  readonly trimBefore: boolean;
  readonly trimAfter: boolean;
}

/** `%{ if c }…%{ else }…%{ endif }`; `markers` holds the `~` of each of the directive's tags in order. */
export interface TemplateIf extends Span {
  readonly kind: "if";
  readonly condition: Expression;
  readonly then: readonly TemplatePart[];
  readonly else?: readonly TemplatePart[];
  readonly markers: readonly TrimMarker[];
}

/** `%{ for k, v in c }…%{ endfor }`. */
export interface TemplateFor extends Span {
  readonly kind: "for";
  readonly key?: Identifier;
  readonly value: Identifier;
  readonly collection: Expression;
  readonly body: readonly TemplatePart[];
  readonly markers: readonly TrimMarker[];
}

export interface TrimMarker {
  readonly before: boolean;
  readonly after: boolean;
}

export interface TupleExpression extends Span {
  readonly kind: "tuple";
  readonly items: readonly Expression[];
}

export interface ObjectExpression extends Span {
  readonly kind: "object";
  readonly items: readonly ObjectItem[];
}

/** `key = value` or `key : value`; a bare identifier as key is a `variable` expression here and means its own name. */
export interface ObjectItem extends Span {
  readonly kind: "item";
  readonly key: Expression;
  readonly value: Expression;
  readonly separator: "=" | ":";
}

/** `[for k, v in c : value if condition]`. */
export interface ForTuple extends Span {
  readonly kind: "for-tuple";
  readonly key?: Identifier;
  readonly value: Identifier;
  readonly collection: Expression;
  readonly result: Expression;
  readonly condition?: Expression;
}

/** `{for k, v in c : key => value... if condition}`. */
export interface ForObject extends Span {
  readonly kind: "for-object";
  readonly key?: Identifier;
  readonly value: Identifier;
  readonly collection: Expression;
  readonly resultKey: Expression;
  readonly resultValue: Expression;
  readonly grouped: boolean;
  readonly condition?: Expression;
}

/** The root of a reference: `var`, `local`, `egg`, or a name that a `for` binds. */
export interface VariableExpression extends Span {
  readonly kind: "variable";
  readonly name: string;
}

/** `object.name`. */
export interface AttributeAccess extends Span {
  readonly kind: "access";
  readonly object: Expression;
  readonly name: Identifier;
}

/** `object[key]`, or the legacy `object.0` (`legacy`). */
export interface IndexAccess extends Span {
  readonly kind: "index";
  readonly object: Expression;
  readonly key: Expression;
  readonly legacy: boolean;
}

/**
 * `object[*].a[0]` (`full`) or `object.*.a`; `steps` is applied to each element. A full splat takes all
 * steps that follow; an attribute-only one takes names and legacy indices, and what follows is applied to its result.
 */
export interface Splat extends Span {
  readonly kind: "splat";
  readonly object: Expression;
  readonly full: boolean;
  readonly steps: readonly SplatStep[];
}

export type SplatStep =
  | { readonly kind: "access"; readonly name: Identifier }
  | { readonly kind: "index"; readonly key: Expression; readonly legacy: boolean }
  /** A splat of what the step before gave: `a[*].b[*].c`. */
  | { readonly kind: "splat"; readonly full: boolean; readonly steps: readonly SplatStep[] };

export interface UnaryExpression extends Span {
  readonly kind: "unary";
  readonly operator: "-" | "!";
  readonly operand: Expression;
}

export type BinaryOperator = "||" | "&&" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "+" | "-" | "*" | "/" | "%";

export interface BinaryExpression extends Span {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Conditional extends Span {
  readonly kind: "conditional";
  readonly condition: Expression;
  readonly then: Expression;
  readonly else: Expression;
}

/** `name(args…)`; `name` may hold `::`. `expand` is the trailing `...`. */
export interface FunctionCall extends Span {
  readonly kind: "call";
  readonly name: Identifier;
  readonly args: readonly Expression[];
  readonly expand: boolean;
}

export interface Parentheses extends Span {
  readonly kind: "parentheses";
  readonly expression: Expression;
}

/** Stands where a value could not be read; a diagnostic has told about it. Its value is unknown, and nothing more is to be said about it. */
export interface InvalidExpression extends Span {
  readonly kind: "invalid";
}
