/**
 * Our AWS classes against `@cdktf/provider-aws`'s: the same configuration gives the same JSON, and the
 * same attribute the same reference. What is left out, and why: prebuilt-aws.ts.
 */
import * as fc from "fast-check";
import { snakeCase } from "../../../constructs/bindings/fields";
import { loadSchema } from "../../../constructs/bindings/schemas";
import { App, type TerraformElement, TerraformOutput, TerraformStack } from "../../../constructs/cdktf";
import { propertyName } from "../../../tools/generate-bindings";
import { LEFT_OUT, LEFT_OUT_REFERENCES, type Pair, pairs, theirProperty } from "./prebuilt-aws";
import { type Config, anyConfig, sampleConfig } from "./sample-config";

/** For each of some sixty classes. */
const RUNS = Number(process.env["FC_RUNS"] ?? 10);

describe.each(pairs())("$address", (pair) => {
  const { address, kind, schema } = pair;
  const top = kind === "provider" ? "nested" : kind;

  test("the smallest configuration", () => {
    const config = sampleConfig(schema.block, "minimal", top);
    expect(bodyOf(pair, "ours", config)).toEqual(bodyOf(pair, "theirs", config));
  });

  test("the largest configuration: nothing differs but what is listed", () => {
    const config = sampleConfig(schema.block, "full", top);
    const [ours, theirs] = [bodyOf(pair, "ours", config), bodyOf(pair, "theirs", config)];
    const leftOut = LEFT_OUT.filter((path) => path.startsWith(`${address}.`)).sort();
    expect(without(ours, leftOut, address)).toEqual(theirs);
    expect([...new Set(missing(ours, theirs, address))].sort()).toEqual(leftOut);
  });

  test("any configuration", () => {
    fc.assert(
      fc.property(anyConfig(schema.block, top), (any) => {
        const config = without(any, LEFT_OUT, address);
        expect(bodyOf(pair, "ours", config)).toEqual(bodyOf(pair, "theirs", config));
      }),
      { numRuns: RUNS },
    );
  });

  if (kind === "provider") return;
  test("the largest configuration, as HCL", () => {
    const config = without(sampleConfig(schema.block, "full", top), LEFT_OUT, address);
    expect(hclLines(pair, "ours", config)).toEqual(hclLines(pair, "theirs", config));
  });

  test("references", () => {
    const [ours, theirs] = [make(pair, "ours", {}), make(pair, "theirs", {})];
    const found = referencesOf(membersOf(ours), ours, theirs, address).filter(({ path }) => ![...LEFT_OUT, ...LEFT_OUT_REFERENCES].some((left) => schemaPath(path) === left || schemaPath(path).startsWith(`${left}.`)));
    expect(found.length).toBeGreaterThan(0);
    const [own, other] = [resolved(ours, found.map((reference) => reference.ours)), resolved(theirs, found.map((reference) => reference.theirs))];
    expect(found.flatMap(({ path }, index) => (same(own[index], corrected(other[index])) ? [] : [{ path, ours: own[index], theirs: other[index] }]))).toEqual([]);
  });
});

interface Reference {
  readonly path: string;
  readonly ours: unknown;
  readonly theirs: unknown;
}

/** What both give for each field that can be read, and for those inside. `members` is where our getters are. */
function referencesOf(members: object, ours: unknown, theirs: unknown, path: string): readonly Reference[] {
  return Object.entries(Object.getOwnPropertyDescriptors(members)).flatMap(([property, { get }]) => {
    if (!get || property === "terraformAddress") return [];
    const where = `${path}.${property}`;
    const [own, other] = [(ours as Config)[property], (theirs as Config)[theirProperty(property)]];
    if (other === undefined) return [{ path: where, ours: "a reference", theirs: "nothing" }];
    if (isBlockReference(own)) return referencesOf(own, own, other, where);
    if (isListReference(own)) return referencesOf(own.get(0), own.get(0), (other as typeof own).get(0), `${where}[0]`);
    return [{ path: where, ours: own, theirs: other }];
  });
}

/** The generated class has no members of its own; the getters are those of its parent. */
function membersOf(element: TerraformElement): object {
  return Object.getPrototypeOf(Object.getPrototypeOf(element)) as object;
}

/** References as the engine reads them. */
function resolved(element: TerraformElement, references: readonly unknown[]): readonly unknown[] {
  new TerraformOutput(element.cdktfStack, "references", { value: references });
  return (element.cdktfStack.toTerraform() as { output: { references: { value: readonly unknown[] } } }).output.references.value;
}

/** Below an element of a set, theirs writes `["metric[0].unit"]`, which the engine takes for one attribute's name. */
function corrected(reference: unknown): unknown {
  return JSON.parse(JSON.stringify(reference).replace(/\[\\"([^"\\]+)\\"\]/g, (_, path: string) => `.${path.replace(/\[(\d+)\]/g, ".$1")}`));
}

/** `aws_x.someBlock[0].itsName` → `aws_x.some_block.its_name` */
function schemaPath(path: string): string {
  return snakeCase(path.replace(/\[\d+\]/g, ""));
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A block's references are an object with getters and nothing else. */
function isBlockReference(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.getPrototypeOf(value) === Object.prototype && Object.keys(value).length === 0;
}

function isListReference(value: unknown): value is { get(index: number): object } {
  return typeof value === "object" && value !== null && Object.keys(value).join() === "get";
}

function make(pair: Pair, side: "ours" | "theirs", config: Config): TerraformElement {
  const stack = new TerraformStack(new App({ skipValidation: true, outdir: "unused" }), "stack");
  return new (pair.load()[side])(stack, "it", side === "ours" ? config : forPrebuilt(config));
}

/** What stands in the stack's JSON. */
function bodyOf(pair: Pair, side: "ours" | "theirs", config: Config): Config {
  const json = make(pair, side, config).cdktfStack.toTerraform() as Record<"resource" | "data", Record<string, Record<string, Config>>> & { readonly provider: Record<string, Config[]> };
  const { "//": _, ...body } = (pair.kind === "provider" ? json.provider[pair.type]?.[0] : json[pair.kind][pair.type]?.["it"]) ?? {};
  return body;
}

/** The stack as HCL; the order of a block's lines means nothing. */
function hclLines(pair: Pair, side: "ours" | "theirs", config: Config): readonly string[] {
  const { hcl } = make(pair, side, config).cdktfStack.toHclTerraform() as { hcl: string };
  return hcl.split("\n").map((line) => line.trim()).sort();
}

/** Our properties under their names, in all that is no map of the user's. */
function forPrebuilt(config: Config): Config {
  const rename = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(rename) : typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value).map(([key, item]) => [PROPERTIES.has(key) ? theirProperty(key) : key, rename(item)])) : value;
  return rename(config) as Config;
}

/** All properties of our classes; other keys are a user's. */
const PROPERTIES = new Set([...JSON.stringify(loadSchema("aws")).matchAll(/"(\w+)":/g)].map(([, name = ""]) => propertyName(name)));

/** The paths that are in ours and not in theirs; the positions in lists are left away. */
function missing(ours: unknown, theirs: unknown, path: string): string[] {
  if (theirs === undefined) return [path];
  if (typeof ours !== "object" || ours === null || typeof theirs !== "object" || theirs === null) return [];
  return Object.entries(ours).flatMap(([key, value]) => missing(value, (theirs as Config)[key], Array.isArray(ours) ? path : `${path}.${key}`));
}

/** Removes paths of the schema from a configuration, or from what became of it. */
function without<T>(value: T, paths: readonly string[], path: string): T {
  if (Array.isArray(value)) return value.map((item: unknown) => without(item, paths, path)) as T;
  if (typeof value !== "object" || value === null) return value;
  const inside = (key: string): string => `${path}.${snakeCase(key)}`;
  return Object.fromEntries(Object.entries(value).flatMap(([key, item]) => (paths.includes(inside(key)) ? [] : [[key, without(item as unknown, paths, inside(key))]]))) as T;
}
