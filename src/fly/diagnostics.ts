import type { Diagnostic, Fix, RelatedRange } from "./diagnostic";
import type { SourceText } from "./source";
import type { Span } from "./syntax";

/**
 * Everything that Fly's syntax can say to a person, FLY001 to FLY049: one function for each, worded alike. What the
 * evaluator says follows from FLY050 on. `found` is always what `describeToken` (token-description.ts) made.
 */

interface Told {
  readonly detail?: string;
  readonly fix?: { readonly description: string; readonly span: Span; readonly text: string };
  readonly related?: { readonly message: string; readonly span: Span };
}

function error(source: SourceText, code: string, span: Span, summary: string, told: Told = {}): Diagnostic {
  const { file } = source;
  const fix: Fix | undefined = told.fix && { description: told.fix.description, range: source.range(told.fix.span), text: told.fix.text };
  const related: RelatedRange[] | undefined = told.related && [{ message: told.related.message, file, range: source.range(told.related.span) }];
  return {
    severity: "error",
    code,
    summary,
    ...(told.detail === undefined ? {} : { detail: told.detail }),
    file,
    range: source.range(span),
    ...(related ? { related } : {}),
    ...(fix ? { fix } : {}),
  };
}

const at = (index: number): Span => ({ start: index, end: index });
const upTo = (words: readonly string[]): string => (words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words[words.length - 1]}`);

// ── Characters, strings, heredocs ────────────────────────────────────────────

export function invalidCharacter(source: SourceText, span: Span): Diagnostic {
  const text = source.text.slice(span.start, span.end);
  const code = text.codePointAt(0) as number;
  const name = /^[\p{C}\p{Z}]/u.test(text) ? `U+${code.toString(16).toUpperCase().padStart(4, "0")}` : `\`${text}\``;
  return error(source, "FLY001", span, `${name} has no meaning here`, { detail: "This character is not used in Fly outside of strings and comments." });
}

export function wrongQuotes(source: SourceText, span: Span): Diagnostic {
  const text = source.text.slice(span.start, span.end);
  const inner = text.slice(1, -1).replace(/[\\"]/g, "\\$&");
  return error(source, "FLY002", span, 'strings stand in straight double quotes (")', {
    detail: `Found ${text[0]} as a quotation mark.`,
    ...(text.length > 1 ? { fix: { description: "use straight double quotes", span, text: `"${inner}"` } } : {}),
  });
}

export function unclosedString(source: SourceText, span: Span, quoteAt: number): Diagnostic {
  return error(source, "FLY003", span, "this string has no closing quote", {
    detail: "A quoted string ends in the line in which it begins.",
    fix: { description: 'add the closing `"`', span: at(quoteAt), text: '"' },
  });
}

export function lineBreakInString(source: SourceText, span: Span): Diagnostic {
  return error(source, "FLY004", span, "a quoted string can't hold a line break", { detail: "Write `\\n` for a line break, or use a heredoc (`<<EOT`) for text of several lines." });
}

export function unknownEscape(source: SourceText, span: Span, problem: string): Diagnostic {
  const text = source.text.slice(span.start, span.end);
  return error(source, "FLY005", span, `\`${text}\` is no escape sequence`, {
    detail: `${problem} There are \\n, \\r, \\t, \\", \\\\, \\uXXXX and \\UXXXXXXXX; \`$\${\` and \`%%{\` stand for \`\${\` and \`%{\`.`,
    fix: { description: "double the backslash to keep it as it is", span: { start: span.start, end: span.start + 1 }, text: "\\\\" },
  });
}

export function unclosedComment(source: SourceText, span: Span): Diagnostic {
  return error(source, "FLY006", { start: span.start, end: span.start + 2 }, "this comment is not closed", {
    detail: "A comment that begins with `/*` ends with `*/`.",
    fix: { description: "add `*/` at its end", span: at(span.end), text: "*/" },
  });
}

export function unclosedHeredoc(source: SourceText, span: Span, marker: string): Diagnostic {
  return error(source, "FLY007", span, `this heredoc has no closing ${marker}`, { detail: `It ends with a line that holds nothing but ${marker}.` });
}

export function badHeredocStart(source: SourceText, span: Span): Diagnostic {
  return error(source, "FLY008", span, "a heredoc begins with `<<EOT` or `<<-EOT` at the end of its line", {
    detail: "The marker is a bare name that follows at once, without quotes, and nothing stands behind it.",
  });
}

export function badHeredocEnd(source: SourceText, span: Span, marker: string, found: string): Diagnostic {
  return error(source, "FLY009", span, `the closing ${marker} must stand alone in its line`, {
    detail: `Expected a line break after it, found ${found}.`,
    fix: { description: "break the line after it", span: at(span.end), text: "\n" },
  });
}

export function invalidNumber(source: SourceText, span: Span): Diagnostic {
  return error(source, "FLY010", span, `\`${source.text.slice(span.start, span.end)}\` is no number`, {
    detail: "A number has at most one decimal point and one exponent: 12, 1.5, 1e10. Anything else, such as a version, is a string.",
    fix: { description: "make it a string", span, text: `"${source.text.slice(span.start, span.end)}"` },
  });
}

export function notUnicode(source: SourceText, span: Span): Diagnostic {
  return error(source, "FLY011", span, "the file is not valid UTF-8", { detail: "Save it with the encoding UTF-8." });
}

// ── Attributes and blocks ────────────────────────────────────────────────────

export function expectedItem(source: SourceText, span: Span, found: string): Diagnostic {
  return error(source, "FLY012", span, `expected an attribute or a block, found ${found}`, { detail: "An attribute is `name = value`, a block is `name { … }`." });
}

export function colonForEquals(source: SourceText, span: Span, name: string): Diagnostic {
  return error(source, "FLY013", span, `\`${name}\` is set with \`=\`, not with \`:\``, { fix: { description: "write `=`", span, text: " =" } });
}

export function missingEquals(source: SourceText, name: Span, found: string): Diagnostic {
  const text = source.text.slice(name.start, name.end);
  return error(source, "FLY014", name, `expected \`=\` after \`${text}\`, found ${found}`, { fix: { description: "add `=`", span: at(name.end), text: " =" } });
}

export function missingValue(source: SourceText, name: Span, found: string): Diagnostic {
  const text = source.text.slice(name.start, name.end);
  return error(source, "FLY015", name, `\`${text}\` is neither an attribute nor a block`, {
    detail: `Expected \`=\` and a value, or \`{\`, found ${found}.`,
  });
}

export function quotedName(source: SourceText, span: Span, name: string): Diagnostic {
  const bare = /^[\p{ID_Start}_][\p{ID_Continue}-]*$/u.test(name);
  return error(source, "FLY016", span, "the name of an attribute or a block has no quotes", {
    ...(bare ? { fix: { description: "remove the quotes", span, text: name } } : { detail: "A name has letters, digits, `_` and `-`, and does not begin with a digit." }),
  });
}

export function duplicateAttribute(source: SourceText, name: Span, first: Span): Diagnostic {
  const text = source.text.slice(name.start, name.end);
  return error(source, "FLY017", name, `\`${text}\` is set twice`, {
    detail: "Remove one of the two.",
    related: { message: `\`${text}\` is set here first`, span: first },
  });
}

export function equalsInBlockHeader(source: SourceText, span: Span, type: string): Diagnostic {
  return error(source, "FLY018", span, `the block \`${type}\` is written without \`=\``, { fix: { description: "remove the `=`", span, text: "" } });
}

export function expectedBlockBody(source: SourceText, span: Span, type: string, found: string): Diagnostic {
  return error(source, "FLY019", span, `expected \`{\` to begin the body of the block \`${type}\`, found ${found}`, {
    detail: "It stands in the line of the block's name and labels.",
  });
}

export function unclosedBlock(source: SourceText, span: Span, type: string, opener: Span, found: string): Diagnostic {
  return error(source, "FLY020", span, `the block \`${type}\` is not closed`, {
    detail: `Expected \`}\`, found ${found}.`,
    related: { message: `\`${type}\` is opened here`, span: opener },
  });
}

export function strayBracket(source: SourceText, span: Span): Diagnostic {
  const text = source.text.slice(span.start, span.end);
  return error(source, "FLY021", span, `this \`${text}\` closes nothing`, { fix: { description: "remove it", span, text: "" } });
}

export function expectedLineBreak(source: SourceText, span: Span, after: string, found: string): Diagnostic {
  return error(source, "FLY022", span, `expected a line break after ${after}, found ${found}`, { detail: "Each attribute and each block stands in a line of its own." });
}

export function commaBetweenItems(source: SourceText, span: Span): Diagnostic {
  return error(source, "FLY023", span, "attributes and blocks are separated by line breaks, not by commas", { fix: { description: "remove the comma", span, text: "" } });
}

export function oneLineBlock(source: SourceText, span: Span, found: string): Diagnostic {
  return error(source, "FLY024", span, `a block in one line holds one attribute and nothing else, found ${found}`, {
    detail: "Break the line after `{` and before `}`, and give each attribute and block a line of its own.",
  });
}

export function templateInLabel(source: SourceText, span: Span): Diagnostic {
  const sign = source.text[span.start] as string;
  return error(source, "FLY025", span, "a label is plain text without `${}` and `%{}`", {
    fix: { description: `double the \`${sign}\` where it is meant as such`, span: { start: span.start, end: span.start + 1 }, text: sign + sign },
  });
}

// ── Expressions ──────────────────────────────────────────────────────────────

export function expectedExpression(source: SourceText, span: Span, after: string, found: string, detail?: string): Diagnostic {
  return error(source, "FLY026", span, `expected a value${after === "" ? "" : ` ${after}`}, found ${found}`, detail === undefined ? {} : { detail });
}

export function unclosedBracket(source: SourceText, span: Span, what: string, opener: Span, expected: readonly string[], found: string): Diagnostic {
  const closer = expected[expected.length - 1] as string;
  return error(source, "FLY027", span, `expected ${upTo(expected.map((word) => `\`${word}\``))} in ${what}, found ${found}`, {
    related: { message: `\`${source.text[opener.start]}\` is opened here`, span: opener },
    ...(span.start === span.end ? { fix: { description: `add \`${closer}\``, span, text: closer } } : {}),
  });
}

export function missingComma(source: SourceText, previousEnd: number, span: Span, what: string, found: string): Diagnostic {
  return error(source, "FLY028", span, `expected \`,\` before ${found} in ${what}`, { fix: { description: "add a comma", span: at(previousEnd), text: "," } });
}

export function missingKeySeparator(source: SourceText, span: Span, keyEnd: number, found: string): Diagnostic {
  return error(source, "FLY029", span, `expected \`=\` after the key, found ${found}`, {
    detail: 'A key with dots or blanks stands in quotes: `"a.b" = 1`.',
    ...(span.start > keyEnd ? { fix: { description: "add `=`", span: at(keyEnd), text: " =" } } : {}),
  });
}

export function missingItemSeparator(source: SourceText, span: Span, previousEnd: number, found: string): Diagnostic {
  return error(source, "FLY030", span, `expected a line break or \`,\` between two items of an object, found ${found}`, {
    fix: { description: "add a comma", span: at(previousEnd), text: "," },
  });
}

export function invalidFor(source: SourceText, span: Span, expected: string, found: string): Diagnostic {
  return error(source, "FLY031", span, `expected ${expected} in this \`for\`, found ${found}`, {
    detail: "`[for value in list : result]`, `{for key, value in map : key => value if condition}`. A key that is called for stands in quotes.",
  });
}

export function forResultMismatch(source: SourceText, span: Span, problem: string): Diagnostic {
  return error(source, "FLY032", span, problem, { detail: "`[for …]` makes a list and gives values, `{for …}` makes an object and gives `key => value`, and only that may be grouped with `...`." });
}

export function conditionalWithoutElse(source: SourceText, span: Span, question: Span, found: string): Diagnostic {
  return error(source, "FLY033", span, `expected \`:\` and the other value of the condition, found ${found}`, {
    related: { message: "the condition's `?` is here", span: question },
  });
}

export function expectedAttributeName(source: SourceText, span: Span, found: string): Diagnostic {
  return error(source, "FLY034", span, `expected a name after \`.\`, found ${found}`, { detail: 'Anything that is no name stands in brackets: `value["a b"]`, `value[0]`.' });
}

export function legacyIndexChain(source: SourceText, span: Span, dot: number): Diagnostic {
  const text = source.text.slice(span.start, span.end);
  const parts = text.split(".").map((part) => `[${part}]`);
  return error(source, "FLY035", span, "two indices in a row are written with brackets", {
    fix: { description: `write \`${parts.join("")}\``, span: { start: dot, end: span.end }, text: parts.join("") },
  });
}

export function nestedSplat(source: SourceText, span: Span): Diagnostic {
  return error(source, "FLY036", span, "a second `.*` can't follow in one chain", { detail: "Use `[*]` for lists in lists." });
}

export function expansionNotLast(source: SourceText, span: Span, found: string): Diagnostic {
  return error(source, "FLY037", span, `\`...\` stands after the last argument only, found ${found} behind it`);
}

export function unknownOperator(source: SourceText, span: Span): Diagnostic {
  const text = source.text.slice(span.start, span.end);
  const meant = ({ "&": "&&", "|": "||", "~": "!" } as Record<string, string | undefined>)[text[0] as string];
  return error(source, "FLY038", span, `there is no operator \`${text}\``, {
    ...(meant && text.length === 1 ? { fix: { description: `write \`${meant}\``, span, text: meant } } : { detail: "Fly has no operators on bits." }),
  });
}

export function semicolon(source: SourceText, span: Span): Diagnostic {
  return error(source, "FLY039", span, "`;` is not used in Fly", { detail: "Line breaks separate attributes and blocks, commas separate items of lists and objects.", fix: { description: "remove it", span, text: "" } });
}

export function expectedFunctionName(source: SourceText, span: Span, expected: string, found: string): Diagnostic {
  return error(source, "FLY040", span, `expected ${expected}, found ${found}`, { detail: "`::` joins the parts of a function's name: `provider::aws::arn_parse(…)`." });
}

export function extraAfterExpression(source: SourceText, span: Span, found: string): Diagnostic {
  return error(source, "FLY041", span, `expected the end of the expression, found ${found}`);
}

// ── Templates ────────────────────────────────────────────────────────────────

export function unclosedSequence(source: SourceText, span: Span, opener: Span, found: string): Diagnostic {
  const text = source.text.slice(opener.start, opener.start + 2);
  return error(source, "FLY042", span, `expected \`}\` to end this \`${text}\`, found ${found}`, {
    detail: `Where \`${text}\` belongs to another language, write \`${text[0]}${text}\`.`,
    related: { message: `\`${text}\` begins here`, span: opener },
  });
}

export function unknownDirective(source: SourceText, span: Span, found: string, suggestion?: string): Diagnostic {
  return error(source, "FLY043", span, `expected if, else, endif, for or endfor, found ${found}`, {
    ...(suggestion ? { detail: `Did you mean ${suggestion}?`, fix: { description: `write ${suggestion}`, span, text: suggestion } } : { detail: "Write `%%{` for the two characters `%{`." }),
  });
}

export function unexpectedDirective(source: SourceText, span: Span, name: string, opener?: { readonly name: string; readonly span: Span }): Diagnostic {
  return error(source, "FLY044", span, opener ? `${name} does not belong to this ${opener.name}` : `${name} without its beginning`, {
    ...(opener ? { related: { message: `the ${opener.name} that is open begins here`, span: opener.span } } : {}),
  });
}

export function unclosedDirective(source: SourceText, span: Span, name: string): Diagnostic {
  return error(source, "FLY045", span, `this ${name} has no end${name}`, { detail: `Add \`%{ end${name} }\` before the end of the template.` });
}

// ── Limits ───────────────────────────────────────────────────────────────────

/** How deep blocks, and expressions and templates, may stand in each other. */
export const NESTING_LIMIT = 200;

export function nestingTooDeep(source: SourceText, span: Span, what: string): Diagnostic {
  return error(source, "FLY046", span, `${what} stand in each other more than ${NESTING_LIMIT} deep`, { detail: "Take parts of it out into locals or files of their own." });
}

export function expressionTooLong(source: SourceText, span: Span, limit: number): Diagnostic {
  return error(source, "FLY047", span, `this expression chains more than ${limit} operators or accesses`, { detail: "Take parts of it out into locals." });
}
