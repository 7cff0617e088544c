import { functionNames } from "../../src/fly/functions";
import { evaluateText } from "./evaluate-text";
import { memoryFiles } from "./folder-files";

/** Values that functions tend to trip over. */
const VALUES = [
  "null", "true", "0", "-1", "2", "1.5", "1e300", "12345678901234567890", '""', '"a"', '"10.0.0.0/8"', '"2020-01-01T00:00:00Z"', '"\\u0000é😀"', '"["',
  "[]", '["a", null]', "[[1], 2]", "{}", "{ a = 1 }", 'toset(["a"])', "tolist([1])", "tomap({ a = [] })", '"f.tpl"',
];

describe("functions", () => {
  const files = memoryFiles({ "f.tpl": "${a}" });

  test.each(functionNames())("%s never throws, whatever it is given, and says what is wrong", (name) => {
    const calls = [
      `${name}()`,
      ...VALUES.map((a) => `${name}(${a})`),
      ...VALUES.map((a) => `${name}(${a}...)`),
      ...VALUES.flatMap((a) => VALUES.map((b) => `${name}(${a}, ${b})`)),
      ...VALUES.flatMap((a, index) => VALUES.filter((_, other) => (index + other) % 3 === 0).map((b, other) => `${name}(${a}, ${b}, ${VALUES[(index * 7 + other * 3) % VALUES.length]})`)),
    ];
    const silent = calls.filter((call) => {
      const { json, diagnostics } = evaluateText(call, { files });
      return diagnostics.length === 0 ? json === "" : diagnostics.some(({ summary, detail = "" }) => /^$|undefined|\[object|NaN/.test(summary + detail));
    });
    expect(silent).toEqual([]);
  });

  test.each([
    ["pow(10, 1e9)"],
    ["pow(2, 100000)"],
    ["1e999999999"],
    ["1e49999 * 1e49999 * 1e49999"],
    ['format("%999999999d", 1)'],
    ['format("%.999999999f", 1)'],
    ["range(1e9)"],
    ['indent(1e9, "a\\nb")'],
    ['cidrsubnet("10.0.0.0/8", 1e9, 1)'],
    ["setproduct(range(1000), range(1000), range(1000))"],
    [`jsondecode("${"[".repeat(100_000)}")`],
    [`yamldecode("${"[".repeat(10_000)}")`],
    ['regex("(a*)*b", join("", [for x in range(1000) : "a"]))'],
    ['regexall("(x+x+)+y", join("", [for x in range(1000) : "x"]))'],
    ['replace(join("", [for x in range(1000) : "aaaaaaaaaaaaaaaaaaaa"]), "", join("", [for x in range(1000) : "bbbbbbbbbbbbbbbbbbbb"]))'],
    ['yamldecode("a: &a [x,x,x,x,x,x,x,x,x]\\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f]")'],
  ])("%s ends soon, with an error or not", (text) => {
    // Processor time: a busy machine makes nothing fail.
    const start = process.cpuUsage();
    evaluateText(text);
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1e6).toBeLessThan(2);
  });
});
