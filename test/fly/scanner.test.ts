import { type TokenKind, scan } from "../../src/fly/scanner";

/** Kind and text of every token but the last, `end`. */
function tokensOf(text: string): (readonly [TokenKind, string])[] {
  return scan(text).slice(0, -1).map(({ kind, start, end }) => [kind, text.slice(start, end)]);
}

function kindsOf(text: string): TokenKind[] {
  return scan(text).slice(0, -1).map(({ kind }) => kind);
}

describe("code", () => {
  test.each<[string, TokenKind[]]>([
    ["", []],
    [" \t ", []],
    ["a", ["identifier"]],
    ["a-b", ["identifier"]],
    ["_a", ["identifier"]],
    ["a1", ["identifier"]],
    ["größe", ["identifier"]],
    ["名前", ["identifier"]],
    ["𝑥", ["identifier"]],
    ["e\u0301", ["identifier"]],
    ["-a", ["-", "identifier"]],
    ["1a", ["number", "identifier"]],
    ["a = 1", ["identifier", "=", "number"]],
    ["( ) [ ] { }", ["(", ")", "[", "]", "{", "}"]],
    [". , ... => :: ? :", [".", ",", "...", "=>", "::", "?", ":"]],
    ["== != < <= > >= && || !", ["==", "!=", "<", "<=", ">", ">=", "&&", "||", "!"]],
    ["+ - * / %", ["+", "-", "*", "/", "%"]],
    ["====", ["==", "=="]],
    ["....", ["...", "."]],
    [":::", ["::", ":"]],
    ["a\nb", ["identifier", "newline", "identifier"]],
    ["a\r\nb", ["identifier", "newline", "identifier"]],
    ["\ufeffa", ["identifier"]],
    ["a\ufeff", ["identifier", "invalid"]],
  ])("%j", (text, kinds) => {
    expect(kindsOf(text)).toEqual(kinds);
  });
});

describe("numbers", () => {
  test.each([
    ["0", ["0"]],
    ["12", ["12"]],
    ["012", ["012"]],
    ["1.5", ["1.5"]],
    ["1e10", ["1e10"]],
    ["1E+10", ["1E+10"]],
    ["1e-10", ["1e-10"]],
    ["1.e5", ["1.e5"]],
    ["1.", ["1", "."]],
    ["1..2", ["1..2"]],
    ["1.2.3", ["1.2.3"]],
    ["1...", ["1", "..."]],
    ["1e", ["1", "e"]],
    ["1e+", ["1", "e", "+"]],
    ["0x1F", ["0", "x1F"]],
  ])("%j is cut into %j", (text, pieces) => {
    expect(tokensOf(text).map(([, piece]) => piece)).toEqual(pieces);
  });
});

describe("comments", () => {
  test.each<[string, (readonly [TokenKind, string])[]]>([
    ["# a\nb", [["comment", "# a\n"], ["identifier", "b"]]],
    ["// a\r\nb", [["comment", "// a\r\n"], ["identifier", "b"]]],
    ["# at the end", [["comment", "# at the end"]]],
    ["/* a */b", [["comment", "/* a */"], ["identifier", "b"]]],
    ["/* a\n* / */\n", [["comment", "/* a\n* / */"], ["newline", "\n"]]],
    ["/**/", [["comment", "/**/"]]],
    ["/* open", [["invalid", "/* open"]]],
    ["a # b", [["identifier", "a"], ["comment", "# b"]]],
  ])("%j", (text, tokens) => {
    expect(tokensOf(text)).toEqual(tokens);
  });
});

describe("quoted templates", () => {
  test.each<[string, (readonly [TokenKind, string])[]]>([
    ['""', [["open-quote", '"'], ["close-quote", '"']]],
    ['"a b"', [["open-quote", '"'], ["quoted-text", "a b"], ["close-quote", '"']]],
    ['"\\"#"', [["open-quote", '"'], ["quoted-text", '\\"#'], ["close-quote", '"']]],
    ['"a$b"', [["open-quote", '"'], ["quoted-text", "a"], ["quoted-text", "$"], ["quoted-text", "b"], ["close-quote", '"']]],
    ['"$${a}"', [["open-quote", '"'], ["quoted-text", "$${"], ["quoted-text", "a}"], ["close-quote", '"']]],
    ['"$$${a}"', [["open-quote", '"'], ["quoted-text", "$"], ["quoted-text", "$${"], ["quoted-text", "a}"], ["close-quote", '"']]],
    ['"\\${a}"', [["open-quote", '"'], ["quoted-text", "\\${a}"], ["close-quote", '"']]],
    ['"${a}"', [["open-quote", '"'], ["interpolation", "${"], ["identifier", "a"], ["sequence-end", "}"], ["close-quote", '"']]],
    ['"${~a~}"', [["open-quote", '"'], ["interpolation", "${~"], ["identifier", "a"], ["sequence-end", "~}"], ["close-quote", '"']]],
    ['"%{if a}"', [["open-quote", '"'], ["control", "%{"], ["identifier", "if"], ["identifier", "a"], ["sequence-end", "}"], ["close-quote", '"']]],
    ['"$%{if a}"', [["open-quote", '"'], ["quoted-text", "$"], ["control", "%{"], ["identifier", "if"], ["identifier", "a"], ["sequence-end", "}"], ["close-quote", '"']]],
  ])("%s", (text, tokens) => {
    expect(tokensOf(text)).toEqual(tokens);
  });

  test("nest, with braces inside", () => {
    expect(kindsOf('"${ { a = "${b}" } }"')).toEqual([
      "open-quote", "interpolation", "{", "identifier", "=", "open-quote", "interpolation", "identifier", "sequence-end", "close-quote", "}", "sequence-end", "close-quote",
    ]);
  });

  test("hold line breaks between the marks of a sequence", () => {
    expect(kindsOf('"${\na\n}"')).toEqual(["open-quote", "interpolation", "newline", "identifier", "newline", "sequence-end", "close-quote"]);
  });
});

describe("heredocs", () => {
  test.each<[string, (readonly [TokenKind, string])[]]>([
    ["<<E\nE\n", [["heredoc-begin", "<<E\n"], ["heredoc-end", "E"], ["newline", "\n"]]],
    ["<<-E\n a\n  E \n", [["heredoc-begin", "<<-E\n"], ["heredoc-text", " a\n"], ["heredoc-end", "  E "], ["newline", "\n"]]],
    ["<<E\r\na\r\nE\r\n", [["heredoc-begin", "<<E\r\n"], ["heredoc-text", "a\r\n"], ["heredoc-end", "E"], ["newline", "\r\n"]]],
    ["<<E\n\"\\n#\nE\n", [["heredoc-begin", "<<E\n"], ["heredoc-text", '"\\n#\n'], ["heredoc-end", "E"], ["newline", "\n"]]],
    ["<<E\n${a}E\nE\n", [["heredoc-begin", "<<E\n"], ["interpolation", "${"], ["identifier", "a"], ["sequence-end", "}"], ["heredoc-text", "E\n"], ["heredoc-end", "E"], ["newline", "\n"]]],
    ["<<E\nEE\nE\n", [["heredoc-begin", "<<E\n"], ["heredoc-text", "EE\n"], ["heredoc-end", "E"], ["newline", "\n"]]],
    ["a < b", [["identifier", "a"], ["<", "<"], ["identifier", "b"]]],
  ])("%j", (text, tokens) => {
    expect(tokensOf(text)).toEqual(tokens);
  });
});

describe("broken text", () => {
  /** Marks that are missing have no width. */
  test.each<[string, (readonly [TokenKind, string])[]]>([
    ['"a\nb', [["open-quote", '"'], ["quoted-text", "a"], ["close-quote", ""], ["newline", "\n"], ["identifier", "b"]]],
    ['"a', [["open-quote", '"'], ["quoted-text", "a"], ["close-quote", ""]]],
    ['"a\n b"', [["open-quote", '"'], ["quoted-text", "a"], ["quoted-newline", "\n"], ["quoted-text", " b"], ["close-quote", '"']]],
    ['"${a\nb = 1', [["open-quote", '"'], ["interpolation", "${"], ["identifier", "a"], ["sequence-end", ""], ["close-quote", ""], ["newline", "\n"], ["identifier", "b"], ["=", "="], ["number", "1"]]],
    ["<<E\na\n", [["heredoc-begin", "<<E\n"], ["heredoc-text", "a\n"], ["heredoc-end", ""]]],
    ["<<E\na\nE, 1", [["heredoc-begin", "<<E\n"], ["heredoc-text", "a\n"], ["heredoc-end", "E"], [",", ","], ["number", "1"]]],
    ["<<E\n${a\nE\nb", [["heredoc-begin", "<<E\n"], ["interpolation", "${"], ["identifier", "a"], ["newline", "\n"], ["sequence-end", ""], ["heredoc-end", "E"], ["newline", "\n"], ["identifier", "b"]]],
    ['<<"E"\na\nE\n', [["invalid", '<<"E"\na\nE'], ["newline", "\n"]]],
    ["'a' b", [["invalid", "'a'"], ["identifier", "b"]]],
    ["“a” b", [["invalid", "“a”"], ["identifier", "b"]]],
    ["'a", [["invalid", "'"], ["identifier", "a"]]],
    ["a @@ b", [["identifier", "a"], ["invalid", "@@"], ["identifier", "b"]]],
    ["a & b", [["identifier", "a"], ["invalid", "&"], ["identifier", "b"]]],
    ["\ud800", [["invalid", "\ud800"]]],
    ["a\rb", [["identifier", "a"], ["invalid", "\r"], ["identifier", "b"]]],
  ])("%j", (text, tokens) => {
    expect(tokensOf(text)).toEqual(tokens);
  });
});

test("a template as a whole is text up to its end, quotes and markers too", () => {
  const text = 'a "b" ${c}\nEOT\n';
  expect(scan(text, "template").map(({ kind, start, end }) => [kind, text.slice(start, end)])).toEqual([
    ["heredoc-text", 'a "b" '],
    ["interpolation", "${"],
    ["identifier", "c"],
    ["sequence-end", "}"],
    ["heredoc-text", "\n"],
    ["heredoc-text", "EOT\n"],
    ["end", ""],
  ]);
});
