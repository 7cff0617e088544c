import fc from "fast-check";
import { BigFloat } from "../../src/fly/big-float";
import { parseNumber } from "../../src/fly/number";
import { evaluateIn, moduleSource, scopeOf } from "../fly/evaluate-text";

const numRuns = Number(process.env["FC_RUNS"] ?? 100);

type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

const name = fc.stringMatching(/^[a-z_][a-z0-9_-]{0,8}$/).filter((text) => !["true", "false", "null", "for", "if", "in"].includes(text));
const text = fc.string({ unit: "grapheme", maxLength: 12 }).map((value) => value.normalize("NFC"));
const plain = fc.letrec<{ value: Plain }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    text,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(name, tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

/** A value as Fly writes it. */
function literal(value: Plain): string {
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "object" && value !== null) return `{ ${Object.entries(value).map(([key, item]) => `${quoted(key)} = ${literal(item as Plain)}`).join(", ")} }`;
  return String(value);
}

function quoted(value: string): string {
  const escaped = JSON.stringify(value).replaceAll("${", "$${").replaceAll("%{", "%%{");
  // JSON knows \b and \f; Fly writes them by their numbers. Escaped control characters are written the same.
  return escaped.replace(/\\[bf]/g, (escape) => (escape === "\\b" ? "\\u0008" : "\\u000c"));
}

/** JSON with the keys of objects in order: what a value means, whatever it was written like. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, canonical(item)]));
}

describe("P04: variables and references: evaluation substitutes the right value", () => {
  test("P04: a variable has the value that it is given, through any chain of locals, in whatever files and order they stand", () => {
    const chain = fc.record({ names: fc.uniqueArray(name, { minLength: 1, maxLength: 8 }), value: plain, order: fc.array(fc.nat(), { minLength: 9, maxLength: 9 }) });
    fc.assert(
      fc.property(chain, ({ names, value, order }) => {
        const declarations = [`variable "start" { default = ${literal(value)} }`, ...names.map((each, index) => `locals {\n  ${each} = ${index === 0 ? "var.start" : `local.${names[index - 1]}`}\n}`)];
        const files = Object.fromEntries(declarations.map((declaration, index) => [`${order[index]}-${index}.fly`, declaration]));
        const { scope, diagnostics } = scopeOf(files);
        expect(diagnostics).toEqual([]);
        expect(canonical(JSON.parse(evaluateIn(scope, `local.${names.at(-1)}`).json))).toEqual(canonical(value));
      }),
      { numRuns },
    );
  });

  test("P04: a path into a value gives the part at its end", () => {
    const step = (value: Plain, choice: number): readonly [string, Plain] | undefined => {
      if (typeof value !== "object" || value === null) return undefined;
      const keys = Object.keys(value);
      const key = keys[choice % Math.max(keys.length, 1)];
      if (key === undefined) return undefined;
      const part = (value as { readonly [key: string]: Plain })[key] as Plain;
      return Array.isArray(value) ? [`[${key}]`, part] : [choice % 2 === 0 ? `.${key}` : `[${quoted(key)}]`, part];
    };
    fc.assert(
      fc.property(plain, fc.array(fc.nat(), { maxLength: 4 }), (value, choices) => {
        let path = "local.root";
        let part = value;
        for (const choice of choices) {
          const next = step(part, choice);
          if (!next) break;
          path += next[0];
          part = next[1];
        }
        const outcome = evaluateIn(scopeOf(`locals {\n  root = ${literal(value)}\n}`).scope, path);
        expect(outcome.diagnostics).toEqual([]);
        expect(canonical(JSON.parse(outcome.json))).toEqual(canonical(part));
      }),
      { numRuns },
    );
  });

  test("P04: the highest source of a value wins, whichever of them are there", () => {
    const present = fc.record({ flyvars: fc.boolean(), environment: fc.boolean(), file: fc.boolean(), argument: fc.boolean(), fallback: fc.boolean() });
    fc.assert(
      fc.property(present, text, ({ flyvars, environment, file, argument, fallback }, prefix) => {
        const marked = (origin: string): string => prefix + origin;
        const { scope, diagnostics } = scopeOf(`variable "x" {\n  type = string\n${fallback ? `  default = ${quoted(marked("default"))}\n` : ""}}`, {
          inputs: {
            ...(flyvars ? { defaults: moduleSource("nest.flyvars", `x = ${quoted(marked("flyvars"))}`) } : {}),
            ...(environment ? { environment: { FLY_VAR_x: marked("environment") } } : {}),
            ...(file ? { files: [moduleSource("f.flyvars", `x = ${quoted(marked("file"))}`)] } : {}),
            ...(argument ? { arguments: [{ name: "x", value: marked("argument") }] } : {}),
          },
        });
        const winner = argument ? "argument" : file ? "file" : environment ? "environment" : flyvars ? "flyvars" : fallback ? "default" : undefined;
        expect(diagnostics.map(({ code }) => code)).toEqual(winner === undefined ? ["FLY078"] : []);
        if (winner !== undefined) expect(JSON.parse(evaluateIn(scope, "var.x").json)).toBe(marked(winner).normalize("NFC"));
      }),
      { numRuns },
    );
  });

  test("P04: an interpolated text is the texts of its parts", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.oneof(text, fc.maxSafeInteger(), fc.boolean())), { minLength: 1, maxLength: 4 }), (parts) => {
        const locals = parts.map(([, value], index) => `  v${index} = ${literal(value)}`).join("\n");
        // The bar keeps a constant's last "$" from making "$${" of what follows.
        const template = parts.map(([constant], index) => `${quoted(constant).slice(1, -1)}|\${local.v${index}}`).join("");
        const outcome = evaluateIn(scopeOf(`locals {\n${locals}\n}`).scope, `"|${template}"`);
        expect(outcome.diagnostics).toEqual([]);
        expect(JSON.parse(outcome.json)).toBe(`|${parts.map(([constant, value]) => `${constant}|${String(value)}`).join("")}`.normalize("NFC"));
      }),
      { numRuns },
    );
  });

  test("P04: among locals that refer to each other, exactly those on a cycle, or behind one, have no value", () => {
    const size = 6;
    fc.assert(
      fc.property(fc.array(fc.uniqueArray(fc.nat({ max: size - 1 }), { maxLength: 2 }), { minLength: size, maxLength: size }), (edges) => {
        const { scope, diagnostics } = scopeOf(`locals {\n${edges.map((targets, index) => `  l${index} = [${targets.map((target) => `local.l${target}`).join(", ")}]`).join("\n")}\n}`);
        const stuck = new Set<number>();
        for (let round = 0; round < size; round++) for (let node = 0; node < size; node++) if (!free(node, new Set())) stuck.add(node);
        function free(node: number, above: ReadonlySet<number>): boolean {
          if (above.has(node)) return false;
          return (edges[node] as readonly number[]).every((target) => free(target, new Set([...above, node])));
        }
        for (let node = 0; node < size; node++) expect([node, evaluateIn(scope, `local.l${node}`).json === ""]).toEqual([node, stuck.has(node)]);
        expect(diagnostics.length > 0).toBe(stuck.size > 0);
        for (const { code } of diagnostics) expect(code).toBe("FLY054");
      }),
      { numRuns },
    );
  });

  test("P04: numbers are exact: integers as bigints calculate, decimals as texts read", () => {
    const integer = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
    fc.assert(
      fc.property(integer, integer, fc.constantFrom("+", "-", "*"), (a, b, operator) => {
        const expected = operator === "+" ? a + b : operator === "-" ? a - b : a * b;
        expect(evaluateIn(scopeOf(`locals {\n  a = ${a}\n  b = ${b}\n}`).scope, `local.a ${operator} local.b`).json).toBe(String(expected));
      }),
      { numRuns },
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[1-9]\d{0,30}\.\d{0,30}[1-9]$/), (decimal) => {
        expect(String(parseNumber(decimal))).toBe(decimal);
        const number = parseNumber(decimal);
        expect(number instanceof BigFloat && number.toDouble()).toBe(Number(decimal));
      }),
      { numRuns },
    );
  });
});
