import { join } from "node:path";
import type { AttributeSchema, BlockSchema, ProviderSchema } from "../../constructs/bindings/provider-schema";
import { folderWith } from "../support/folder";

const text: AttributeSchema = { type: "string", optional: true };
const computed: AttributeSchema = { type: "string", computed: true };
const either: AttributeSchema = { type: "string", optional: true, computed: true };
const item: BlockSchema = { attributes: { name: { type: "string", required: true }, mark: either, own: computed, tags: { type: ["set", "string"], optional: true, computed: true } } };
const nested = { name: { type: "string", required: true }, mark: either, own: computed } as const;

/** A schema with all that the protocol knows and the two clouds' schemas hardly use. */
const schema: ProviderSchema = {
  provider: "hashicorp/aws",
  version: "1.0.0",
  format_version: "1.0",
  provider_schema: { version: 0, block: { attributes: { region: text } } },
  resource_schemas: {
    aws_thing: {
      version: 3,
      block: {
        attributes: {
          id: computed,
          number: { type: "number", optional: true },
          flags: { type: ["list", "bool"], optional: true },
          words: { type: ["set", "string"], optional: true },
          matrix: { type: ["map", ["list", "number"]], optional: true },
          object: { type: ["object", { a: "string", b: ["set", "number"] }], optional: true },
          anything: { type: "dynamic", optional: true },
          found: { type: "dynamic", computed: true },
          numbers: { type: ["list", "number"], computed: true },
          objects: { type: ["list", ["object", { ip: "string", port: "number" }]], computed: true },
          secret: { type: "string", optional: true, sensitive: true },
          password_wo: { type: "string", optional: true, write_only: true },
          one: { nested_type: { nesting_mode: "single", attributes: { ...nested, name: either } }, optional: true, computed: true },
          many: { nested_type: { nesting_mode: "list", attributes: nested }, optional: true },
          each: { nested_type: { nesting_mode: "set", attributes: nested }, optional: true },
          keyed: { nested_type: { nesting_mode: "map", attributes: nested }, optional: true },
        },
        block_types: {
          single: { nesting_mode: "single", block: item },
          group: { nesting_mode: "group", block: { attributes: { name: text, own: computed } } },
          list: { nesting_mode: "list", block: { ...item, block_types: { inner: { nesting_mode: "set", block: item } } } },
          set: { nesting_mode: "set", block: { ...item, block_types: { inner: { nesting_mode: "set", block: item } } } },
          map: { nesting_mode: "map", block: item },
        },
      },
    },
  },
  data_source_schemas: {},
};

export function exoticSchemaFile(): string {
  return join(folderWith({ "aws.json": JSON.stringify(schema) }), "aws.json");
}
