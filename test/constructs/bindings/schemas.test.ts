import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { AttributeSchema, BlockSchema, ProviderSchema } from "../../../constructs/bindings/provider-schema";
import { SCHEMA_NAMES, loadSchema } from "../../../constructs/bindings/schemas";
import { cutSchema, schemaText } from "../../../tools/cut-schemas";
import { MARKER, generateProvider } from "../../../tools/generate-bindings";
import { SELECTION } from "../../../tools/schema-selection";

const folder = join(__dirname, "../../../constructs/bindings");

describe.each(SCHEMA_NAMES)("%s", (name) => {
  test("the schema file is what the cut writes, and holds what is selected and nothing else", () => {
    const text = readFileSync(join(folder, `schemas/${name}.json`), "utf8");
    expect(schemaText(cutSchema(name, JSON.parse(text) as ProviderSchema, SELECTION[name]))).toBe(text);
  });

  test("the classes are what `npx projen generate:bindings` writes", () => {
    const files = generateProvider(name, loadSchema(name));
    expect(readdirSync(join(folder, name)).sort()).toEqual(files.map((file) => `${file.name}.ts`).sort());
    for (const file of files) expect({ file: file.name, text: readFileSync(join(folder, name, `${file.name}.ts`), "utf8") }).toEqual({ file: file.name, text: file.text });
  });

  test("there is no prose", () => {
    const flags = new Set(["type", "nested_type", "required", "optional", "computed", "sensitive", "write_only", "deprecated"]);
    const unknown = attributesOf(loadSchema(name)).flatMap(({ path, attribute }) => Object.keys(attribute).flatMap((key) => (flags.has(key) ? [] : [`${path}: ${key}`])));
    expect(unknown).toEqual([]);
  });

  test("what the provider calls write-only by its name (…_wo) is flagged so", () => {
    const arguments_ = attributesOf(loadSchema(name)).filter(({ path, attribute }) => path.endsWith("_wo") && (attribute.optional || attribute.required));
    expect(arguments_.filter(({ attribute }) => !attribute.write_only).map(({ path }) => path)).toEqual([]);
  });
});

function attributesOf(schema: ProviderSchema): readonly { readonly path: string; readonly attribute: AttributeSchema }[] {
  const inBlock = (path: string, { attributes = {}, block_types: blocks = {} }: BlockSchema): { path: string; attribute: AttributeSchema }[] => [
    ...Object.entries(attributes).map(([key, attribute]) => ({ path: `${path}.${key}`, attribute })),
    ...Object.entries(blocks).flatMap(([key, { block }]) => inBlock(`${path}.${key}`, block)),
  ];
  return [
    ...inBlock("provider", schema.provider_schema.block),
    ...Object.entries(schema.resource_schemas).flatMap(([type, { block }]) => inBlock(type, block)),
    ...Object.entries(schema.data_source_schemas).flatMap(([type, { block }]) => inBlock(`data.${type}`, block)),
  ];
}

/** A provider with one resource of our choice. */
function provider(block: BlockSchema, more: Partial<ProviderSchema> = {}): ProviderSchema {
  return { provider: "acme/acme", version: "1.2.3", format_version: "1.0", provider_schema: { version: 0, block: {} }, resource_schemas: { acme_thing: { version: 0, block } }, data_source_schemas: {}, ...more };
}

describe("the cut", () => {
  const nothing = { resources: ["thing"], dataSources: [], sensitive: [], writeOnly: [] };

  test("is sorted, drops prose and false flags, and keeps types and limits", () => {
    const described = { type: "string", description: "Prose.", description_kind: "plain", required: true, computed: false } as AttributeSchema;
    const wide = provider({ attributes: { b: described, a: { type: ["map", "string"], optional: true } }, block_types: { rule: { nesting_mode: "list", min_items: 0, max_items: 3, block: {} } } });
    const { block } = cutSchema("acme", wide, nothing).resource_schemas["acme_thing"] ?? {};
    expect(JSON.stringify(block)).toBe(
      JSON.stringify({ attributes: { a: { type: ["map", "string"], optional: true }, b: { type: "string", required: true } }, block_types: { rule: { nesting_mode: "list", max_items: 3, block: {} } } }),
    );
  });

  test("adds the flags that the wider file has not", () => {
    const wide = provider({ attributes: { key: { type: "string", optional: true } } });
    const cut = cutSchema("acme", wide, { ...nothing, sensitive: ["acme_thing.key"], writeOnly: ["acme_thing.key"] });
    expect(cut.resource_schemas["acme_thing"]?.block.attributes?.["key"]).toEqual({ type: "string", optional: true, sensitive: true, write_only: true });
  });

  test("names everything that the wider file doesn't have", () => {
    expect(() => cutSchema("acme", provider({}), { ...nothing, resources: ["thing", "other"], dataSources: ["last"] })).toThrow("The schema of acme/acme 1.2.3 has no acme_other, data.acme_last.");
  });

  test("is written with one attribute per line", () => {
    const text = schemaText(provider({ attributes: { a: { type: "string", optional: true }, type: { type: ["list", ["object", { x: "string" }]], computed: true } } }));
    expect(text.split("\n").filter((line) => line.includes('"type":'))).toEqual([
      '     "a": {"type": "string", "optional": true},',
      '     "type": {"type": ["list", ["object", {"x": "string"}]], "computed": true}',
    ]);
    expect(JSON.parse(text)).toBeTruthy();
  });
});

describe("the generator", () => {
  const textOf = (block: BlockSchema): string => generateProvider("acme", provider(block)).find(({ name }) => name === "thing")?.text ?? "";

  test("a file for each type, the provider, its description, and an index", () => {
    const schema = provider({}, { data_source_schemas: { acme_thing: { version: 0, block: {} } } });
    const files = generateProvider("acme", schema);
    expect(files.map(({ name }) => name)).toEqual(["thing", "data-acme-thing", "provider", "description", "index"]);
    for (const { text } of files) expect(text.startsWith(MARKER)).toBe(true);
    expect(files.find(({ name }) => name === "index")?.text).toContain("export declare const DataAcmeThing");
  });

  test.each<[string, AttributeSchema, string, string]>([
    ["a required one", { type: "string", required: true }, "readonly myValue: string;", 'myValue: "s"'],
    ["an optional one", { type: "string", optional: true, computed: true }, "readonly myValue?: string;", 'myValue: "s"'],
    ["a number", { type: "number", optional: true }, "readonly myValue?: number | Expression;", 'myValue: "n"'],
    ["a boolean", { type: "bool", optional: true }, "readonly myValue?: boolean | Expression;", 'myValue: "b"'],
    ["a list", { type: ["list", "string"], optional: true }, "readonly myValue?: readonly string[] | Expression;", 'myValue: "Ls"'],
    ["a set of numbers", { type: ["set", "number"], optional: true }, "readonly myValue?: readonly number[] | Expression;", 'myValue: "Sn"'],
    ["a map", { type: ["map", "string"], optional: true }, "readonly myValue?: Readonly<Record<string, string>> | Expression;", 'myValue: "Ms"'],
    ["a list of maps", { type: ["list", ["map", "bool"]], optional: true }, "readonly myValue?: readonly Readonly<Record<string, boolean>>[] | Expression;", 'myValue: "LMb"'],
    ["a sensitive one", { type: "string", optional: true, sensitive: true }, "/** Sensitive. */\n  readonly myValue?: string;", 'myValue: "s"'],
    ["a write-only one", { type: "string", optional: true, write_only: true }, "/** Write-only: it is in no state. */\n  readonly myValue?: string;", 'myValue: "s^"'],
    ["one that the provider fills", { type: "string", computed: true }, "export interface ThingComputed {\n  readonly myValue: string;", 'myValue: "s!"'],
    ["objects with all their keys", { type: ["set", ["object", { from_port: "number" }]], optional: true }, "readonly myValue?: readonly ThingMyValue[] | Expression;", 'myValue: ["@S0", { fromPort: "n" }]'],
    ["objects that the provider fills", { type: ["list", ["object", { a: "string" }]], computed: true }, "readonly myValue: readonly ThingMyValue[];", 'myValue: ["@L!", { a: "s" }]'],
    ["a nested one", { nested_type: { nesting_mode: "single", attributes: { a: { type: "string", required: true } } }, optional: true }, "readonly myValue?: ThingMyValue | Expression;", 'myValue: ["@1", { a: "s" }]'],
  ])("attribute: %s", (_, attribute, type, field) => {
    const text = textOf({ attributes: { my_value: attribute } });
    expect(text).toContain(type);
    expect(text).toContain(`{ ${field} }`);
  });

  test.each<[string, NonNullable<BlockSchema["block_types"]>[string], string, string]>([
    ["one", { nesting_mode: "single", block: {} }, "readonly rule?: ThingRule | Blocks;", 'rule: ["1", {}]'],
    ["a list of at most one", { nesting_mode: "list", max_items: 1, block: {} }, "readonly rule?: ThingRule | Blocks;", 'rule: ["1L", {}]'],
    ["a required one", { nesting_mode: "list", min_items: 1, max_items: 1, block: {} }, "readonly rule: ThingRule | Blocks;", 'rule: ["1L", {}]'],
    ["a set", { nesting_mode: "set", block: {} }, "readonly rule?: readonly ThingRule[] | Blocks;", 'rule: ["S", {}]'],
    ["some", { nesting_mode: "list", min_items: 1, max_items: 3, block: {} }, "/** 1 to 3. */\n  readonly rule: readonly ThingRule[] | Blocks;", 'rule: ["L", {}]'],
    ["by key", { nesting_mode: "map", block: {} }, "readonly rule?: Readonly<Record<string, ThingRule>> | Blocks;", 'rule: ["M", {}]'],
  ])("block: %s", (_, block, type, field) => {
    const text = textOf({ block_types: { rule: block } });
    expect(text).toContain(type);
    expect(text).toContain(`{ ${field} }`);
  });

  test("a name that camelCase loses is kept in the table", () => {
    expect(textOf({ attributes: { sha_256: { type: "string", optional: true } } })).toContain('{ sha256: "s:sha_256" }');
  });

  test("the id of a resource is the provider's, the id of a data source may be asked for", () => {
    const id: BlockSchema = { attributes: { id: { type: "string", optional: true, computed: true } } };
    const [resource, data] = generateProvider("acme", provider(id, { data_source_schemas: { acme_thing: { version: 0, block: id } } }));
    expect(resource?.text).toContain('{ id: "s!" }');
    expect(data?.text).toContain('{ id: "s" }');
  });

  test("names that would hide something are refused", () => {
    expect(() => textOf({ attributes: { for_each: { type: "string", optional: true } } })).toThrow('acme_thing has "forEach", which is a member of every resource.');
    expect(() => textOf({ attributes: { a_1: { type: "string", optional: true }, a1: { type: "string", optional: true } } })).toThrow("acme_thing: two names become Thing.a1.");
  });
});
