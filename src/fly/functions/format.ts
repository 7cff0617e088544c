import { convert, ConversionError } from "../convert";
import type { FlyNumber } from "../number";
import { graphemes } from "../text";
import { BOOL, DYNAMIC, NUMBER, STRING } from "../type";
import type { PrimitiveType } from "../type";
import { elementsOf, isNull, ListValue } from "../value";
import type { UnmarkedValue, Value } from "../value";
import { BigFloat } from "../big-float";
import { ArgumentError, CallError, parameter } from "./function";
import type { FunctionTable } from "./function";
import { jsonText } from "./json";
import { formatFloat, formatInteger } from "./number-format";
import type { NumberStyle } from "./number-format";

/** Widths and precisions beyond this are refused: they could only fill the memory. */
const SIZE_LIMIT = 100_000;

type Piece = { readonly kind: "text"; readonly text: string } | Verb;

interface Verb extends NumberStyle {
  readonly kind: "verb";
  /** As written, for messages. */
  readonly raw: string;
  readonly offset: number;
  readonly mode: string;
  /** Which argument, from 0. */
  readonly argument: number;
}

const PLAIN: NumberStyle = { plus: false, minus: false, space: false, sharp: false, zero: false };

const VERB = /%(?:%|([-+ #0]*)(\d+)?(?:\.(\d*))?(?:\[(\d+)\])?([^]))/uy;

function parseFormat(format: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let position = 0;
  let next = 0;
  while (position < format.length) {
    const start = format.indexOf("%", position);
    if (start !== position) pieces.push({ kind: "text", text: format.slice(position, start < 0 ? undefined : start) });
    if (start < 0) break;
    VERB.lastIndex = start;
    const match = VERB.exec(format);
    if (!match) throw new ArgumentError(0, `the verb at offset ${start} is incomplete`);
    const [raw, flags = "", width, precision, index, mode] = match;
    position = start + raw.length;
    if (mode === undefined) {
      pieces.push({ kind: "text", text: "%" });
      continue;
    }
    if (!/^[vtbdoxXeEfgGsq]$/.test(mode)) throw new ArgumentError(0, `there is no verb ${JSON.stringify(raw)}, at offset ${start}`);
    if (index === "0") throw new ArgumentError(0, `arguments count from 1, at offset ${start}`);
    const argument = index === undefined ? next : Number(index) - 1;
    next = argument + 1;
    for (const size of [width, precision]) if (Number(size ?? 0) > SIZE_LIMIT) throw new ArgumentError(0, `the width at offset ${start} is too large`);
    pieces.push({
      kind: "verb",
      raw,
      offset: start,
      mode,
      argument,
      plus: flags.includes("+"),
      minus: flags.includes("-"),
      space: flags.includes(" "),
      sharp: flags.includes("#"),
      zero: flags.includes("0"),
      ...(width === undefined ? {} : { width: Number(width) }),
      ...(precision === undefined ? {} : { precision: Number(precision === "" ? 0 : precision) }),
    });
  }
  return pieces;
}

function formatted(pieces: readonly Piece[], args: readonly UnmarkedValue[]): string {
  let used = 0;
  const text = pieces
    .map((piece) => {
      if (piece.kind === "text") return piece.text;
      used = Math.max(used, piece.argument + 1);
      const value = args[piece.argument];
      if (value === undefined) throw new CallError(`there are not enough arguments for ${piece.raw} at offset ${piece.offset}: it needs number ${piece.argument + 1}, but there ${args.length === 1 ? "is 1" : `are ${args.length}`}`);
      return formatValue(piece, value);
    })
    .join("");
  if (used < args.length) throw new CallError(`there are too many arguments: the format uses only ${used}`);
  return text;
}

function formatValue(verb: Verb, value: UnmarkedValue): string {
  if (verb.mode === "v") return pad(verb, asIs(verb, value));
  if (isNull(value)) throw unsupported(verb, "null can't be formatted");
  switch (verb.mode) {
    case "t":
      return pad(verb, String(converted(verb, value, BOOL)));
    case "s": {
      const text = converted(verb, value, STRING) as string;
      return pad(verb, verb.precision === undefined ? text : graphemes(text).slice(0, verb.precision).join(""));
    }
    case "q": {
      const text = converted(verb, value, STRING) as string;
      return pad(verb, jsonText(verb.precision === undefined ? text : graphemes(text).slice(0, verb.precision).join("")));
    }
    case "b":
    case "d":
    case "o":
    case "x":
    case "X": {
      const number = converted(verb, value, NUMBER) as FlyNumber;
      if (typeof number !== "number" && !number.isInteger) throw unsupported(verb, "a whole number is required");
      return formatInteger(number, verb.mode, verb);
    }
    default:
      return formatFloat(converted(verb, value, NUMBER) as FlyNumber, verb.mode as "e", verb);
  }
}

function asIs(verb: Verb, value: UnmarkedValue): string {
  if (!verb.sharp) {
    if (typeof value === "string") return value;
    if (typeof value === "number" || value instanceof BigFloat) return formatFloat(value, "g", PLAIN);
  }
  return jsonText(value);
}

function converted(verb: Verb, value: UnmarkedValue, type: PrimitiveType): Value {
  try {
    return convert(value, type);
  } catch (error) {
    if (error instanceof ConversionError) throw unsupported(verb, error.describe());
    throw error;
  }
}

function unsupported(verb: Verb, reason: string): CallError {
  return new CallError(`${verb.raw} at offset ${verb.offset} does not fit its argument: ${reason}`);
}

function pad(verb: Verb, text: string): string {
  const missing = (verb.width ?? 0) - graphemes(text).length;
  if (missing <= 0) return text;
  const filling = (verb.zero ? "0" : " ").repeat(missing);
  return verb.minus ? text + filling : filling + text;
}

/** One text for each index of the lists among the arguments; other arguments are the same in each. */
function formatList(pieces: readonly Piece[], args: readonly UnmarkedValue[]): Value {
  const lists = args.map(elementsOf);
  const lengths = lists.flatMap((list) => (list ? [list.length] : []));
  if (lengths.length === 0) return new ListValue(STRING, [formatted(pieces, args)]);
  const [length = 0] = lengths;
  const other = lists.findIndex((list) => list !== undefined && list.length !== length);
  if (other >= 0) throw new ArgumentError(other + 1, `it has ${lists[other]?.length} elements, but the list before it ${length}`);
  return new ListValue(
    STRING,
    Array.from({ length }, (_, index) =>
      formatted(
        pieces,
        args.map((arg, position) => (lists[position]?.[index] as UnmarkedValue | undefined) ?? (lists[position] ? null : arg)),
      ),
    ),
  );
}

export const format: FunctionTable = {
  format: { parameters: [parameter("format", STRING)], rest: parameter("args", DYNAMIC, { nullable: true }), call: ([text, ...args]) => formatted(parseFormat(text as string), args) },
  formatlist: { parameters: [parameter("format", STRING)], rest: parameter("args", DYNAMIC, { nullable: true }), call: ([text, ...args]) => formatList(parseFormat(text as string), args) },
};
