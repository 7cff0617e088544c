import fc from "fast-check";
import { checkNest } from "../../src/nest/check-nest";
import { blocks } from "../../src/vocabulary/blocks";
import { describeType } from "../../src/vocabulary/describe-type";
import type { BlockSpec, ValueType } from "../../src/vocabulary/schema";
import { NEST } from "../support/nest-files";

const RUNS = { numRuns: Number(process.env["FC_RUNS"] ?? 100) };

/** Literals by the type that messages call them. */
const LITERALS = {
  string: fc.stringMatching(/^[a-z ]{0,8}$/).map((text) => JSON.stringify(text)),
  number: fc.oneof(fc.integer({ min: -9, max: 99 }), fc.constantFrom(0.5, 1e21)).map(String),
  bool: fc.boolean().map(String),
  list: fc.constantFrom("[]", "[true]", '["a", "b"]'),
  map: fc.constantFrom("{}", "{ a = 1 }"),
} as const;
type Found = keyof typeof LITERALS;

/** Kinds of literals that a type takes, at least in form. */
function accepted(type: ValueType): readonly Found[] {
  switch (type.kind) {
    case "bool":
      return ["bool"];
    case "integer":
    case "number":
    case "percent":
      return ["number"];
    case "size":
      return ["number", "string"];
    case "list":
      return ["list"];
    case "map":
      return ["map"];
    case "any":
      return ["string", "number", "bool", "list", "map"];
    default:
      return ["string"];
  }
}

interface Target {
  readonly path: readonly string[];
  readonly type: ValueType;
}

/** Every attribute of a block and of the blocks in it. */
function targets(spec: BlockSpec, path: readonly string[]): readonly Target[] {
  return [
    ...Object.entries(spec.attributes).map(([name, { type }]): Target => ({ path: [...path, name], type })),
    ...Object.entries(spec.blocks).flatMap(([name, block]) => targets(block, [...path, block.labels ? `${name} "x"` : name])),
  ];
}

const TARGETS = Object.entries(blocks)
  .flatMap(([name, spec]) => targets(spec, [(spec as BlockSpec).labels ? `${name} "x"` : name]))
  .filter(({ type }) => accepted(type).length < 5);

/** A value of a type that the target does not take: the whole value, or one item of a list or map. */
const mistake = fc.constantFrom(...TARGETS).chain(({ path, type }) => {
  const wrong = (expected: ValueType): fc.Arbitrary<{ readonly found: Found; readonly text: string; readonly expected: ValueType }> =>
    fc
      .constantFrom(...(Object.keys(LITERALS) as Found[]).filter((found) => !accepted(expected).includes(found)))
      .chain((found) => LITERALS[found].map((text) => ({ found, text, expected })));
  const whole = wrong(type).map((one) => ({ ...one, before: "", after: "" }));
  if (type.kind === "list" && type.of.kind !== "any") return fc.oneof(whole, wrong(type.of).map((one) => ({ ...one, before: "[", after: "]" }))).map((one) => ({ path, ...one }));
  if (type.kind === "map" && type.of.kind !== "any") return fc.oneof(whole, wrong(type.of).map((one) => ({ ...one, before: "{ A = ", after: " }" }))).map((one) => ({ path, ...one }));
  return whole.map((one) => ({ path, ...one }));
});

const FOLDERS: Readonly<Record<string, string>> = { egg: "Eggs/x/config.fly", eggsbucket: "Eggs/x/config.fly", job: "Jobs/x.fly", uglyfox: "UF/config.fly", mothergoose: "MG/config.fly", rift: "rifts.fly" };

test("P02: for every type error the diagnostic names the place, the expected and the found type", () => {
  fc.assert(
    fc.property(mistake, fc.constantFrom("", "# é🦆\n", "\r\n"), ({ path, before, text, after, found, expected }, lead) => {
      const opened = path.slice(0, -1).map((block) => `${block} {\n`).join("");
      const head = `${lead}${opened}  ${path.at(-1)} = ${before}`;
      const file = `${head}${text}${after}\n${"}\n".repeat(path.length - 1)}`;
      const name = FOLDERS[path[0]?.split(" ")[0] ?? ""] ?? "nest.fly";
      const files = [{ path: name, text: file }, ...(name === "nest.fly" ? [] : [{ path: "nest.fly", text: NEST }])];
      const { diagnostics } = checkNest({ files });
      const start = Buffer.byteLength(head);
      const told = diagnostics.filter(({ code, range }) => code === "FLY111" && range.start.byte === start && range.end.byte === start + Buffer.byteLength(text));
      expect(told).toHaveLength(1);
      expect(told[0]).toMatchObject({ severity: "error", file: name, range: { start: { line: head.split("\n").length, column: [...(head.split("\n").at(-1) ?? "")].length + 1 } } });
      expect(told[0]?.detail).toMatch(new RegExp(`^Expected ${describeType(expected).replace(/[()]/g, "\\$&")}, found ${found}[ .]`));
      // One mistake is told once.
      expect(diagnostics.filter(({ range }) => range.start.byte === start && range.end.byte === start + Buffer.byteLength(text))).toEqual(told);
    }),
    RUNS,
  );
});
