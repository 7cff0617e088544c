import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { VariableInputs } from "../../src/fly/scope";
import { describeWithEngines } from "../support/engines";
import { evaluateIn, moduleSource, scopeOf, textUnder } from "./evaluate-text";

/** What is wrong with the declarations and values: file, text under the diagnostic, summary, detail. */
function wrong(text: string, inputs: VariableInputs = {}, others: Readonly<Record<string, string>> = {}) {
  const { diagnostics, sources } = scopeOf(text, { inputs });
  const texts = { "nest.fly": text, ...others, ...Object.fromEntries(sources.map((source) => [source.file, source.text])) };
  return diagnostics.map((diagnostic) => [diagnostic.file, textUnder(diagnostic, texts), diagnostic.summary, diagnostic.detail]);
}

const value = (text: string, inputs: VariableInputs = {}): string => {
  const { scope, diagnostics } = scopeOf(text, { inputs });
  expect(diagnostics).toEqual([]);
  return evaluateIn(scope, "var.x").json;
};

describe("where a value comes from", () => {
  const declared = 'variable "x" { default = "default" }';
  const defaults = moduleSource("nest.flyvars", 'x = "flyvars"');
  const environment = { FLY_VAR_x: "environment" };
  const files = [moduleSource("a.flyvars", 'x = "first file"'), moduleSource("b.flyvars", 'x = "second file"')];
  const args = [
    { name: "x", value: "first argument" },
    { name: "x", value: "second argument" },
  ];
  test.each<[string, VariableInputs]>([
    ["default", {}],
    ["flyvars", { defaults }],
    ["environment", { defaults, environment }],
    ["second file", { defaults, environment, files }],
    ["second argument", { defaults, environment, files, arguments: args }],
  ])("the %s wins", (expected, inputs) => {
    expect(value(declared, inputs)).toBe(JSON.stringify(expected));
  });

  test("other names of the environment do not matter", () => {
    expect(value(declared, { environment: { FLY_VAR_unknown: "y", PATH: "/bin", TF_VAR_x: "z", FLY_VAR_: "q" } })).toBe('"default"');
  });
});

/** Declared type, where the value stands, the value as text, and what it becomes. */
const CASES: readonly (readonly [type: string, from: "--var" | "file" | "default", given: string, json: string | "error"])[] = [
  ["string", "--var", "[1, 2]", '"[1, 2]"'],
  ["string", "--var", "12", '"12"'],
  ["string", "--var", '"quoted"', '"\\"quoted\\""'],
  ["string", "--var", "", '""'],
  ["string", "--var", "null", '"null"'],
  ["number", "--var", "12.50", "12.5"],
  ["number", "--var", "1 + 1", "error"],
  ["number", "--var", "null", "error"],
  ["bool", "--var", "true", "true"],
  ["bool", "--var", "1", "true"],
  ["bool", "--var", "yes", "error"],
  ["", "--var", "[1]", '"[1]"'],
  ["any", "--var", "[1]", "[1]"],
  ["any", "--var", "text", "error"],
  ["any", "--var", '"text"', '"text"'],
  ["list(string)", "--var", "[1, true]", '["1","true"]'],
  ["list(string)", "--var", "a", "error"],
  ["list(string)", "--var", '"a"', "error"],
  ["list(string)", "--var", "null", "null"],
  ["list(string)", "--var", "upper([])", "error"],
  ["map(number)", "--var", '{ a = "1", b = 2 }', '{"a":1,"b":2}'],
  ["string", "file", "12", '"12"'],
  ["string", "file", "true", '"true"'],
  ["string", "file", "null", "null"],
  ["string", "file", "[]", "error"],
  ["number", "file", '"12"', "12"],
  ["number", "file", '"x"', "error"],
  ["bool", "file", '"true"', "true"],
  ["bool", "file", "0", "error"],
  ["", "file", "[1, { a = null }]", '[1,{"a":null}]'],
  ["any", "file", "{ a = [] }", '{"a":[]}'],
  ["list(number)", "file", '["1", 2]', "[1,2]"],
  ["list(any)", "file", '["1", 2]', '["1","2"]'],
  ["list(any)", "file", "[[1], {}]", "error"],
  ["list(list(any))", "file", '[[1], ["a"]]', '[["1"],["a"]]'],
  ["map(list(any))", "file", '{ a = [1], b = ["x"] }', '{"a":["1"],"b":["x"]}'],
  ["set(string)", "file", '["b", "a", "b"]', '["a","b"]'],
  ["set(number)", "file", '["10", 9]', "[9,10]"],
  ["map(string)", "file", "{ a = 1, b = true }", '{"a":"1","b":"true"}'],
  ["map(string)", "file", "{ a = [] }", "error"],
  ["map(any)", "file", '{ a = 1, b = "x" }', '{"a":"1","b":"x"}'],
  ["tuple([string, number])", "file", '[1, "2"]', '["1",2]'],
  ["tuple([string, number])", "file", "[1]", "error"],
  ["object({ a = string, b = number })", "file", '{ a = 1, b = "2", c = 3 }', '{"a":"1","b":2}'],
  ["object({ a = string, b = number })", "file", "{ a = 1 }", "error"],
  ["object({ a = string, b = optional(number) })", "file", "{ a = 1 }", '{"a":"1","b":null}'],
  ["object({ a = string, b = optional(number, 5) })", "file", "{ a = 1 }", '{"a":"1","b":5}'],
  ["object({ a = optional(number, 5) })", "file", "{ a = null }", '{"a":5}'],
  ["object({ a = optional(object({ b = optional(string, \"x\") }), {}) })", "file", "{}", '{"a":{"b":"x"}}'],
  ["object({ a = optional(object({ b = optional(string, \"x\") })) })", "file", "{}", '{"a":null}'],
  ["list(object({ a = optional(string, \"x\") }))", "file", '[{}, { a = "y" }]', '[{"a":"x"},{"a":"y"}]'],
  ["map(object({ a = optional(list(string), []) }))", "file", "{ k = {} }", '{"k":{"a":[]}}'],
  ["object({ a = any })", "file", "{ a = [1, \"x\"] }", '{"a":[1,"x"]}'],
  ["string", "default", "5", '"5"'],
  ["list(string)", "default", "[]", "[]"],
  ["number", "default", '"x"', "error"],
  ["string", "default", "null", "null"],
  ["object({ a = optional(string, \"d\") })", "default", "{}", '{"a":"d"}'],
];

function declaration(type: string, fallback?: string, name = "x"): string {
  return `variable "${name}" {\n${type === "" ? "" : `  type = ${type}\n`}${fallback === undefined ? "" : `  default = ${fallback}\n`}}`;
}

function ours([type, from, given]: (typeof CASES)[number]): string {
  const inputs: VariableInputs = from === "--var" ? { arguments: [{ name: "x", value: given }] } : from === "file" ? { files: [moduleSource("x.flyvars", `x = ${given}`)] } : {};
  const { scope, diagnostics } = scopeOf(declaration(type, from === "default" ? given : undefined), { inputs });
  return diagnostics.length > 0 ? "error" : evaluateIn(scope, "var.x").json;
}

describe("values fit their types", () => {
  test.each(CASES)("type %j, from %s: %s is %s", (...each) => {
    expect(ours(each)).toBe(each[3]);
  });
});

describeWithEngines("the engine gives variables the same values", (engine) => {
  const env = { ...process.env, TF_CLI_CONFIG_FILE: "/dev/null", CHECKPOINT_DISABLE: "1" };
  const inFolder = <Result>(run: (folder: string) => Result): Result => {
    const folder = mkdtempSync(join(tmpdir(), "fly-variables-"));
    try {
      return run(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  test("those that fit, all at once", () => {
    const good = CASES.filter(([, , , json]) => json !== "error");
    const answers = inFolder((folder) => {
      writeFileSync(join(folder, "main.tf"), good.map(([type, from, given], index) => declaration(type, from === "default" ? given : undefined, `x${index}`)).join("\n"));
      writeFileSync(join(folder, "terraform.tfvars"), good.flatMap(([, from, given], index) => (from === "file" ? [`x${index} = ${given}`] : [])).join("\n"));
      const args = good.flatMap(([, from, given], index) => (from === "--var" ? ["-var", `x${index}=${given}`] : []));
      const input = `base64encode(jsonencode([${good.map((_, index) => `jsonencode(var.x${index})`).join(", ")}]))\n`;
      const output = execFileSync(engine.path, ["console", ...args], { cwd: folder, input, env, encoding: "utf8", stdio: "pipe" });
      return JSON.parse(Buffer.from(/^"(.*)"$/m.exec(output)?.[1] ?? "", "base64").toString()) as readonly string[];
    });
    expect(good.map(([type, from, given], index) => [type, from, given, answers[index]])).toEqual(good);
  });

  test("those that do not, in one run", () => {
    // A module for each: an engine tells the mistakes of all of them together.
    const bad = CASES.filter(([, from, , json]) => json === "error" && from === "file");
    const output = inFolder((folder) => {
      writeFileSync(join(folder, "main.tf"), bad.map(([type], index) => declaration(type, undefined, `x${index}`)).join("\n"));
      writeFileSync(join(folder, "terraform.tfvars"), bad.map(([, , given], index) => `x${index} = ${given}`).join("\n"));
      try {
        return execFileSync(engine.path, ["plan", "-no-color"], { cwd: folder, env, encoding: "utf8", stdio: "pipe" });
      } catch (error) {
        return String((error as { stderr?: string }).stderr);
      }
    });
    for (const index of bad.keys()) expect(output).toContain(`var.x${index}`);
  });
});

describe("nullable", () => {
  test("a null asks for the default where it is not allowed", () => {
    const declared = 'variable "x" {\n  nullable = false\n  default = "d"\n}';
    expect(value(declared, { defaults: moduleSource("nest.flyvars", "x = null") })).toBe('"d"');
  });

  test("without a default it is an error", () => {
    const flyvars = "x = null";
    expect(wrong('variable "x" { nullable = false }', { defaults: moduleSource("nest.flyvars", flyvars) }, { "nest.flyvars": flyvars })).toEqual([
      ["nest.flyvars", "null", 'the value of variable "x" from nest.flyvars does not fit', "Null is not allowed, for nullable is false."],
    ]);
  });
});

describe("mistakes", () => {
  test("a variable without a value is told once, with its first use", () => {
    const text = 'variable "x" {}\nlocals {\n  a = var.x\n  b = var.x\n}';
    const { diagnostics } = scopeOf({ "nest.fly": text, "a.fly": "locals { c = upper(var.x) }" });
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({
      code: "FLY078",
      summary: 'variable "x" has no value',
      file: "nest.fly",
      range: { start: { line: 1, column: 10 } },
      related: [{ message: "first used here", file: "a.fly", range: { start: { column: 20 } } }],
    });
  });

  test.each<[string, string, string, string?]>([
    ['variable "x" { defualt = 1 }', "defualt", 'unknown attribute "defualt" in variable "x"', 'Did you mean "default"?'],
    ['variable "x" {\n  default = 1\n  validatoin {}\n}', "validatoin", 'unknown block "validatoin" in variable "x"', 'Did you mean "validation"?'],
    ['variable "x" { default = 1 }\nvariable "x" { default = 2 }', '"x"', 'variable "x" is declared twice', undefined],
    ["locals { a = 1 }\nlocals { a = 2 }", "a", 'local "a" is declared twice', undefined],
    ["variable { default = 1 }", "variable", "a variable has exactly one label, its name", 'Write variable "NAME" { … }.'],
    ['variable "x" "y" { default = 1 }', '"y"', "a variable has exactly one label, its name", 'Write variable "NAME" { … }.'],
    ['variable "1x" { default = 1 }', '"1x"', "the name of a variable must be an identifier", "It starts with a letter or _ and goes on with letters, digits, _ and -."],
    ['locals "x" { a = 1 }', '"x"', "locals takes no label", undefined],
    ["locals {\n  a {}\n}", "a", "a block can't stand in locals", "Write a = { … } for a local value."],
    ['variable "x" {\n  type = strng\n  default = 1\n}', "strng", 'there is no type "strng"', 'Did you mean "string"?'],
    ['variable "x" {\n  type = "string"\n  default = 1\n}', '"string"', "a type is written without quotes", "A type is string, number, bool, any, list(T), set(T), map(T), tuple([T, …]) or object({ NAME = T, NAME = optional(T, DEFAULT) })."],
    ['variable "x" {\n  type = list\n  default = 1\n}', "list", "list needs what it is made of", "A type is string, number, bool, any, list(T), set(T), map(T), tuple([T, …]) or object({ NAME = T, NAME = optional(T, DEFAULT) })."],
    ['variable "x" {\n  type = lst(string)\n  default = 1\n}', "lst(string)", 'there is no type "lst"', 'Did you mean "list"?'],
    ['variable "x" {\n  type = object({ a = optional(number, "q") })\n  default = {}\n}', '"q"', "the default does not fit its type: a number is required", "A type is string, number, bool, any, list(T), set(T), map(T), tuple([T, …]) or object({ NAME = T, NAME = optional(T, DEFAULT) })."],
    ['variable "x" {\n  default = 1\n  sensitive = "yes"\n}', '"yes"', "sensitive must be true or false", undefined],
    ['variable "x" {\n  default = 1\n  description = 5\n}', "5", "the description of a variable must be a string", undefined],
    ['variable "x" {\n  default = var.y\n}', "var.y", "only a constant may stand here", "The value of a variable can't refer to other values or call functions."],
    ['variable "x" {\n  default = upper("a")\n}', 'upper("a")', "only a constant may stand here", "The value of a variable can't refer to other values or call functions."],
    ['variable "x" {\n  type = list(number)\n  default = [1, "a"]\n}', '[1, "a"]', 'the value of variable "x" from its default does not fit', "Element 1: a number is required."],
    ['variable "x" {\n  default = 1\n  validation {\n    condition = true\n  }\n}', "validation", "validation needs error_message", undefined],
    ['variable "x" {\n  default = 1\n  validation {\n    condition = true\n    mesage = ""\n  }\n}', "mesage", 'unknown attribute "mesage" in validation', "Known: condition, error_message."],
  ])("%j", (...[text, under, summary, detail]) => {
    expect(wrong(text)[0]).toEqual(["nest.fly", under, summary, detail]);
  });

  test("a duplicate shows the first place", () => {
    const { diagnostics } = scopeOf({ "b.fly": 'variable "x" { default = 2 }', "a.fly": 'variable "x" { default = 1 }' });
    expect(diagnostics).toMatchObject([{ file: "b.fly", related: [{ message: "first declared here", file: "a.fly" }] }]);
  });

  test("names that nobody declared are errors in files and on the command line", () => {
    const flyvars = 'taem = "x"\nblock {}';
    expect(wrong('variable "team" { default = 1 }', { defaults: moduleSource("nest.flyvars", flyvars), arguments: [{ name: "tem", value: "secret" }] }, { "nest.flyvars": flyvars })).toEqual([
      ["nest.flyvars", "taem", 'nest.flyvars gives a value to variable "taem", which is not declared', 'Did you mean "team"?'],
      ["nest.flyvars", "block", "blocks can't stand in nest.flyvars", "Only lines of the form NAME = VALUE can."],
      ["--var tem", "tem", '--var gives a value to variable "tem", which is not declared', 'Did you mean "team"?'],
    ]);
  });

  test("a value that does not fit is shown where it stands, with the declaration", () => {
    const flyvars = "x = { a = [] }";
    const text = 'variable "x" {\n  type = object({ a = string })\n}';
    const inputs = { defaults: moduleSource("nest.flyvars", flyvars) };
    expect(wrong(text, inputs, { "nest.flyvars": flyvars })).toEqual([["nest.flyvars", "{ a = [] }", 'the value of variable "x" from nest.flyvars does not fit', 'Attribute "a": string required.']]);
    expect(scopeOf(text, { inputs }).diagnostics[0]?.related).toMatchObject([{ message: "declared here", file: "nest.fly" }]);
  });
});

describe("validation", () => {
  const text = `variable "x" {
  type = string
  validation {
    condition     = length(var.x) > 3
    error_message = "Too short: \${var.x}."
  }
  validation {
    condition     = can(regex(local.pattern, var.x))
    error_message = "Only letters."
  }
}
locals { pattern = "^[a-z]+$" }`;

  test("a value that passes", () => expect(value(text, { arguments: [{ name: "x", value: "abcd" }] })).toBe('"abcd"'));

  test("all that fail are told, at the value", () => {
    expect(wrong(text, { arguments: [{ name: "x", value: "a1" }] })).toEqual([
      ["--var x", "a1", 'the value of variable "x" is not allowed', "Too short: a1."],
      ["--var x", "a1", 'the value of variable "x" is not allowed', "Only letters."],
    ]);
  });

  test("a condition that is no bool is a mistake of its own", () => {
    expect(wrong('variable "x" {\n  default = 1\n  validation {\n    condition = "maybe"\n    error_message = "no"\n  }\n}')).toEqual([
      ["nest.fly", '"maybe"', "a condition must be true or false", "Found a string that is no bool."],
    ]);
  });
});

describe("a sensitive variable's value is in no diagnostic, nor is its place", () => {
  const canary = "canary";
  const declared = (rest: string): string => `variable "x" {\n  sensitive = true\n${rest}\n}`;
  test.each<[string, string, VariableInputs]>([
    ["wrong type from --var", declared("  type = number"), { arguments: [{ name: "x", value: canary }] }],
    ["wrong type from the environment", declared("  type = list(number)"), { environment: { FLY_VAR_x: `["${canary}"]` } }],
    ["no expression", declared("  type = list(string)"), { environment: { FLY_VAR_x: `[${canary}` } }],
    ["a reference", declared("  type = list(string)"), { environment: { FLY_VAR_x: canary } }],
    ["wrong type from a file", declared("  type = number"), { defaults: moduleSource("nest.flyvars", `x = "${canary}"`) }],
    ["a failed validation", declared(`  validation {\n    condition = var.x == ""\n    error_message = "bad: \${var.x}"\n  }`), { arguments: [{ name: "x", value: canary }] }],
  ])("%s", (_, text, inputs) => {
    const { diagnostics } = scopeOf(text, { inputs });
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(JSON.stringify(diagnostics)).not.toContain(canary);
    for (const { file } of diagnostics) expect(file).toBe("nest.fly");
  });
});
