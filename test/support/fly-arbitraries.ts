import * as fc from "fast-check";
import { print } from "../../src/fly/print";
import type {
  Attribute,
  BinaryOperator,
  Block,
  Body,
  Expression,
  Identifier,
  Label,
  ObjectItem,
  SplatStep,
  Template,
  TemplatePart,
  TrimMarker,
} from "../../src/fly/syntax";

/**
 * Arbitrary Fly: trees over the whole grammar, each one that a text can have. Places are all 0: `print` gives the
 * text, and parsing that gives the places.
 */

const NOWHERE = { start: 0, end: 0 } as const;

/** Words that mean something where a variable may stand. */
const RESERVED = new Set(["true", "false", "null", "for", "in", "if", "else", "endif", "endfor"]);

const asciiName = fc.stringMatching(/^[a-z_][a-z0-9_-]{0,8}$/);
const foreignName = fc.constantFrom("é", "größe", "имя", "名前", "Ω-1", "ñ_2", "𝑥");

/** A name of an attribute, a block or a member: any identifier. */
export const names: fc.Arbitrary<string> = fc.oneof({ weight: 8, arbitrary: asciiName }, { weight: 1, arbitrary: foreignName }, { weight: 1, arbitrary: fc.constantFrom("for", "in", "if", "true", "null", "e5") });

/** A name that may stand for a value. */
export const variableNames: fc.Arbitrary<string> = names.filter((name) => !RESERVED.has(name));

/** Text of any characters but those that no UTF-8 file can hold. */
export const texts: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "grapheme", maxLength: 6 }),
  fc.constantFrom("", "$", "%", "${x}", "%{if}", "$$", "$${", "a\nb", "\\n", '"', "  x  ", "\t", "\r\n", "EOT", "#", "é", "日本", "👩‍👩‍👧", "\u0000", "\u2028", "\u0085"),
).filter((text) => !/\p{Surrogate}/u.test(text));

const identifierOf = (name: string): Identifier => ({ kind: "identifier", ...NOWHERE, name });
const identifiers = names.map(identifierOf);

// ── Expressions ──────────────────────────────────────────────────────────────

/** Where an expression stands: how deep it may still go, and whether line breaks mean nothing there. */
interface Place {
  readonly depth: number;
  /** A heredoc ends its line: it stands alone where lines matter. */
  readonly heredoc: "nowhere" | "alone" | "anywhere";
}

const LEVELS: readonly (readonly BinaryOperator[])[] = [["||"], ["&&"], ["==", "!="], ["<", "<=", ">", ">="], ["+", "-"], ["*", "/", "%"]];

export const numbers: fc.Arbitrary<Expression> = fc
  .oneof(
    { weight: 4, arbitrary: fc.nat(9999).map(String) },
    { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 10n ** 40n }).map(String) },
    { weight: 1, arbitrary: fc.constantFrom("0.5", "1.50", "12e3", "1E+2", "1e-7", "007", "2.e5") },
  )
  .map((text): Expression => ({ kind: "number", ...NOWHERE, text }));

const literals: fc.Arbitrary<Expression> = fc.oneof(
  numbers,
  fc.boolean().map((value): Expression => ({ kind: "boolean", ...NOWHERE, value })),
  fc.constant<Expression>({ kind: "null", ...NOWHERE }),
  variableNames.map((name): Expression => ({ kind: "variable", ...NOWHERE, name })),
);

/** Arbitraries are made once for each place: there would be thousands of them otherwise. */
function once<A extends unknown[], T>(make: (...args: A) => T): (...args: A) => T {
  const made = new Map<string, T>();
  return (...args) => {
    const key = JSON.stringify(args);
    const known = made.get(key) ?? make(...args);
    made.set(key, known);
    return known;
  };
}

/** Any expression, up to `depth` of them in each other. */
export function expressions(depth = 3): fc.Arbitrary<Expression> {
  return expressionAt({ depth, heredoc: "alone" });
}

const expressionAt = once((place: Place): fc.Arbitrary<Expression> => {
  if (place.depth <= 0) return fc.oneof(literals, plainStrings);
  const inner = { depth: place.depth - 1, heredoc: place.heredoc === "anywhere" ? "anywhere" : "nowhere" } as const;
  return fc.oneof(
    { weight: 6, arbitrary: operandAt(place) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: LEVELS.length - 1 }).chain((level) => binaryAt(inner, level)) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(operandAt(inner), expressionAt(inner), expressionAt(inner))
        .map(([condition, then, otherwise]): Expression => ({ kind: "conditional", ...NOWHERE, condition, then, else: otherwise })),
    },
  );
});

/** A row of operators of one level, grouped from the left, with operands that bind closer. */
const binaryAt = once((place: Place, level: number): fc.Arbitrary<Expression> => {
  const operator = fc.constantFrom(...(LEVELS[level] as readonly BinaryOperator[]));
  const closer: fc.Arbitrary<Expression> =
    level + 1 < LEVELS.length && place.depth > 0 ? fc.oneof(operandAt(place), binaryAt({ ...place, depth: place.depth - 1 }, level + 1)) : operandAt(place);
  return fc
    .tuple(closer, fc.array(fc.tuple(operator, closer), { minLength: 1, maxLength: 3 }))
    .map(([first, rest]) => rest.reduce<Expression>((left, [op, right]) => ({ kind: "binary", ...NOWHERE, operator: op, left, right }), first));
});

const operandAt = once((place: Place): fc.Arbitrary<Expression> => {
  if (place.depth <= 0) return fc.oneof(literals, plainStrings);
  const inner = { depth: place.depth - 1, heredoc: place.heredoc === "anywhere" ? "anywhere" : "nowhere" } as const;
  const enclosed = { depth: place.depth - 1, heredoc: "anywhere" } as const;
  const operand = operandAt(inner);
  const anywhere = expressionAt(enclosed);
  return fc.oneof(
    { weight: 3, arbitrary: literals },
    { weight: 3, arbitrary: templatesAt(place) },
    { weight: 2, arbitrary: fc.array(anywhere, { maxLength: 3 }).map((items): Expression => ({ kind: "tuple", ...NOWHERE, items })) },
    { weight: 2, arbitrary: objectsAt(place.depth - 1) },
    { weight: 2, arbitrary: traversalsAt(place) },
    { weight: 1, arbitrary: callsAt(place) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom("-" as const, "!" as const), operand).map(([operator, value]): Expression => ({ kind: "unary", ...NOWHERE, operator, operand: value })) },
    { weight: 1, arbitrary: parenthesesAt(place) },
    { weight: 1, arbitrary: forsAt(place) },
  );
});

function parenthesesAt(place: Place): fc.Arbitrary<Expression> {
  return expressionAt({ depth: place.depth - 1, heredoc: "anywhere" }).map((expression): Expression => ({ kind: "parentheses", ...NOWHERE, expression }));
}

function callsAt(place: Place): fc.Arbitrary<Expression> {
  return fc
    .tuple(fc.oneof({ weight: 5, arbitrary: variableNames }, { weight: 1, arbitrary: fc.tuple(variableNames, names).map((parts) => parts.join("::")) }), fc.array(expressionAt({ depth: place.depth - 1, heredoc: "anywhere" }), { maxLength: 3 }), fc.boolean())
    .map(([name, args, expand]): Expression => ({ kind: "call", ...NOWHERE, name: identifierOf(name), args, expand: expand && args.length > 0 }));
}

function forsAt(place: Place): fc.Arbitrary<Expression> {
  const inner = expressionAt({ depth: place.depth - 1, heredoc: "anywhere" });
  const head = { key: fc.option(identifiers, { nil: undefined }), value: identifiers, collection: inner, condition: fc.option(inner, { nil: undefined }) };
  return fc.oneof(
    fc.record({ ...head, result: inner }).map((parts) => withoutUndefined({ kind: "for-tuple" as const, ...NOWHERE, ...parts })),
    fc.record({ ...head, resultKey: inner, resultValue: inner, grouped: fc.boolean() }).map((parts) => withoutUndefined({ kind: "for-object" as const, ...NOWHERE, ...parts })),
  );
}

const objectsAt = once((depth: number): fc.Arbitrary<Expression> => {
  const value = expressionAt({ depth, heredoc: "alone" });
  const key = fc.oneof(
    { weight: 5, arbitrary: names.map((name): Expression => ({ kind: "variable", ...NOWHERE, name })) },
    { weight: 2, arbitrary: plainStrings },
    { weight: 1, arbitrary: numbers },
    { weight: 1, arbitrary: parenthesesAt({ depth, heredoc: "nowhere" }) },
  );
  const item = fc.tuple(key, value, fc.constantFrom("=" as const, ":" as const)).map(([key, value, separator]): ObjectItem => ({ kind: "item", ...NOWHERE, key, value, separator }));
  return fc
    .array(item, { maxLength: 3 })
    // `{ for` begins a `for` expression.
    .filter(([first]) => !(first?.key.kind === "variable" && first.key.name === "for"))
    .map((items): Expression => ({ kind: "object", ...NOWHERE, items }));
});

/** What may follow a value: `.name`, `[key]`, `.0`. */
function stepsAt(place: Place): fc.Arbitrary<SplatStep> {
  return fc.oneof(
    { weight: 4, arbitrary: identifiers.map((name): SplatStep => ({ kind: "access", name })) },
    { weight: 2, arbitrary: expressionAt({ depth: place.depth - 1, heredoc: "anywhere" }).map((key): SplatStep => ({ kind: "index", key, legacy: false })) },
    { weight: 1, arbitrary: legacySteps },
  );
}

const legacySteps = fc.nat(20).map((index): SplatStep => ({ kind: "index", key: { kind: "number", ...NOWHERE, text: String(index) }, legacy: true }));

function traversalsAt(place: Place): fc.Arbitrary<Expression> {
  const root = fc.oneof({ weight: 4, arbitrary: variableNames.map((name): Expression => ({ kind: "variable", ...NOWHERE, name })) }, { weight: 1, arbitrary: parenthesesAt(place) });
  const named = fc.array(fc.oneof(identifiers.map((name): SplatStep => ({ kind: "access", name })), legacySteps), { maxLength: 2 });
  const fullSteps = fc.tuple(fc.array(stepsAt(place), { maxLength: 2 }), fc.option(named.map((steps): SplatStep => ({ kind: "splat", full: true, steps })), { nil: undefined })).map(([steps, last]) => (last ? [...steps, last] : steps));
  const splat = fc.option(fc.oneof(fc.tuple(fc.constant(true), fullSteps), fc.tuple(fc.constant(false), named)), { nil: undefined, freq: 3 });
  return fc.tuple(root, fc.array(stepsAt(place), { maxLength: 3 }), splat).map(([object, steps, end]) => {
    const value = steps.reduce<Expression>(
      (from, step) => (step.kind === "access" ? { kind: "access", ...NOWHERE, object: from, name: step.name } : step.kind === "index" ? { kind: "index", ...NOWHERE, object: from, key: step.key, legacy: step.legacy } : from),
      object,
    );
    return end ? { kind: "splat", ...NOWHERE, object: value, full: end[0], steps: end[1] } : value;
  });
}

// ── Templates ────────────────────────────────────────────────────────────────

/** A quoted string without templates. */
export const plainStrings: fc.Arbitrary<Template> = texts.map((value) => ({ kind: "template", ...NOWHERE, form: "quoted", parts: value === "" ? [] : [{ kind: "text", ...NOWHERE, value }] }));

function templatesAt(place: Place): fc.Arbitrary<Template> {
  const quoted = fc.oneof(plainStrings, partsAt(place.depth - 1, texts).map((parts): Template => ({ kind: "template", ...NOWHERE, form: "quoted", parts: settle(parts, "quoted") })));
  return place.heredoc === "nowhere" ? quoted : fc.oneof({ weight: 3, arbitrary: quoted }, { weight: 1, arbitrary: heredocsAt(place.depth - 1) });
}

/** Lines of a heredoc: no carriage return alone, and no line that could be its end. */
const heredocTexts = fc
  .array(fc.oneof(fc.constantFrom("", "  ", "\t", "a b", "    deep", "$", "${x}", "%%", "\\n", '"', "é日", "}", "~"), fc.stringMatching(/^[a-z ]{0,8}$/)), { minLength: 1, maxLength: 3 })
  .map((lines) => lines.join("\n"));

function heredocsAt(depth: number): fc.Arbitrary<Template> {
  return fc.tuple(fc.constantFrom("heredoc" as const, "flush-heredoc" as const), partsAt(depth, heredocTexts)).map(([form, parts]) => {
    const settled = settle(parts, form);
    return { kind: "template", ...NOWHERE, form, marker: "EOT", parts: settled };
  });
}

const markers: fc.Arbitrary<TrimMarker> = fc.record({ before: fc.boolean(), after: fc.boolean() });

function partsAt(depth: number, text: fc.Arbitrary<string>): fc.Arbitrary<readonly TemplatePart[]> {
  const inner = expressionAt({ depth, heredoc: "anywhere" });
  const nested = depth > 0 ? fc.array(text.map((value): TemplatePart => ({ kind: "text", ...NOWHERE, value })), { maxLength: 1 }) : fc.constant<TemplatePart[]>([]);
  return fc.array(
    fc.oneof(
      { weight: 3, arbitrary: text.map((value): TemplatePart => ({ kind: "text", ...NOWHERE, value })) },
      { weight: 3, arbitrary: fc.tuple(inner, markers).map(([expression, { before, after }]): TemplatePart => ({ kind: "interpolation", ...NOWHERE, expression, trimBefore: before, trimAfter: after })) },
      {
        weight: 1,
        arbitrary: fc
          .record({ condition: inner, then: nested, else: fc.option(nested, { nil: undefined }), markers: fc.array(markers, { minLength: 3, maxLength: 3 }) })
          .map((parts): TemplatePart => withoutUndefined({ kind: "if" as const, ...NOWHERE, ...parts, markers: parts.else ? parts.markers : parts.markers.slice(1) })),
      },
      {
        weight: 1,
        arbitrary: fc
          .record({ key: fc.option(identifiers, { nil: undefined }), value: identifiers, collection: inner, body: nested, markers: fc.array(markers, { minLength: 2, maxLength: 2 }) })
          .map((parts): TemplatePart => withoutUndefined({ kind: "for" as const, ...NOWHERE, ...parts })),
      },
    ),
    { maxLength: 4 },
  );
}

/** Turns parts as they came into parts that a text can have: texts joined, trimmed where a `~` is beside them, and left out where they would be empty. */
function settle(parts: readonly TemplatePart[], form: Template["form"]): readonly TemplatePart[] {
  const row = flatten(parts);
  const joined: RowItem[] = [];
  for (const item of row) {
    const last = joined[joined.length - 1];
    if (item.text !== undefined && last?.text !== undefined) joined[joined.length - 1] = { text: last.text + item.text };
    else joined.push(item);
  }
  if (form !== "quoted") endWithLineBreak(joined, form);
  const settled = joined.flatMap((item, index) => {
    if (item.text === undefined) return [item];
    const trimStart = joined[index - 1]?.after ?? false;
    const trimEnd = joined[index + 1]?.before ?? false;
    const text = form === "quoted" ? trimmed(item.text, trimStart, trimEnd) : trimmedInLine(item.text, trimEnd, joined[index + 1]);
    return text === "" && !trimStart && !trimEnd ? [] : [{ text }];
  });
  return unflatten(settled);
}

function trimmed(text: string, start: boolean, end: boolean): string {
  const white = "[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
  const left = start ? text.replace(new RegExp(`^${white}+`), "") : text;
  return end ? left.replace(new RegExp(`${white}+$`), "") : left;
}

/** In a heredoc `~` takes what is in its own line, and nothing can be written for a `$` just before `${`. */
function trimmedInLine(text: string, end: boolean, next: RowItem | undefined): string {
  if (end) return text.replace(/[ \t]+$/, "");
  const sign = next?.part === undefined ? "" : next.part.kind === "interpolation" ? "$" : "%";
  return sign !== "" && text.endsWith(sign) ? `${text}.` : text;
}

function endWithLineBreak(row: RowItem[], form: Template["form"]): void {
  if (row.length === 0) return;
  const last = row[row.length - 1] as RowItem;
  if (last.text === undefined) row.push({ text: last.after ? "" : "\n" });
  else if (!last.text.endsWith("\n")) row[row.length - 1] = { text: `${last.text}\n` };
  // Without a first line that has none, all lines would lose their indentation.
  const first = row[0] as RowItem;
  if (form === "flush-heredoc" && first.text !== undefined) row[0] = { text: `x${first.text}` };
}

/** A text, or a tag of a sequence: `open` and `close` tell which part a tag belongs to. */
interface RowItem {
  readonly text?: string;
  readonly before?: boolean;
  readonly after?: boolean;
  readonly part?: TemplatePart;
  readonly tag?: "only" | "open" | "middle" | "close";
}

function flatten(parts: readonly TemplatePart[]): RowItem[] {
  return parts.flatMap((part): RowItem[] => {
    if (part.kind === "text") return [{ text: part.value }];
    if (part.kind === "interpolation") return [{ part, tag: "only", before: part.trimBefore, after: part.trimAfter }];
    const first = part.markers[0] as TrimMarker;
    const last = part.markers[part.markers.length - 1] as TrimMarker;
    const inside =
      part.kind === "for" ? flatten(part.body) : [...flatten(part.then), ...(part.else ? [{ part, tag: "middle" as const, ...(part.markers[1] as TrimMarker) }, ...flatten(part.else)] : [])];
    return [{ part, tag: "open", ...first }, ...inside, { part, tag: "close", ...last }];
  });
}

function unflatten(row: readonly RowItem[]): TemplatePart[] {
  let index = 0;
  const read = (): TemplatePart[] => {
    const parts: TemplatePart[] = [];
    for (; index < row.length; index++) {
      const { text, part, tag } = row[index] as RowItem;
      if (tag === "middle" || tag === "close") return parts;
      if (text !== undefined) parts.push({ kind: "text", ...NOWHERE, value: text });
      else if (part?.kind === "interpolation") parts.push(part);
      else if (part?.kind === "for") {
        index++;
        parts.push({ ...part, body: read() });
      } else if (part?.kind === "if") {
        index++;
        const then = read();
        if (row[index]?.tag === "middle") {
          index++;
          parts.push({ ...part, then, else: read() });
        } else {
          parts.push({ ...part, then });
        }
      }
    }
    return parts;
  };
  return read();
}

// ── Bodies and files ─────────────────────────────────────────────────────────

const labels: fc.Arbitrary<Label> = fc.oneof(
  texts.map((value): Label => ({ kind: "label", ...NOWHERE, value, quoted: true })),
  names.map((value): Label => ({ kind: "label", ...NOWHERE, value, quoted: false })),
);

export function attributes(depth = 3): fc.Arbitrary<Attribute> {
  return fc.tuple(names, expressions(depth)).map(([name, value]) => ({ kind: "attribute", ...NOWHERE, name: identifierOf(name), value }));
}

export function blocks(depth = 3, expressionDepth = 2): fc.Arbitrary<Block> {
  return fc
    .tuple(names, fc.array(labels, { maxLength: 3 }), bodies(depth - 1, expressionDepth))
    .map(([type, labels, body]) => ({ kind: "block", ...NOWHERE, type: identifierOf(type), labels, body }));
}

/** A body with attributes of different names, and blocks in it up to `depth`. */
export function bodies(depth = 3, expressionDepth = 2): fc.Arbitrary<Body> {
  const item = depth > 0 ? fc.oneof({ weight: 2, arbitrary: attributes(expressionDepth) }, { weight: 1, arbitrary: blocks(depth, expressionDepth) }) : attributes(expressionDepth);
  return fc
    .uniqueArray(item, { maxLength: 4, selector: (one) => (one.kind === "attribute" ? one.name.name : one) })
    .map((items) => ({ kind: "body", ...NOWHERE, items }));
}

/** The text of a valid file. */
export function files(depth = 3): fc.Arbitrary<string> {
  return bodies(depth).map(print);
}

/** An expression without references, operators and calls: what `parse` gives as a JSON value. */
export function constants(depth = 2): fc.Arbitrary<Expression> {
  const simple: fc.Arbitrary<Expression> = fc.oneof(numbers, plainStrings, fc.boolean().map((value): Expression => ({ kind: "boolean", ...NOWHERE, value })));
  if (depth === 0) return simple;
  const inner = constants(depth - 1);
  return fc.oneof(
    simple,
    fc.array(inner, { maxLength: 3 }).map((items): Expression => ({ kind: "tuple", ...NOWHERE, items })),
    fc.uniqueArray(fc.tuple(variableNames, inner), { maxLength: 3, selector: ([name]) => name }).map(
      (entries): Expression => ({
        kind: "object",
        ...NOWHERE,
        items: entries.map(([name, value]) => ({ kind: "item", ...NOWHERE, key: { kind: "variable", ...NOWHERE, name }, value, separator: "=" })),
      }),
    ),
  );
}

function withoutUndefined<T extends object>(node: T): T extends unknown ? { [K in keyof T]: Exclude<T[K], undefined> } : never {
  return Object.fromEntries(Object.entries(node).filter(([, value]) => value !== undefined)) as never;
}
