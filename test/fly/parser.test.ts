import { parse, parseExpression, parseInPieces, parseTemplate } from "../../src/fly/parser";
import { SourceText } from "../../src/fly/source";
import type { Body, Expression, SplatStep, TemplatePart } from "../../src/fly/syntax";

/** An expression with all that groups in it written out. */
function shape(expression: Expression): string {
  switch (expression.kind) {
    case "binary":
      return `(${shape(expression.left)} ${expression.operator} ${shape(expression.right)})`;
    case "unary":
      return `(${expression.operator}${shape(expression.operand)})`;
    case "conditional":
      return `(${shape(expression.condition)} ? ${shape(expression.then)} : ${shape(expression.else)})`;
    case "parentheses":
      return `<${shape(expression.expression)}>`;
    case "access":
      return `${shape(expression.object)}.${expression.name.name}`;
    case "index":
      return `${shape(expression.object)}${expression.legacy ? `.${shape(expression.key)}` : `[${shape(expression.key)}]`}`;
    case "splat":
      return `${shape(expression.object)}${steps(expression.full, expression.steps)}`;
    case "call":
      return `${expression.name.name}(${expression.args.map(shape).join(", ")}${expression.expand ? "..." : ""})`;
    case "tuple":
      return `[${expression.items.map(shape).join(", ")}]`;
    case "object":
      return `{${expression.items.map(({ key, value }) => `${shape(key)} = ${shape(value)}`).join(", ")}}`;
    case "for-tuple":
      return `[for ${expression.key ? `${expression.key.name}, ` : ""}${expression.value.name} in ${shape(expression.collection)} : ${shape(expression.result)}${expression.condition ? ` if ${shape(expression.condition)}` : ""}]`;
    case "for-object":
      return `{for ${expression.key ? `${expression.key.name}, ` : ""}${expression.value.name} in ${shape(expression.collection)} : ${shape(expression.resultKey)} => ${shape(expression.resultValue)}${expression.grouped ? "..." : ""}${expression.condition ? ` if ${shape(expression.condition)}` : ""}}`;
    case "template":
      return `"${parts(expression.parts)}"`;
    case "number":
      return expression.text;
    case "boolean":
      return `<${expression.value}>`;
    case "null":
      return "<null>";
    case "variable":
      return expression.name;
    case "invalid":
      return "<invalid>";
  }
}

/** What belongs to a splat stands between `«` and `»`. */
function steps(full: boolean, list: readonly SplatStep[]): string {
  const inner = list.map((step) => (step.kind === "access" ? `.${step.name.name}` : step.kind === "index" ? `[${shape(step.key)}]` : steps(step.full, step.steps)));
  return `${full ? "[*]" : ".*"}«${inner.join("")}»`;
}

function parts(list: readonly TemplatePart[]): string {
  return list
    .map((part) => {
      switch (part.kind) {
        case "text":
          return `‹${part.value}›`;
        case "interpolation":
          return `\${${shape(part.expression)}}`;
        case "if":
          return `%{if ${shape(part.condition)}}${parts(part.then)}${part.else ? `%{else}${parts(part.else)}` : ""}%{endif}`;
        case "for":
          return `%{for ${part.key ? `${part.key.name}, ` : ""}${part.value.name} in ${shape(part.collection)}}${parts(part.body)}%{endfor}`;
      }
    })
    .join("");
}

function file(text: string): Body {
  const { body, diagnostics } = parse(new SourceText("test.fly", text));
  expect(diagnostics).toEqual([]);
  return body;
}

function valueOf(text: string): string {
  const [item] = file(`a = ${text}\n`).items;
  if (item?.kind !== "attribute") throw new Error("an attribute was expected");
  return shape(item.value);
}

/** `code line:column-column summary` of each diagnostic. */
function mistakes(text: string): string[] {
  return parse(new SourceText("test.fly", text)).diagnostics.map(({ code, range: { start, end } }) => `${code} ${start.line}:${start.column}-${end.line === start.line ? end.column : `${end.line}:${end.column}`}`);
}

describe("expressions", () => {
  test.each([
    // literals
    ["1", "1"],
    ["1.50", "1.50"],
    ["true", "<true>"],
    ["null", "<null>"],
    ["truer", "truer"],
    // precedence, from the loosest to the closest
    ["a || b && c", "(a || (b && c))"],
    ["a && b == c", "(a && (b == c))"],
    ["a == b < c", "(a == (b < c))"],
    ["a < b + c", "(a < (b + c))"],
    ["a + b * c", "(a + (b * c))"],
    ["a * -b", "(a * (-b))"],
    ["-a.b[0]", "(-a.b[0])"],
    ["!a == b", "((!a) == b)"],
    // all of them group from the left
    ["a - b - c", "((a - b) - c)"],
    ["a / b % c * d", "(((a / b) % c) * d)"],
    ["a == b != c", "((a == b) != c)"],
    ["a <= b > c", "((a <= b) > c)"],
    ["(a - (b - c))", "<(a - <(b - c)>)>"],
    ["--a", "(-(-a))"],
    ["a-b", "a-b"],
    ["a -b", "(a - b)"],
    // conditionals
    ["a ? b : c", "(a ? b : c)"],
    ["a ? b : c ? d : e", "(a ? b : (c ? d : e))"],
    ["a ? b ? c : d : e", "(a ? (b ? c : d) : e)"],
    ["a || b ? c + 1 : d", "((a || b) ? (c + 1) : d)"],
    // accesses
    ["a.b.c", "a.b.c"],
    ['a["b"].c[d]', 'a["‹b›"].c[d]'],
    ["a.0.b", "a.0.b"],
    ["a.0 .1", "a.0.1"],
    ["a.true.for", "a.true.for"],
    ["a[\n0\n]", "a[0]"],
    // splats
    ["a[*]", "a[*]«»"],
    ["a[*].b[0]", "a[*]«.b[0]»"],
    ["a[*].b[*].c", "a[*]«.b[*]«.c»»"],
    ["a.*.b.c", "a.*«.b.c»"],
    ["a.*.b[0]", "a.*«.b»[0]"],
    ["a.*.0", "a.*«[0]»"],
    ["a[*].b.*.c[0].d", "a[*]«.b.*«.c»[0].d»"],
    // calls
    ["f()", "f()"],
    ["f(a, b,)", "f(a, b)"],
    ["f(a...)", "f(a...)"],
    ["f(a, b...)", "f(a, b...)"],
    ["f (\na\n,\nb\n)", "f(a, b)"],
    ["x::y::f(a)", "x::y::f(a)"],
    ["f(a)[0].b", "f(a)[0].b"],
    // lists and objects
    ["[]", "[]"],
    ["[a, b,]", "[a, b]"],
    ["[\na\n,\nb # c\n]", "[a, b]"],
    ["{}", "{}"],
    ["{ a = 1, b : 2 }", "{a = 1, b = 2}"],
    ["{\na = 1\nb = 2,\n\nc = 3\n}", "{a = 1, b = 2, c = 3}"],
    ['{ "a" = 1, (b) = 2, 3 = 4, true = 5 }', '{"‹a›" = 1, <b> = 2, 3 = 4, true = 5}'],
    ["{ a = 1, for = 2 }", "{a = 1, for = 2}"],
    ["{ a = b ? 1 : 2 }", "{a = (b ? 1 : 2)}"],
    // for
    ["[for x in y : x]", "[for x in y : x]"],
    ["[for i, x in y : i if x]", "[for i, x in y : i if x]"],
    ["{for k, v in y : k => v}", "{for k, v in y : k => v}"],
    ["{for x in y : x => x... if z}", "{for x in y : x => x... if z}"],
    ["{\nfor\nx\nin\ny\n:\nx\n=>\nx\n}", "{for x in y : x => x}"],
    ["[for x in a ? b : c : x]", "[for x in (a ? b : c) : x]"],
  ])("%s", (text, expected) => {
    expect(valueOf(text)).toBe(expected);
  });
});

describe("templates", () => {
  test.each([
    ['""', '""'],
    ['"a"', '"‹a›"'],
    ['"\\n\\t\\r\\"\\\\"', '"‹\n\t\r"\\›"'],
    ['"\\u00e9\\U0001F95A"', '"‹é🥚›"'],
    ['"$${a} %%{b}"', '"‹${a} %{b}›"'],
    ['"$${"', '"‹${›"'],
    ['"$ $$ %"', '"‹$ $$ %›"'],
    ['"a${b}c"', '"‹a›${b}‹c›"'],
    ['"${b}"', '"${b}"'],
    ['"${"${b}"}"', '"${"${b}"}"'],
    // `~` takes white space, but no further than to the next `$`, `%` or line break of a heredoc
    ['"a ${~ b ~} c"', '"‹a›${b}‹c›"'],
    ['"a\\n ${~ b ~}\\n c"', '"‹a›${b}‹c›"'],
    ['" ${~ b ~} "', '"‹›${b}‹›"'],
    ['"a $ ${~ b}"', '"‹a $›${b}"'],
    ["<<E\na\n  ${~ b ~}\n  c\nE", '"‹a\n›${b}‹  c\n›"'],
    // directives
    ['"%{ if a }b%{ endif }"', '"%{if a}‹b›%{endif}"'],
    ['"%{ if a }b%{ else }c%{ endif }"', '"%{if a}‹b›%{else}‹c›%{endif}"'],
    ['"%{ if a }%{ else }%{ endif }"', '"%{if a}%{else}%{endif}"'],
    ['"%{ for k, v in a }${k}%{ endfor }"', '"%{for k, v in a}${k}%{endfor}"'],
    ['"%{ for v in a }%{ if v }x%{ endif }%{ endfor }"', '"%{for v in a}%{if v}‹x›%{endif}%{endfor}"'],
    // heredocs
    ["<<E\nE", '""'],
    ["<<E\na\n b\nE", '"‹a\n b\n›"'],
    ["<<E\n\\n $${a}\nE", '"‹\\n ${a}\n›"'],
    ["<<E\r\na\r\nE", '"‹a\r\n›"'],
    ["<<-E\n    a\n      b\n    E", '"‹a\n  b\n›"'],
    ["<<-E\n    a\n\n  b\n    E", '"‹  a\n\nb\n›"'],
    ["<<-E\n    a\n  \n    E", '"‹a\n  \n›"'],
    ["<<-E\n  ${a}\n    b\n  E", '"‹›${a}‹\n  b\n›"'],
    ["<<-E\n${a}\n    b\n  E", '"${a}‹\n    b\n›"'],
    ["<<-E\n\ta\n\t\tb\n\tE", '"‹a\n\tb\n›"'],
  ])("%j", (text, expected) => {
    expect(valueOf(text)).toBe(expected);
  });

  test("keep the marker, the form and each `~`", () => {
    const [item] = file("a = <<-EOT\n%{~ if b }%{ else ~}%{~ endif ~}\nEOT\n").items;
    expect(item).toMatchObject({
      value: { kind: "template", form: "flush-heredoc", marker: "EOT", parts: [{ kind: "if", markers: [{ before: true, after: false }, { before: false, after: true }, { before: true, after: true }] }, { kind: "text", value: "" }] },
    });
  });
});

describe("bodies", () => {
  test("hold attributes and blocks in the order of the text, with labels of both kinds", () => {
    const body = file('a = 1\nb "c \\"d\\"" e {\n  f {}\n  a = 2\n}\nb { g = 1 }\n');
    expect(body).toMatchObject({
      items: [
        { kind: "attribute", name: { name: "a" } },
        {
          kind: "block",
          type: { name: "b" },
          labels: [{ value: 'c "d"', quoted: true }, { value: "e", quoted: false }],
          body: { items: [{ kind: "block", type: { name: "f" }, body: { items: [] } }, { kind: "attribute", name: { name: "a" } }] },
        },
        { kind: "block", type: { name: "b" }, labels: [], body: { items: [{ name: { name: "g" } }] } },
      ],
    });
  });

  test.each([["a = 1"], ["a = 1\n\n\n"], ["\r\na = 1\r\n"], ["\ufeffa = 1"], ["# c\na = 1 // d"], ["a {\n}"], ["a {}"], ["a { b = 1 }"], ["a /* b */ { /* c */ b = 1 /* d */ } # e"], ["a = (\n1\n)"], ["a = <<E\nE\n"], ["a \"b\" {\n# c\n}"]])(
    "%j is a file",
    (text) => {
      expect(file(text).items).toHaveLength(1);
    },
  );

  test("spans are UTF-16 indices, places count code points and bytes", () => {
    const source = new SourceText("test.fly", "\ufeff𝑥 = \"🥚\"\nb = é");
    const [first, second] = parse(source).body.items;
    expect(first).toMatchObject({ start: 1, end: 10 });
    expect(source.range(first as { start: number; end: number })).toEqual({ start: { line: 1, column: 1, byte: 3 }, end: { line: 1, column: 8, byte: 16 } });
    expect(source.range((second as { value: { start: number; end: number } }).value)).toEqual({ start: { line: 2, column: 5, byte: 21 }, end: { line: 2, column: 6, byte: 23 } });
  });
});

/** Each of them is refused, at exactly this place. The words are in samples/. */
describe("mistakes", () => {
  test.each([
    ["a", ["FLY015 1:1-2"]],
    ["a =", ["FLY026 1:4-4"]],
    ["a = \nb = 1", ["FLY026 1:4-4"]],
    ["a = 1 b", ["FLY022 1:7-8"]],
    ["a: 1", ["FLY013 1:2-3"]],
    ['a "b"', ["FLY014 1:1-2"]],
    ["a = 1\na = 2", ["FLY017 2:1-2"]],
    ["a {\n  b = 1\n  b = 2\n}\nb = 3", ["FLY017 3:3-4"]],
    ["}", ["FLY021 1:1-2"]],
    ["a = 1\n}\nb = 1", ["FLY021 2:1-2"]],
    ["a {", ["FLY020 1:4-4"]],
    ["a { b = 1", ["FLY020 1:10-10"]],
    ["a { b = 1\n}", ["FLY024 1:10-10"]],
    ["a { b = 1, c = 2 }", ["FLY024 1:10-11"]],
    ["a { b {} }", ["FLY024 1:5-6"]],
    ["a {\nb = 1 }", ["FLY022 2:7-8"]],
    ["a {} b {}", ["FLY022 1:6-7"]],
    ["a \"b\"\n{\n}", ["FLY019 1:6-6"]],
    ["a = \"b", ["FLY003 1:5-7"]],
    ["a = \"b\nc = 1", ["FLY003 1:5-7"]],
    ["a = \"b\n c\"", ["FLY004 1:7-7"]],
    ["a = 'b'", ["FLY002 1:5-8"]],
    ["a = \"\\q\"", ["FLY005 1:6-8"]],
    ["a = \"\\uD800\"", ["FLY005 1:6-12"]],
    ["a = 1 /* b", ["FLY006 1:7-9"]],
    ["a = <<E\nb", ["FLY007 1:5-8"]],
    ["a = <<E\nb\nE", ["FLY009 3:1-2"]],
    ["a = 1.2.3", ["FLY010 1:5-10"]],
    ["a = \"\ud800\"", ["FLY011 1:6-7"]],
    ["a = [1", ["FLY027 1:7-7"]],
    ["a = [1\nb = 2", ["FLY027 1:7-7"]],
    ["a = [1 2]", ["FLY028 1:8-9"]],
    ["a = [,]", ["FLY026 1:6-7"]],
    ["a = (1", ["FLY027 1:7-7"]],
    ["a = f(1", ["FLY027 1:8-8"]],
    ["a = {", ["FLY027 1:6-6"]],
    ["a = { b }", ["FLY029 1:9-10"]],
    ["a = { for = 1 }", ["FLY031 1:11-12"]],
    ["a = [for x in y : x => x]", ["FLY032 1:19-20"]],
    ["a = {for x in y : x}", ["FLY032 1:19-20"]],
    ["a = b ? c", ["FLY033 1:10-10"]],
    ["a = b.", ["FLY034 1:7-7"]],
    ["a = b.0.1", ["FLY035 1:7-10"]],
    ["a = b[\n*]", ["FLY026 2:1-2"]],
    ["a = f(b..., c)", ["FLY037 1:11-12"]],
    ["a = b & c", ["FLY038 1:7-8"]],
    ["a = 1; b = 2", ["FLY039 1:6-7"]],
    ["a = b::c", ["FLY040 1:9-9"]],
    ["a = \"${b\"", ["FLY042 1:9-10"]],
    ["a = \"${b c}\"", ["FLY042 1:10-11"]],
    ["a = \"%{ fi b }%{ endif }\"", ["FLY043 1:9-11"]],
    ["a = \"%{ endif }\"", ["FLY044 1:6-16"]],
    ["a = \"%{ if b }\"", ["FLY045 1:6-15"]],
  ])("%j", (text, expected) => {
    expect(mistakes(text)).toEqual(expected);
  });

  test("one broken item hides no other, neither around it nor in it", () => {
    const { body, diagnostics } = parse(new SourceText("test.fly", "a = @\nb {\n  c = [1 2]\n  d = 1\n  e = {\n    f = )\n    g = 1 +\n  }\n}\nh = 1\n"));
    expect(diagnostics.map(({ range }) => range.start.line)).toEqual([1, 3, 6, 7]);
    expect(body).toMatchObject({ items: [{ name: { name: "a" }, value: { kind: "invalid" } }, { type: { name: "b" }, body: { items: [{ name: { name: "c" } }, { name: { name: "d" } }, { name: { name: "e" } }] } }, { name: { name: "h" } }] });
  });

  test("a body says when an item of it is missing", () => {
    const { body } = parse(new SourceText("test.fly", "a {\n  )\n}\nb {}\n"));
    expect(body).toMatchObject({ items: [{ body: { incomplete: true } }, { body: { items: [] } }] });
    expect(body.incomplete).toBeUndefined();
  });

  test("a missing brace is found by indentation, and what follows keeps its place", () => {
    const { body, diagnostics } = parse(new SourceText("test.fly", "a {\n  b {\n    c = 1\n  d {\n  }\n}\ne {\n}\n"));
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({ code: "FLY020", range: { start: { line: 3 } }, related: [{ range: { start: { line: 2, column: 3 } } }] });
    expect(body).toMatchObject({ items: [{ type: { name: "a" }, body: { items: [{ type: { name: "b" } }, { type: { name: "d" } }] } }, { type: { name: "e" } }] });
  });
});

describe("limits", () => {
  const nested = (open: string, close: string, times: number) => `a = ${open.repeat(times)}1${close.repeat(times)}\n`;

  test.each([
    ["(", ")"],
    ["[", "]"],
    ["{a=", "}"],
    ["f(", ")"],
    ["-", ""],
    ["a ? b : ", ""],
    ["a[", "]"],
    ['"${', '}"'],
    ["[for x in y : ", "]"],
  ])("%j stands in itself 90 times, and not 100,000 times", (open, close) => {
    expect(mistakes(nested(open, close, 90))).toEqual([]);
    expect(mistakes(nested(open, close, 100_000)).map((mistake) => mistake.slice(0, 6))).toContain("FLY046");
  });

  test.each(["1 + ", "!", "a.b", "a[0]"])("%j in a chain is no endless tree", (link) => {
    const text = link.startsWith("a") ? `a${link.slice(1).repeat(100_000)}` : `${link.repeat(100_000)}1`;
    expect(mistakes(`a = ${text}\n`)).toHaveLength(1);
  });

  test("a chain of 400 is one expression", () => {
    expect(mistakes(`a = ${"1 + ".repeat(400)}1\n`)).toEqual([]);
    expect(mistakes(`a = b${".c".repeat(400)}\n`)).toEqual([]);
  });

  test("blocks stand in each other 200 times, and not more", () => {
    expect(mistakes(`${"a {\n".repeat(200)}${"}\n".repeat(200)}`)).toEqual([]);
    expect(mistakes(`${"a {\n".repeat(201)}${"}\n".repeat(201)}`)).toEqual(["FLY046 201:1-2"]);
    expect(mistakes(`${"a {\n".repeat(100_000)}`).length).toBeGreaterThan(0);
  });
});

describe("a long file is read in pieces", () => {
  const inPieces = (text: string) => parseInPieces(new SourceText("main.fly", text), 1);

  test.each(["a {\n}\nb {\n  c = 1\n}\n", "\ufeffa {\r\n}\r\nb {\r\n}\r\n", "a {\n}\n# the end", "a = [{\n}, {\n}]\nb {\n}\n"])("%j is the same as at once", (text) => {
    expect(inPieces(text)).toEqual(parse(new SourceText("main.fly", text)));
  });

  test.each([
    ["a heredoc", "a {\n  b = <<EOT\n{\n}\nEOT\n}\n"],
    ["a comment", "/*\na {\n}\n*/\n"],
    ["brackets", "a = [{\n}\n]\n"],
    ["a template", 'a = "${{\n}\n}"\n'],
    ["another block", "a {\nb {\n}\n}\n"],
    ["a mistake", "a {\n}\na = 1\na = 2\nb {\n}\n"],
  ])("%s around the cut, or before it: not in pieces", (_, text) => {
    expect(inPieces(text)).toBeUndefined();
  });

  test("ten thousand blocks without a mistake", () => {
    const text = 'egg "a" {\n  type = "vm"\n}\n'.repeat(10_000);
    const { body, diagnostics } = parse(new SourceText("main.fly", text));
    expect(diagnostics).toEqual([]);
    expect(body.items).toHaveLength(10_000);
    expect(body.items.at(-1)).toMatchObject({ start: text.length - 26, end: text.length - 1 });
  });
});

describe("parts of files", () => {
  test("one expression, as on a command line", () => {
    const { expression, diagnostics } = parseExpression(new SourceText("--var", "[\n1,\n2]\n"));
    expect(diagnostics).toEqual([]);
    expect(shape(expression)).toBe("[1, 2]");
  });

  test.each(["", "1 2", "1 +", "@", "a ="])("%j is no expression", (text) => {
    expect(parseExpression(new SourceText("--var", text)).diagnostics).toHaveLength(1);
  });

  test("a template without quotes", () => {
    const { template, diagnostics } = parseTemplate(new SourceText("t.tftpl", 'a "${b}"\n%{ if c ~}\nd\n%{ endif ~}\n'));
    expect(diagnostics).toEqual([]);
    expect(parts(template.parts)).toBe('‹a "›${b}‹"\n›%{if c}‹d\n›%{endif}‹›');
  });
});
