import type { Expression, Template, TemplatePart, TrimMarker } from "./syntax";
import { indentation, trimStart } from "./white-space";

type PrintInner = (expression: Expression) => string;

/** The text of a template in a row of pieces, directives among them: how a piece is written depends on its neighbours. */
type Piece =
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "sequence"; readonly text: string; readonly trimBefore: boolean; readonly trimAfter: boolean };

export function printTemplate(template: Template, inner: PrintInner): string {
  const pieces = flatten(template.parts, inner);
  if (template.form === "quoted") return `"${pieces.map((piece, index) => printQuotedPiece(piece, pieces, index)).join("")}"`;
  return printHeredoc(template, pieces);
}

/** A quoted string without templates. */
export function quote(value: string): string {
  return `"${escape(value)}"`;
}

function escape(value: string): string {
  return escapeSequences(
    value.replace(/[\\"\n\r\t]|\p{Cc}|\p{Surrogate}/gu, (character) => {
      const simple = ({ "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t" } as Record<string, string | undefined>)[character];
      return simple ?? `\\u${(character.codePointAt(0) as number).toString(16).padStart(4, "0")}`;
    }),
  );
}

/** `${` and `%{` as text. */
function escapeSequences(value: string): string {
  return value.replace(/[$%](?=\{)/g, "$&$&");
}

function printQuotedPiece(piece: Piece, pieces: readonly Piece[], index: number): string {
  if (piece.kind === "sequence") return piece.text;
  const next = pieces[index + 1];
  // Trimmed to nothing; the blank is trimmed again.
  if (piece.value === "") return " ";
  const written = escape(piece.value);
  const last = piece.value.at(-1);
  if (next?.kind === "sequence" && (last === "$" || last === "%") && next.text[0] === last) return `${written.slice(0, -1)}\\u00${last === "$" ? "24" : "25"}`;
  return written;
}

/**
 * Flush heredocs are written without indentation, so that there is none to take away. Only where one begins with
 * an empty text, which is what indentation before a first sequence leaves, every line gets a blank.
 */
function printHeredoc(template: Template, pieces: readonly Piece[]): string {
  const flush = template.form === "flush-heredoc";
  const marker = template.marker ?? "EOT";
  const [first, second] = pieces;
  const indented = flush && first?.kind === "text" && first.value === "" && second?.kind === "sequence" && !second.trimBefore;
  const content = pieces.map((piece, index) => {
    if (piece.kind === "sequence") return piece.text;
    const written = printHeredocText(piece.value, pieces[index - 1], pieces[index + 1]);
    return indented ? indentLines(written, index === 0, pieces[index - 1]) : written;
  });
  return `<<${flush ? "-" : ""}${marker}\n${content.join("")}${marker}\n`;
}

/** Text with the white space that `~` beside it takes away again, where without it something else would be taken. */
function printHeredocText(value: string, before: Piece | undefined, after: Piece | undefined): string {
  const trimmedBefore = before?.kind === "sequence" && before.trimAfter;
  const trimmedAfter = after?.kind === "sequence" && after.trimBefore;
  if (value === "") return trimmedBefore && !after ? "\n" : trimmedBefore || trimmedAfter ? " " : "";
  let written = escapeSequences(value);
  // What `~` takes is up to the end of its line: an empty rest of a line is given to it.
  if (trimmedBefore && indentation(value) > 0) written = `\n${written}`;
  if (trimmedAfter && (value.endsWith("\n") || value.endsWith("$") || value.endsWith("%"))) written += " ";
  return written;
}

/** A blank before every line but those of nothing but white space; `atStart` tells that the text begins a line. */
function indentLines(written: string, atStart: boolean, before: Piece | undefined): string {
  // A line break that `~` takes away begins no line.
  const from = before?.kind === "sequence" && before.trimAfter && written.startsWith("\n") ? 1 : 0;
  const lines = written.slice(from).split("\n");
  const indented = lines.map((line, index) => {
    const begins = index > 0 || atStart;
    const isWhole = index < lines.length - 1;
    return begins && !(isWhole && trimStart(line) === "") ? ` ${line}` : line;
  });
  return written.slice(0, from) + indented.join("\n");
}

function flatten(parts: readonly TemplatePart[], inner: PrintInner): Piece[] {
  return parts.flatMap((part): Piece[] => {
    switch (part.kind) {
      case "text":
        return [{ kind: "text", value: part.value }];
      case "interpolation":
        return [sequence("$", inner(part.expression), { before: part.trimBefore, after: part.trimAfter })];
      case "if": {
        const middle = part.else ? [directive("else", part.markers[1]), ...flatten(part.else, inner)] : [];
        return [directive(`if ${inner(part.condition)}`, part.markers[0]), ...flatten(part.then, inner), ...middle, directive("endif", part.markers.at(-1))];
      }
      case "for": {
        const names = part.key ? `${part.key.name}, ${part.value.name}` : part.value.name;
        return [directive(`for ${names} in ${inner(part.collection)}`, part.markers[0]), ...flatten(part.body, inner), directive("endfor", part.markers.at(-1))];
      }
    }
  });
}

function directive(text: string, marker: TrimMarker | undefined): Piece {
  return sequence("%", ` ${text} `, marker ?? { before: false, after: false });
}

function sequence(sign: "$" | "%", content: string, { before, after }: TrimMarker): Piece {
  return { kind: "sequence", text: `${sign}{${before ? "~" : ""}${content}${after ? "~" : ""}}`, trimBefore: before, trimAfter: after };
}
