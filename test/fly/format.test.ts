import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "../../src/fly/format";
import { SourceText } from "../../src/fly/source";

/** Texts as a person might leave them, each beside what the engines make of it (`format-oracle.test.ts` holds that). */
const CASES = join(__dirname, "format");
const SAMPLES = join(__dirname, "samples");

function formatted(text: string): string {
  const result = format(new SourceText("test.fly", text));
  if (result.kind === "refused") throw new Error(JSON.stringify(result.diagnostics));
  return result.text;
}

/** The text becomes `expected`, and stays so. */
function assertFormat(text: string, expected: string): void {
  expect(formatted(text)).toBe(expected);
  expect(formatted(expected)).toBe(expected);
}

describe("recorded cases", () => {
  const names = readdirSync(CASES).filter((name) => name.endsWith(".fly") && !name.endsWith(".formatted.fly"));

  test.each(names)("%s", (name) => {
    assertFormat(readFileSync(join(CASES, name), "utf8"), readFileSync(join(CASES, name.replace(/fly$/, "formatted.fly")), "utf8"));
  });
});

describe("samples", () => {
  const names = readdirSync(SAMPLES).filter((name) => existsSync(join(SAMPLES, name, "formatted.fly")));

  test.each(names)("%s", (name) => {
    assertFormat(readFileSync(join(SAMPLES, name, "main.fly"), "utf8"), readFileSync(join(SAMPLES, name, "formatted.fly"), "utf8"));
  });

  test("the vocabulary's sample is in canonical form as it is written", () => {
    const text = readFileSync(join(SAMPLES, "vocabulary", "main.fly"), "utf8");
    expect(formatted(text)).toBe(text);
  });
});

describe("ends of lines and of the file", () => {
  test.each([
    ["nothing", "", ""],
    ["no newline at the end", "a=1", "a = 1"],
    ["blank lines only", "\n\n\n", "\n\n\n"],
    ["white space in blank lines", "a=1\n \t\n", "a = 1\n\n"],
    ["spaces before the end of a line", "a=1  \t\nb {  \n}  \n", "a = 1\nb {\n}\n"],
    ["spaces before the end of the file, as the engines leave them", "a=1  ", "a = 1  "],
    ["carriage returns stay with their lines", "a=1\r\nbb=2 # c\r\n\r\nc {\r\nd=1\r\n}\r\n", "a  = 1\r\nbb = 2 # c\r\n\r\nc {\r\n  d = 1\r\n}\r\n"],
    ["carriage returns in a heredoc are text", "a=<<E\r\n x\r\n E\r\nb=1\r\n", "a = <<E\r\n x\r\n E\r\nb = 1\r\n"],
    ["a comment over lines with carriage returns", "/* a\r\n   b */ c=1 # d\r\n/* e\n*/ f=1 # d\n", "/* a\r\n   b */ c = 1 # d\r\n/* e\n*/ f      = 1 # d\n"],
    ["a byte-order mark goes", "\ufeffa=1\n", "a = 1\n"],
    ["a byte-order mark before a comment goes", "\ufeff# a\n", "# a\n"],
    ["a byte-order mark before a blank line goes", "\ufeff\na=1\n", "\na = 1\n"],
    ["tabs become spaces", "\ta\t=\t1\t# c\n", "a = 1 # c\n"],
    ["tabs in strings and comments stay", 'a="\t" #\tc\n', 'a = "\t" #\tc\n'],
  ])("%s", (_, text, expected) => {
    assertFormat(text, expected);
  });
});

describe("where the engines' formatter would do harm", () => {
  test.each([
    ["a label with a dollar sign or percent sign", 'a  "x$" "$$" "50%y" {}\n', 'a "x$" "$$" "50%y" {}\n'],
    ["an index that is true, false or null", "a=b[ true ].c[null ]\n", "a = b[true].c[null]\n"],
    ["two indices with points", "a=b.0 .1\n", "a = b.0 .1\n"],
    ["a point before what looks like an exponent", "a=b.0 .e5\n", "a = b.0 .e5\n"],
    ["a comment that ends its line before the value", 'a="${# c\nb}"\n', 'a = "${ # c\nb}"\n'],
    ["parentheses at both ends that are not a pair", 'a="${(b)+\n(c)}"\n', 'a = "${(b) +\n(c)}"\n'],
    ["a heredoc before the closing parenthesis", 'a="${b==\n<<E\nE\n}"\n', 'a = "${b ==\n  <<E\nE\n}"\n'],
    ["a heredoc in a block of one line", 'a { b="${<<E\nE\n}" }\n', 'a { b = "${<<E\nE\n}" }\n'],
    ["a comment in a block of one line", 'a { b="${c # d\n}" }\n', 'a { b = "${c # d\n}" }\n'],
  ])("%s", (_, text, expected) => {
    assertFormat(text, expected);
  });
});

describe("one run is enough", () => {
  test.each([
    ["layers of quotes", 'a="${"${"${b}"}"}"\n', "a = b\n"],
    ["layers of quotes over lines: the engines' parentheses hold the rest", 'a="${"${b +\nc}"}"\n', 'a = ("${b +\nc}")\n'],
    ["a comment between the layers", 'a="${/* b */ "${c}" # d\n}"\n', "a = /* b */ c # d\n\n"],
  ])("%s", (_, text, expected) => {
    assertFormat(text, expected);
  });
});

test("a block's comments before its last label go, as the engines do it; all others stay", () => {
  assertFormat('/*1*/a /*2*/ "b" /*3*/ c /*4*/ { #5\n/*6*/}//7\n', '/*1*/ a "b" "c" /*4*/ { #5\n/*6*/ }                 //7\n');
});

test("a file with syntax errors is refused with its diagnostics", () => {
  const result = format(new SourceText("broken.fly", "a = 1\nb = [1,\n"));
  expect(result).toMatchObject({ kind: "refused", diagnostics: [{ severity: "error", file: "broken.fly" }] });
});

test("any vocabulary goes through", () => {
  assertFormat('job "docs" {\ngroup "g" {\ncount=1\n}\n}\n', 'job "docs" {\n  group "g" {\n    count = 1\n  }\n}\n');
});

describe("a thousand Eggs", () => {
  const egg = readFileSync(join(SAMPLES, "vocabulary", "main.fly"), "utf8").match(/^egg "my-app" \{[^]*?^\}\n/m)?.[0] as string;
  const messy = egg.replace(/ {2,}/g, " ");

  test("are formatted in time that grows with their number alone", () => {
    const milliseconds = (count: number): number => {
      const text = messy.repeat(count);
      const start = process.cpuUsage();
      expect(formatted(text)).toBe(egg.repeat(count));
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1000;
    };
    milliseconds(50);
    const [few, many] = [milliseconds(100), milliseconds(1000)];
    // Ten times as many; quadratic work would take a hundred times as long.
    expect(many).toBeLessThan(Math.max(few, 20) * 40);
  });

  test("so are very long lines and deep nesting", () => {
    const long = `a=[${"1,".repeat(100_000)}1]\n`;
    expect(formatted(long)).toHaveLength(long.length + 2 + 100_000);
    const deep = 150;
    const nested = formatted(`${"b {\n".repeat(deep)}${"}\n".repeat(deep)}`);
    expect(nested.split("\n")[deep - 1]).toBe(`${"  ".repeat(deep - 1)}b {`);
  });
});
