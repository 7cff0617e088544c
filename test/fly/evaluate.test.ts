import { evaluate } from "../../src/fly/evaluate";
import { makeScope } from "../../src/fly/scope";
import { elementsOf, entriesOf, holdsUnknown, isUnknown, sensitiveWays } from "../../src/fly/value";
import { evaluateIn, evaluateText, moduleSource, scopeOf, textUnder } from "./evaluate-text";
import { memoryFiles } from "./folder-files";

/** What is wrong with a file's variables and locals: the text under each diagnostic and its summary. */
function wrongIn(text: string, more: Parameters<typeof scopeOf>[1] = {}): readonly (readonly [string, string])[] {
  return scopeOf(text, more).diagnostics.map((diagnostic) => [textUnder(diagnostic, { "nest.fly": text }), diagnostic.summary]);
}

/** What is wrong with an expression. */
function wrong(text: string, declarations = ""): readonly (readonly [string, string, string?])[] {
  const { diagnostics } = evaluateIn(scopeOf(declarations).scope, text);
  return diagnostics.map((diagnostic) => {
    const under = textUnder(diagnostic, { expression: text });
    return diagnostic.detail === undefined ? [under, diagnostic.summary] : [under, diagnostic.summary, diagnostic.detail];
  });
}

describe("references", () => {
  const declarations = `
    variable "team" { default = "web" }
    locals {
      name = "\${var.team}-runner"
      all  = [local.name, egg.my-app.runner.tags[0]]
    }
    egg "my-app" {
      type = "vm"
      runner {
        tags       = ["docker", var.team]
        concurrent = 3
      }
    }
    egg "1a" {
      type = egg.my-app.type
    }
    eggsbucket "team" {
      repositories {
        repo "api" {
          gitlab { server = "gitlab.com" }
        }
        repo "web" {
          gitlab { server = "gitlab.example.org" }
        }
      }
    }
    rift "main" {
      cache { max_size = "100GiB" }
    }
  `;
  const { scope, diagnostics } = scopeOf(declarations);

  test("the declarations are fine", () => expect(diagnostics).toEqual([]));

  test.each([
    ["var.team", '"web"'],
    ["local.name", '"web-runner"'],
    ["local.all", '["web-runner","docker"]'],
    ["egg.my-app.runner.tags", '["docker","web"]'],
    ["egg.my-app.runner.tags[1]", '"web"'],
    ['egg["my-app"].runner.concurrent + 1', "4"],
    ['egg["1a"].type', '"vm"'],
    ['egg[var.team == "web" ? "1a" : "x"].type', '"vm"'],
    ["egg.my-app.runner", '{"concurrent":3,"tags":["docker","web"]}'],
    ["eggsbucket.team.repositories.repo.api.gitlab.server", '"gitlab.com"'],
    ['eggsbucket.team.repositories.repo["web"].gitlab.server', '"gitlab.example.org"'],
    ["[for name, repo in eggsbucket.team.repositories.repo : name]", '["api","web"]'],
    ["rift.main.cache.max_size", '"100GiB"'],
    ["[for var in [1] : var]", "[1]"],
  ])("%s is %s", (text, json) => {
    const outcome = evaluateIn(scope, text);
    expect(outcome.diagnostics).toEqual([]);
    expect(outcome.json).toBe(json);
  });

  test.each<[string, string, string, string?]>([
    ["var.taem", "taem", 'there is no variable "taem"', 'Did you mean "team"?'],
    ["local.nam", "nam", 'there is no local "nam"', 'Did you mean "name"?'],
    ["egg.my_app.type", "my_app", 'there is no egg "my_app"', 'Did you mean "my-app"?'],
    ["egg.my-app.runner.tag", "tag", 'no attribute "tag" in this block', 'Did you mean "tags"?'],
    ["egg.my-app.runer.tags", "runer", 'no attribute "runer" in this block', 'Did you mean "runner"?'],
    ["eggsbucket.team.repositories.repo.ap.gitlab", "ap", 'there is no repo "ap"', 'Did you mean "api"?'],
    ["team", "team", 'unknown name "team"', 'Did you mean "var.team"?'],
    ["locl.name", "locl", 'unknown name "locl"', 'Did you mean "local"?'],
    ["[for item in [1] : itm]", "itm", 'unknown name "itm"', 'Did you mean "item"?'],
    ["var", "var", '"var" needs the name of what is meant', "Write var.NAME."],
    ['var["team"]', "var", '"var" needs the name of what is meant', "Write var.NAME."],
    ["egg", "egg", '"egg" needs the name of what is meant', 'Write egg.NAME.ATTRIBUTE, or egg["NAME"].ATTRIBUTE where the name is no identifier.'],
    ["egg[1.5].type", "1.5", 'there is no egg "1.5"', "Known: 1a, my-app."],
    ["timestamp()", "timestamp", 'Fly has no function "timestamp"', "The same files always mean the same: no function depends on time, chance, or the machine that it runs on."],
    ["egg[null].type", "null", "wrong index", "A name is a string, not null."],
    ["uper(var.team)", "uper", 'there is no function "uper"', 'Did you mean "upper"?'],
  ])("%s: %s is at fault", (...[text, under, summary, detail]) => {
    expect(wrong(text, declarations)).toEqual([[under, summary, detail]]);
  });

  test("an attribute that is not written has its default from the vocabulary, and null without one", () => {
    const spec = {
      typeName: "Egg",
      description: "",
      attributes: {},
      blocks: {
        runner: { typeName: "Runner", description: "", attributes: { idle_timeout: { type: { kind: "duration" as const }, description: "", default: "10m", example: "" }, image: { type: { kind: "string" as const }, description: "", example: "" } }, blocks: {} },
      },
    };
    const scoped = scopeOf(declarations, { blocks: { egg: spec } }).scope;
    expect(evaluateIn(scoped, "egg.my-app.runner.idle_timeout").json).toBe('"10m"');
    expect(evaluateIn(scoped, "egg.my-app.runner.image").json).toBe("null");
    expect(evaluateIn(scoped, "egg.my-app.runner.idle_timeot").diagnostics[0]?.detail).toBe('Did you mean "idle_timeout"?');
  });

  test("the order of files does not matter", () => {
    const files = { "b.fly": 'locals { a = local.b }\nvariable "x" { default = 1 }', "a.fly": "locals { b = var.x }", "c.fly": "locals { c = local.a + local.b }" };
    const turned = Object.fromEntries(Object.entries(files).reverse());
    expect(evaluateIn(scopeOf(files).scope, "local.c").json).toBe("2");
    expect(evaluateIn(scopeOf(turned).scope, "local.c").json).toBe("2");
  });

  test("a mistake in what is referred to is told once, there", () => {
    const text = 'locals {\n  a = upper([])\n  b = "${local.a}!"\n  c = [local.b, local.a]\n}';
    expect(wrongIn(text)).toEqual([["[]", 'wrong value for "str" of upper']]);
    const scoped = scopeOf(text).scope;
    for (const use of ["local.c[0]", "length(local.b)", "[for x in local.c : x]", "local.a ? 1 : 2", "try(local.a, 1)", "local.a.b.c", "local.a[*].x", "{ (local.b) = 1 }", "-local.a"]) {
      const outcome = evaluateIn(scoped, use);
      expect([use, outcome.diagnostics]).toEqual([use, []]);
      expect([use, holdsUnknown(outcome.value)]).toEqual([use, true]);
    }
  });

  test("what is missing may stand in a part that could not be read: nothing is told then", () => {
    const text = "[var.x, local.y, egg.z.type]";
    const { source, body } = moduleSource("nest.fly", "");
    expect(evaluateIn(makeScope({ sources: [{ source, body }] }).scope, text).codes).toEqual(["FLY051", "FLY051", "FLY051"]);
    expect(evaluateIn(makeScope({ sources: [{ source, body: { ...body, incomplete: true } }] }).scope, text).codes).toEqual([]);
  });
});

describe("cycles", () => {
  test("one among locals is told once, with its path, at its first name", () => {
    const text = "locals {\n  c = local.a\n  a = local.b + 1\n  b = local.c\n  d = local.a\n}";
    const { diagnostics } = scopeOf(text);
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({
      code: "FLY054",
      summary: "local.a depends on itself",
      detail: "local.a → local.b → local.c → local.a",
      range: { start: { line: 3 } },
      related: [{ message: "local.b refers to local.c" }, { message: "local.c refers to local.a" }],
    });
  });

  test("a local that refers to itself", () => {
    expect(scopeOf("locals { a = [local.a] }").diagnostics.map(({ detail }) => detail)).toEqual(["local.a → local.a"]);
  });

  test("one through blocks is told where the first of them is evaluated, and only there", () => {
    const text = 'egg "a" { x = egg.b.y }\negg "b" { y = egg.a.x }';
    const { scope, diagnostics } = scopeOf(text);
    expect(diagnostics).toEqual([]);
    const { source, body } = moduleSource("nest.fly", text);
    const outcomes = body.items.flatMap((block) => (block.kind === "block" ? block.body.items : [])).flatMap((item) => (item.kind === "attribute" ? [evaluate(item.value, scope, source)] : []));
    expect(outcomes.flatMap((outcome) => outcome.diagnostics.map(({ detail }) => detail))).toEqual(["egg.a.x → egg.b.y → egg.a.x"]);
    expect(outcomes.every(({ value }) => isUnknown(value))).toBe(true);
  });

  test("attributes of one block may refer to each other", () => {
    const { scope } = scopeOf('egg "a" {\n  x = 1\n  y = egg.a.x + 1\n}');
    expect(evaluateIn(scope, "egg.a.y").json).toBe("2");
  });

  test("one through a local and a block", () => {
    const text = 'locals { tags = egg.a.runner.tags }\negg "a" {\n  runner {\n    tags = local.tags\n  }\n}';
    expect(scopeOf(text).diagnostics.map(({ detail }) => detail)).toEqual(["egg.a.runner.tags → local.tags → egg.a.runner.tags"]);
  });

  test("a chain of 20,000 locals is too deep, but no crash", () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `  a${index} = local.a${index + 1}`);
    const { diagnostics } = scopeOf(`locals {\n${lines.join("\n")}\n  a20000 = 1\n}`);
    expect(new Set(diagnostics.map(({ code }) => code))).toEqual(new Set(["FLY055"]));
  });
});

describe("mistakes stand at the smallest expression at fault", () => {
  test.each<[string, string, string, string?]>([
    ["1 + true", "true", "the operator + needs a number", "Found bool."],
    ['1 + "x"', '"x"', "the operator + needs a number", "Found a string that is no number."],
    ["!5", "5", "the operator ! needs a bool", "Found number."],
    ["10 / (5 - 5)", "(5 - 5)", "division by zero"],
    ['"a${[1]}"', "[1]", "a tuple can't stand in a text", "Only strings, numbers and bools can; jsonencode and join make strings of others."],
    ['"a${null}"', "null", "null can't stand in a text"],
    ["null ? 1 : 2", "null", "a condition must be true or false", "Found null."],
    ["true ? [1] : { a = 1 }", "true ? [1] : { a = 1 }", "both results of a conditional must have one type", "Found a tuple and an object."],
    ["[for x in 5 : x]", "5", "can't iterate over a number", "Expected a list, tuple, set, map or object."],
    ['{ for x in ["a", "a"] : x => 1 }', "x", 'two items give the key "a"', "Put ... after the value to collect the values of equal keys in a list."],
    ["{ for x in [[]] : x => 1 }", "x", "the key of an object must be a string", "Found tuple."],
    ["{ a = 1, b = 2, a = 3 }", "a", 'the key "a" is given twice'],
    ["{ a.b = 1 }", "a.b", "the key of an object must be a name, a string, or an expression in parentheses", "Wrap a reference in parentheses; put a name with dots in quotes."],
    ["[1, 2][2]", "2", "wrong index", "There is no element 2: the collection has 2 elements, counted from 0."],
    ['{ cpu = 1 }["cpus"]', '"cpus"', "wrong index", 'There is no element "cpus"; did you mean "cpu"?'],
    ["{ cpu = 1 }.cpus", "cpus", 'no attribute "cpus" in this object', 'Did you mean "cpu"?'],
    ["[{ a = 1 }].a", "a", 'a tuple has no attribute "a"', "Write [*].a to take it of every element, or [0].a of one."],
    ["upper()", "upper()", "upper takes 1 argument, not 0", "Call it as upper(str)."],
    ['substr("abc", 1)', 'substr("abc", 1)', "substr takes 3 arguments, not 2", "Call it as substr(str, offset, length)."],
    ['upper("a", "b")', '"b"', "upper takes 1 argument, not 2", "Call it as upper(str)."],
    ['join(", ", "a")', '"a"', 'wrong value for "lists" of join', "Expected list of string, found string."],
    ['abs("x")', '"x"', 'wrong value for "num" of abs', "Expected number, found string (a number is required)."],
    ["upper(null)", "null", 'wrong value for "str" of upper', "Expected string, found null."],
    ['sort(["a", []])', '["a", []]', 'wrong value for "list" of sort', "Expected list of string, found tuple (element 1: string required)."],
    ['parseint("12", 99)', "99", 'wrong value for "base" of parseint', "It must be between 2 and 62."],
    ['regex("(", "x")', '"("', 'wrong value for "pattern" of regex', "It is no regular expression in RE2 syntax: error parsing regexp: missing closing ): `(`."],
    ['max("a"...)', '"a"', "only a list, tuple or set can be expanded into arguments", "Found string."],
    ["max([1, [2]]...)", "[1, [2]]", 'wrong value for "numbers" of max', "Expected number, found tuple."],
    ['format("%d", "x")', 'format("%d", "x")', "format failed", "%d at offset 0 does not fit its argument: a number is required."],
    ["try([][0], {}.a)", "try([][0], {}.a)", "try failed", "None of its expressions can be evaluated."],
    ["-[1][0].x", "x", 'a number has no attribute "x"'],
    ["999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999", "999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999", "the number can't be kept exactly", "Integers have at most 512 bits (154 digits), and exponents a limit."],
    ['file("../secret")', '"../secret"', 'wrong value for "path" of file', "It must be a path inside of the Nest, relative to its root."],
    ['file("/etc/passwd")', '"/etc/passwd"', 'wrong value for "path" of file', "It must be a path inside of the Nest, relative to its root."],
    ['file("a/../../b")', '"a/../../b"', 'wrong value for "path" of file', "It must be a path inside of the Nest, relative to its root."],
  ])("%s", (...[text, under, summary, detail]) => {
    expect(wrong(text)).toEqual([detail === undefined ? [under, summary] : [under, summary, detail]]);
  });

  test("all of an expression are told, once each", () => {
    expect(wrong("[upper([]), var.x, 1 + true, [for x in [1, 2, 3] : x.y]]").map(([under]) => under)).toEqual(["[]", "x", "true", "y"]);
  });

  test("a duplicate shows both places", () => {
    const [diagnostic] = evaluateText("{ a = 1, a = 2 }").diagnostics;
    expect([diagnostic?.range.start.column, diagnostic?.related?.[0]?.range.start.column]).toEqual([10, 3]);
  });

  test("a suggestion is an edit of exactly the name", () => {
    const [diagnostic] = evaluateIn(scopeOf('variable "team" { default = 1 }').scope, "1 + var.taem").diagnostics;
    expect(diagnostic?.fix).toMatchObject({ text: "team", range: { start: { column: 9 }, end: { column: 13 } } });
  });
});

describe("files of the Nest", () => {
  const files = memoryFiles({ "certs/company.pem": "-----BEGIN-----\n", "t.tpl": "Hi ${name}%{ if admin }, boss%{ endif }", "bad.tpl": "line 1\n${nme}", "loop.tpl": '${templatefile("loop.tpl", {})}' });
  const run = (text: string) => evaluateText(text, { files });

  test("file reads by a path relative to the Nest's root", () => {
    expect(run('file("certs/company.pem")').json).toBe('"-----BEGIN-----\\n"');
    expect(run('file("./certs/../certs/company.pem")').json).toBe('"-----BEGIN-----\\n"');
    expect(run('fileexists("certs/none.pem")').json).toBe("false");
  });

  test("a template sees only what it is given", () => {
    expect(run('templatefile("t.tpl", { name = "Ann", admin = true })').json).toBe('"Hi Ann, boss"');
    expect(run('templatefile("bad.tpl", { name = "Ann" })').diagnostics[0]?.detail).toBe('In line 2, column 3 of the template: unknown name "nme". Did you mean "name"?');
  });

  test("a template that includes itself ends with an error", () => {
    expect(run('templatefile("loop.tpl", {})').codes).toEqual(["FLY058"]);
  });

  test("what leads out of the Nest is refused by the files themselves", () => {
    const outside = { read: () => ({ kind: "outside" as const }) };
    expect(evaluateText('file("link")', { files: outside }).diagnostics[0]?.detail).toBe('"link" leads out of the Nest.');
  });
});

describe("sensitive values", () => {
  const declarations = `
    variable "token" {
      type      = string
      sensitive = true
      default   = "canary"
    }
    variable "settings" {
      sensitive = true
      default   = { user = "canary", list = ["canary"] }
    }
    locals {
      url    = "https://\${var.token}@example.com"
      header = { auth = local.url, plain = 1 }
    }
    egg "a" {
      environment = local.header
      script      = egg.a.environment.auth
    }
  `;
  const { scope, diagnostics } = scopeOf(declarations);

  test("nothing is wrong", () => expect(diagnostics).toEqual([]));

  test.each<[string, readonly (readonly string[])[]]>([
    ["var.token", [["var.token"]]],
    ["local.url", [["var.token", "local.url"]]],
    ["egg.a.script", [["var.token", "local.url", "local.header", "egg.a.environment", "egg.a.script"]]],
    ["local.header.plain", []],
    ["local.header", [["var.token", "local.url", "local.header"]]],
    ["var.settings.user", [["var.settings"]]],
    ["[for x in var.settings.list : upper(x)]", [["var.settings"]]],
    ['"${var.token}x"', [["var.token"]]],
    ["length(var.token)", [["var.token"]]],
    ["try(var.token, 1)", [["var.token"]]],
    ["can(var.token)", [["var.token"]]],
    ['var.token == "x"', [["var.token"]]],
    ['var.token == "x" ? 1 : 2', [["var.token"]]],
    ['[for x in ["a"] : x if var.token != ""]', [["var.token"]]],
    ["{ (var.token) = 1 }", [["var.token"]]],
    ["{ for k in [var.token] : k => 1 }", [["var.token"]]],
    ["base64encode(jsonencode([var.token]))", [["var.token"]]],
    ["merge({ a = var.token }, { b = 1 }).b", []],
    ["[var.token, 1][1]", []],
    ["[10, 20][length(var.token) - 6]", [["var.token"]]],
    ['"%{ if var.token == "" }a%{ else }b%{ endif }"', [["var.token"]]],
    ['"%{ for x in var.settings.list }a%{ endfor }"', [["var.settings"]]],
    ["toset([var.token])", [["var.token"]]],
    ["sort([var.token, local.url])", [["var.token"], ["var.token", "local.url"]]],
    ["-length(var.token)", [["var.token"]]],
    ["var.settings[*].user", [["var.settings"]]],
  ])("%s shows the way that it took", (text, ways) => {
    const outcome = evaluateIn(scope, text);
    expect(outcome.diagnostics).toEqual([]);
    expect(sensitiveWays(outcome.value)).toEqual(ways);
  });

  test.each([
    "tonumber(var.token)",
    "egg[var.token].type",
    "egg.a[var.token]",
    'regex(var.token, "x")',
    'regex("x", var.token)',
    "file(var.token)",
    "jsondecode(var.token)",
    "var.settings[var.token]",
    "{ a = 1 }[var.token]",
    "{ for k in [var.token, var.token] : k => 1 }",
    "{ (var.token) = 1, (var.token) = 2 }",
    "format(var.token, 1)",
    "lookup({}, var.token)",
    "1 + var.token",
    "var.settings.canry",
    "parseint(var.token, 10)",
    'formatdate(var.token, "2020-01-01T00:00:00Z")',
    "csvdecode(\"a\\n\\\"${var.token}\")",
    "cidrhost(var.token, 1)",
    'try(tonumber(var.token), { a = 1 }[var.token])',
    'templatefile("t.tpl", { x = var.token })',
  ])("the error of %s does not show it", (text) => {
    const files = memoryFiles({ "t.tpl": '${tonumber(x)} ${file("${x}")}' });
    const outcome = evaluateIn(scopeOf(declarations, { files }).scope, text);
    expect(outcome.diagnostics.length).toBeGreaterThan(0);
    expect(JSON.stringify(outcome.diagnostics)).not.toContain("canary");
  });

  test("keys of sensitive values are no suggestions", () => {
    const { diagnostics: told } = evaluateIn(scopeOf('variable "s" {\n  sensitive = true\n  default = { canary = 1 }\n}').scope, "var.s.canari");
    expect(JSON.stringify(told)).not.toContain("canary");
  });
});

describe("numbers", () => {
  test.each([
    ["0.1 + 0.2", "0.3"],
    ["9007199254740993", "9007199254740993"],
    ["9007199254740992 + 1", "9007199254740993"],
    ["12345678901234567890 * 10 + 1", "123456789012345678901"],
    ["2 * 0.5", "1"],
    ["0.5 + 0.5 == 1", "true"],
  ])("%s is %s", (text, json) => expect(evaluateText(text).json).toBe(json));

  test("safe integers are JavaScript numbers, wherever they come from", () => {
    for (const text of ["42", "0.5 * 84", "84 / 2", '"42" + 0', "floor(42.9)", 'jsondecode("42")', "4.2e1"]) expect(evaluateText(text).value).toBe(42);
  });
});

describe("elementsOf and entriesOf read all kinds alike", () => {
  test.each(['["b", "a"]', 'tolist(["b", "a"])'])("%s", (text) => expect(elementsOf(evaluateText(text).value)).toEqual(["b", "a"]));
  test("a set is in order", () => expect(elementsOf(evaluateText('toset(["b", "a"])').value)).toEqual(["a", "b"]));
  test.each(["{ a = 1 }", "tomap({ a = 1 })"])("%s", (text) => expect(entriesOf(evaluateText(text).value)).toEqual(new Map([["a", 1]])));
});

test("texts that double and double again end with an error", () => {
  const lines = Array.from({ length: 60 }, (_, index) => `  a${index + 1} = "\${local.a${index}}\${local.a${index}}"`);
  const { diagnostics } = scopeOf(`locals {\n  a0 = "x"\n${lines.join("\n")}\n}`);
  expect(diagnostics.map(({ code }) => code)).toEqual(["FLY083"]);
});
