/**
 * Cuts a provider's schema down to the types that we have classes for (schema-selection.ts), sorted, one
 * attribute per line.
 *
 *   npx projen schemas:cut PROVIDER FILE
 *
 * FILE is a wider schema file: one provider, in the shape of {@link ProviderSchema}. The cut goes to
 * constructs/bindings/schemas/PROVIDER.json.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AttributeSchema, BlockSchema, NestedType, ProviderSchema, Schema } from "../constructs/bindings/provider-schema";
import { SELECTION, type Selection } from "./schema-selection";

type ProviderName = keyof typeof SELECTION;

/**
 * The part of a schema that is selected, without prose.
 *
 * @throws Error that names all selected types that the schema doesn't have.
 */
export function cutSchema(name: string, wide: ProviderSchema, selection: Selection): ProviderSchema {
  const missing: string[] = [];
  const pick = (schemas: Readonly<Record<string, Schema>>, types: readonly string[], prefix: string): Record<string, Schema> =>
    Object.fromEntries(
      types
        .map((type) => `${name}_${type}`)
        .sort()
        .flatMap((type) => {
          const schema = schemas[type];
          if (!schema) missing.push(prefix + type);
          return schema ? [[type, { version: schema.version ?? 0, block: cutBlock(prefix + type, schema.block, selection) }]] : [];
        }),
    );
  const cut: ProviderSchema = {
    provider: wide.provider,
    version: wide.version,
    format_version: wide.format_version,
    provider_schema: { version: wide.provider_schema.version ?? 0, block: cutBlock(name, wide.provider_schema.block, selection) },
    resource_schemas: pick(wide.resource_schemas, selection.resources, ""),
    data_source_schemas: pick(wide.data_source_schemas, selection.dataSources, "data."),
  };
  if (missing.length > 0) throw new Error(`The schema of ${wide.provider} ${wide.version} has no ${missing.join(", ")}.`);
  return cut;
}

function cutBlock(path: string, block: BlockSchema, selection: Selection): BlockSchema {
  const blocks = sorted(block.block_types ?? {});
  return {
    ...(block.attributes && { attributes: cutAttributes(path, block.attributes, selection) }),
    ...(blocks.length > 0 && {
      block_types: Object.fromEntries(
        blocks.map(([name, { nesting_mode, min_items, max_items, block: inner }]) => [
          name,
          { nesting_mode, ...(min_items && { min_items }), ...(max_items && { max_items }), block: cutBlock(`${path}.${name}`, inner, selection) },
        ]),
      ),
    }),
  };
}

function cutAttributes(path: string, attributes: NestedType["attributes"], selection: Selection): Record<string, AttributeSchema> {
  return Object.fromEntries(sorted(attributes).map(([name, attribute]) => [name, cutAttribute(`${path}.${name}`, attribute, selection)]));
}

function cutAttribute(path: string, attribute: AttributeSchema, selection: Selection): AttributeSchema {
  const { type, nested_type: nested } = attribute;
  return {
    ...(type !== undefined && { type }),
    ...(nested && { nested_type: { nesting_mode: nested.nesting_mode, attributes: cutAttributes(path, nested.attributes, selection) } }),
    ...(attribute.required && { required: true }),
    ...(attribute.optional && { optional: true }),
    ...(attribute.computed && { computed: true }),
    ...((attribute.sensitive || selection.sensitive.includes(path)) && { sensitive: true }),
    ...((attribute.write_only || selection.writeOnly.includes(path)) && { write_only: true }),
    ...(attribute.deprecated && { deprecated: true }),
  };
}

function sorted<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** JSON with one attribute per line, so that a provider's next version can be reviewed as a diff. */
export function schemaText(schema: ProviderSchema): string {
  return `${lines(schema, "")}\n`;
}

const LINE_WIDTH = 160;

function lines(value: unknown, indent: string): string {
  const short = oneLine(value);
  // An object without objects inside is a line of its own; so is any attribute, however long.
  if (typeof value !== "object" || value === null || Array.isArray(value) || isAttribute(value) || (isFlat(value) && short.length <= LINE_WIDTH)) return short;
  const inner = Object.entries(value).map(([key, item]) => `${indent} ${JSON.stringify(key)}: ${lines(item, `${indent} `)}`);
  return `{\n${inner.join(",\n")}\n${indent}}`;
}

function isAttribute(value: object): boolean {
  return "type" in value && (value as AttributeSchema).nested_type === undefined && (typeof value.type === "string" || Array.isArray(value.type));
}

function isFlat(value: object): boolean {
  return Object.values(value).every((item) => typeof item !== "object");
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${oneLine(item)}`)
    .join(", ")}}`;
}

function main([name, file]: readonly string[]): void {
  const selection = SELECTION[name as ProviderName];
  if (!selection || !file) throw new Error(`Usage: cut-schemas (${Object.keys(SELECTION).join(" | ")}) FILE`);
  const wide = JSON.parse(readFileSync(file, "utf8")) as ProviderSchema;
  writeFileSync(join(__dirname, `../constructs/bindings/schemas/${name}.json`), schemaText(cutSchema(name ?? "", wide, selection)));
}

if (require.main === module) main(process.argv.slice(2));
