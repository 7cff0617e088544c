import { readFileSync } from "node:fs";
import type { AttributeSchema, BlockSchema, BlockTypeSchema, ProviderSchema, Schema } from "../../constructs/bindings/provider-schema";
import { encodeMessage } from "./protobuf";
import { METHODS, NESTING, type ProtocolAttribute, type ProtocolBlock } from "./protocol";

export type { ProviderSchema, Schema } from "../../constructs/bindings/provider-schema";
/** Has either a `type` or a `nested_type`. */
export type Attribute = AttributeSchema;
export type Block = BlockSchema;
export type NestedBlock = BlockTypeSchema;

/** Reads a schema file. */
export function readSchema(file: string): ProviderSchema {
  return JSON.parse(readFileSync(file, "utf8")) as ProviderSchema;
}

/** Whether nobody but the provider gives this attribute a value. */
export function isReadOnly({ required, optional, computed }: Attribute): boolean {
  return computed === true && required !== true && optional !== true;
}

/**
 * Whether the value is used once and never remembered. Not every schema file says so; the providers name
 * such attributes `…_wo` without exception.
 */
export function isWriteOnly(name: string, attribute: Attribute): boolean {
  return attribute.write_only ?? name.endsWith("_wo");
}

const encoded = new WeakMap<ProviderSchema, Uint8Array>();

/** The whole answer to `GetProviderSchema`; encoded when it is first asked for. */
export function encodedSchema(schema: ProviderSchema): Uint8Array {
  let bytes = encoded.get(schema);
  if (!bytes) {
    bytes = encodeSchema(schema);
    encoded.set(schema, bytes);
  }
  return bytes;
}

function encodeSchema(schema: ProviderSchema): Buffer {
  const toProtocol = ({ version, block }: Schema, managed: boolean) => ({ version, block: toBlock(block, managed) });
  const all = (schemas: ProviderSchema["resource_schemas"], managed: boolean) => Object.fromEntries(Object.entries(schemas).map(([type, each]) => [type, toProtocol(each, managed)]));
  return encodeMessage(METHODS.GetProviderSchema.response, {
    provider: toProtocol(schema.provider_schema, false),
    resourceSchemas: all(schema.resource_schemas, true),
    dataSourceSchemas: all(schema.data_source_schemas, false),
    // The engine asks once per process, however many instances of the provider it talks to.
    serverCapabilities: { getProviderSchemaOptional: true },
  });
}

function toBlock({ attributes = {}, block_types = {} }: Block, managed: boolean): ProtocolBlock {
  return {
    attributes: toAttributes(attributes, managed),
    blockTypes: Object.entries(block_types).map(([typeName, { nesting_mode, block, min_items = 0, max_items = 0 }]) => ({
      typeName,
      block: toBlock(block, managed),
      nesting: NESTING[nesting_mode],
      minItems: min_items,
      maxItems: max_items,
    })),
  };
}

function toAttributes(attributes: Readonly<Record<string, Attribute>>, managed: boolean): readonly ProtocolAttribute[] {
  return Object.entries(attributes).map(([name, attribute]) => {
    const { type, nested_type: nested, required, optional, computed, sensitive, deprecated } = attribute;
    return {
      name,
      ...(type !== undefined && { type: Buffer.from(JSON.stringify(type)) }),
      ...(nested && { nestedType: { attributes: toAttributes(nested.attributes, managed), nesting: NESTING[nested.nesting_mode] } }),
      required: required === true,
      optional: optional === true,
      computed: computed === true,
      sensitive: sensitive === true,
      deprecated: deprecated === true,
      writeOnly: managed && isWriteOnly(name, attribute),
    };
  });
}
