/**
 * Breaks a text as files get broken, and in ways that none does: pieces cut out, doubled, swapped or put in from another
 * text, quotes and brackets in storms, deep nesting, characters from all over Unicode and halves of them.
 */
export function mutate(text: string, other: string, random: () => number): string {
  let result = text;
  const rounds = 1 + Math.floor(random() * 4);
  for (let round = 0; round < rounds; round++) result = mutateOnce(result, other, random);
  return result;
}

const PIECES = [
  "\"", "'", "`", "“", "”", "{", "}", "[", "]", "(", ")", "${", "%{", "~}", "${~", "$${", "%%{", "<<EOT\n", "<<-EOT\n", "\nEOT\n", "EOT", "\n", "\r\n", "\r", "\t", "\\", "\\u", "\\\"",
  "#", "//", "/*", "*/", "=", "==", "=>", "...", "..", ".", ",", ":", "::", "?", "!", "&&", "&", "||", "|", "<", "<<", ">=", "-", "*", ";", "@", "\u0000", "\ufeff", "\u00a0", "\u2028",
  "for ", "in ", "if ", "else", "endif", "endfor", "true", "null", "0", "1e", "1.2.3", "9".repeat(30), "é", "日本", "👩‍👩‍👧", "e\u0301", "\ud800", "\udc00", "\udbff\udfff", "a = ", "b \"c\" {", "\n}\n", "%{ if a }", "[for x in y : x]", "a[*].b", ".0.1",
];
const STORMS = ["\"", "'", "{", "}", "[", "(", "${", "\"${", "%{", "<<E\n${", "-", "!", "a ? ", "a.", "f(", "{a=", "b {\n", "[for x in ", "\\", "$", "%{if a}", ",", "\n", "/*", "~"];

function mutateOnce(text: string, other: string, random: () => number): string {
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const at = below(text.length + 1);
  const length = random() < 0.5 ? 1 + below(3) : below(60);
  switch (below(11)) {
    case 0: // cut out
      return text.slice(0, at) + text.slice(at + length);
    case 1: // cut off
      return random() < 0.5 ? text.slice(0, at) : text.slice(at);
    case 2: // double
      return text.slice(0, at) + text.slice(at, at + length) + text.slice(at);
    case 3: {
      // splice
      const from = below(other.length + 1);
      return text.slice(0, at) + other.slice(from, from + below(200)) + text.slice(at + below(200));
    }
    case 4:
    case 5: // put in
      return text.slice(0, at) + pick(PIECES) + text.slice(at);
    case 6: // replace
      return text.slice(0, at) + pick(PIECES) + text.slice(at + length);
    case 7: {
      // one storm
      const storm = pick(STORMS).repeat(1 + below(random() < 0.1 ? 3000 : 20));
      return text.slice(0, at) + storm + text.slice(at);
    }
    case 8: // any character
      return text.slice(0, at) + String.fromCharCode(below(0x10000)) + text.slice(at + below(2));
    case 9: {
      // swap two lines
      const lines = text.split("\n");
      const [one, two] = [below(lines.length), below(lines.length)];
      [lines[one], lines[two]] = [lines[two] as string, lines[one] as string];
      return lines.join("\n");
    }
    default: {
      // a row of pieces
      let row = "";
      for (let i = below(12); i >= 0; i--) row += pick(PIECES);
      return text.slice(0, at) + row + text.slice(at);
    }
  }
}
