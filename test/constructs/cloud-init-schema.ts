/**
 * The published schema of cloud-init's configuration (`schema-cloud-config-v1.json`, cloud-init 25), cut to the
 * modules that machines use: structure only. A key that is not here is unknown, as cloud-init's own check says.
 */
interface Schema {
  readonly type?: "object" | "array" | "string" | "boolean" | "null";
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly minItems?: number;
  readonly minProperties?: number;
}

const text: Schema = { type: "string" };
const flag: Schema = { type: "boolean" };

const CLOUD_CONFIG: Schema = {
  type: "object",
  properties: {
    apt: { type: "object", minProperties: 1, properties: { preserve_sources_list: flag, proxy: text, http_proxy: text, https_proxy: text, ftp_proxy: text, conf: text, sources_list: text } },
    ca_certs: { type: "object", minProperties: 1, properties: { remove_defaults: flag, trusted: { type: "array", items: text, minItems: 1 } } },
    write_files: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        required: ["path"],
        properties: {
          path: text,
          content: text,
          owner: text,
          permissions: text,
          encoding: { type: "string", enum: ["gz", "gzip", "gz+base64", "gzip+base64", "gz+b64", "gzip+b64", "b64", "base64", "text/plain"] },
          append: flag,
          defer: flag,
        },
      },
    },
    runcmd: { type: "array", minItems: 1, items: { oneOf: [{ type: "array", items: text }, text, { type: "null" }] } },
    packages: { type: "array", minItems: 1, items: { oneOf: [text, { type: "array", items: text }] } },
    package_update: flag,
  },
};

/** All that cloud-init would find wrong with a configuration. */
export function cloudConfigProblems(configuration: unknown): readonly string[] {
  return problems("", CLOUD_CONFIG, configuration);
}

function problems(path: string, schema: Schema, value: unknown): readonly string[] {
  if (schema.oneOf) return schema.oneOf.filter((each) => problems(path, each, value).length === 0).length === 1 ? [] : [`${path} is none of the forms that it may have`];
  const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  if (schema.type !== undefined && type !== schema.type) return [`${path} is ${type} and not ${schema.type}`];
  const found = schema.enum && !schema.enum.includes(value) ? [`${path} is ${String(value)}`] : [];
  if (Array.isArray(value)) {
    if (value.length < (schema.minItems ?? 0)) found.push(`${path} is too short`);
    return [...found, ...value.flatMap((item, index) => problems(`${path}[${index}]`, schema.items ?? {}, item))];
  }
  if (type !== "object") return found;
  const record = value as Readonly<Record<string, unknown>>;
  if (Object.keys(record).length < (schema.minProperties ?? 0)) found.push(`${path} is empty`);
  for (const key of schema.required ?? []) if (!(key in record)) found.push(`${path} lacks ${key}`);
  return [...found, ...Object.entries(record).flatMap(([key, item]) => (schema.properties?.[key] ? problems(`${path}.${key}`, schema.properties[key], item) : [`${path} has no ${key}`]))];
}
