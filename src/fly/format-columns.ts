import { graphemeClass } from "./grapheme-classes";

/**
 * Width of text in columns as the engines' formatter counts it: grapheme clusters (UAX #29, Unicode 15.0), whatever
 * their width on a screen. A line break is one column too.
 */
export function columns(text: string): number {
  return NON_ASCII.test(text) ? clusters(text) : asciiColumns(text);
}

const NON_ASCII = /[^\x00-\x7f]/;

function asciiColumns(text: string): number {
  let count = text.length;
  for (let at = text.indexOf("\r\n"); at >= 0; at = text.indexOf("\r\n", at + 2)) count--;
  return count;
}

/**
 * One cluster in the letters of `graphemeClass`. In two places the engines are not as the standard has it, and
 * neither is this: a joiner binds a pictograph to whatever it follows, and `L LV T` ends before the T.
 */
const CLUSTER = new RegExp(
  [
    "rn",
    "P*(?:(?:L+(?:(?:A?V+|B)T*|A)?|AV*T*|V+T*|BT*|T+|GE*|RR?)(?:[ES]|Z(?:GE*)?)*|Z[ZES]*|[OES][ESZ]*)",
    "P+",
    "[rnC]",
  ].join("|"),
  "g",
);

function clusters(text: string): number {
  let classes = "";
  for (const character of text) classes += graphemeClass(character.codePointAt(0) as number);
  return classes.match(CLUSTER)?.length ?? 0;
}
