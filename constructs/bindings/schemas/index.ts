import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ProviderSchema } from "../provider-schema";

/** Providers whose schemas the package holds. */
export const SCHEMA_NAMES = ["aws", "yandex"] as const;
export type SchemaName = (typeof SCHEMA_NAMES)[number];

const loaded = new Map<SchemaName, ProviderSchema>();

/** A provider's schema, cut to what Gosling uses. It is read when it is first asked for. */
export function loadSchema(name: SchemaName): ProviderSchema {
  let schema = loaded.get(name);
  if (!schema) {
    schema = JSON.parse(readFileSync(join(__dirname, `${name}.json`), "utf8")) as ProviderSchema;
    loaded.set(name, schema);
  }
  return schema;
}
