import type { AttributeSchema, AttributeType, BlockSchema, BlockTypeSchema, NestedType, ProviderSchema } from "./provider-schema";
import { SCHEMA_NAMES, loadSchema } from "./schemas";

/** Something in a synthesized stack that the provider would refuse, or that its schema doesn't have. */
export interface SchemaProblem {
  readonly kind: "unknown type" | "unknown attribute" | "missing attribute" | "missing block" | "too many blocks" | "computed attribute" | "wrong type" | "wrong nesting";
  /** Place in the stack: `aws_instance.runner.root_block_device[0].volume_size`. */
  readonly place: string;
  /** Path of the construct that it came from, where the stack tells it. */
  readonly construct?: string;
  readonly message: string;
}

/** The form in which a stack is synthesized (`cdk.tf.json`), as far as it is checked. */
export interface SynthesizedStack {
  readonly resource?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly data?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly provider?: Readonly<Record<string, unknown>>;
}

/** Arguments that the engine itself takes, not the provider. */
const META_ARGUMENTS = new Set(["//", "count", "for_each", "depends_on", "provider", "lifecycle"]);
const RESOURCE_META_ARGUMENTS = new Set([...META_ARGUMENTS, "provisioner", "connection"]);
/** Types that need no provider's schema. */
const BUILT_IN = new Set(["terraform_data", "terraform_remote_state"]);

/**
 * Checks each resource, data source and provider configuration of a synthesized stack against the
 * providers' schemas, without an engine. Expressions (`${…}`) fit every type.
 *
 * @param schemas Default: all that the package holds. Resources of other providers are left alone.
 * @returns All problems, in the order of the stack.
 */
export function checkStack(stack: SynthesizedStack, schemas: readonly ProviderSchema[] = SCHEMA_NAMES.map(loadSchema)): readonly SchemaProblem[] {
  const known = new Map(schemas.map((schema) => [schema.provider.slice(schema.provider.indexOf("/") + 1), schema]));
  const problems: SchemaProblem[] = [];
  for (const [section, pick] of [
    ["resource", (schema: ProviderSchema) => schema.resource_schemas],
    ["data", (schema: ProviderSchema) => schema.data_source_schemas],
  ] as const) {
    for (const [type, bodies] of Object.entries(stack[section] ?? {})) {
      const schema = known.get(type.slice(0, type.indexOf("_")));
      if (!schema || BUILT_IN.has(type)) continue;
      const block = pick(schema)[type]?.block;
      for (const [name, body] of Object.entries(bodies)) {
        const place = `${section === "data" ? "data." : ""}${type}.${name}`;
        const check = new BlockCheck(problems, constructOf(body));
        if (!block) check.report("unknown type", place, `there is no ${section === "data" ? "data source" : "resource"} "${type}" in our schema of ${schema.provider} ${schema.version}`);
        else check.block(place, block, body, section === "data" ? META_ARGUMENTS : RESOURCE_META_ARGUMENTS, section === "resource");
      }
    }
  }
  for (const [name, configurations] of Object.entries(stack.provider ?? {})) {
    const schema = known.get(name);
    const each = Array.isArray(configurations) ? configurations : [configurations];
    each.forEach((body, index) => {
      if (schema) new BlockCheck(problems, undefined).block(`provider.${name}[${index}]`, schema.provider_schema.block, body, PROVIDER_META_ARGUMENTS);
    });
  }
  return problems;
}

const PROVIDER_META_ARGUMENTS = new Set(["//", "alias"]);

/** A problem as one line. */
export function problemText({ place, construct, message }: SchemaProblem): string {
  return `${place}${construct === undefined ? "" : ` (${construct})`}: ${message}`;
}

type Body = Readonly<Record<string, unknown>>;

class BlockCheck {
  constructor(
    private readonly problems: SchemaProblem[],
    private readonly construct: string | undefined,
  ) {}

  report(kind: SchemaProblem["kind"], place: string, message: string): void {
    this.problems.push({ kind, place, ...(this.construct !== undefined && { construct: this.construct }), message });
  }

  block(place: string, schema: BlockSchema, body: unknown, meta: ReadonlySet<string>, isResource = false): void {
    if (!isObject(body)) return this.report("wrong nesting", place, `a block is wanted, not ${describe(body)}`);
    const { attributes = {}, block_types: blocks = {} } = schema;
    const dynamic = this.dynamicBlocks(place, blocks, body["dynamic"]);
    for (const [name, value] of Object.entries(body)) {
      if (meta.has(name) || (name === "dynamic" && dynamic)) continue;
      const [attribute, block] = [attributes[name], blocks[name]];
      if (attribute) this.attribute(`${place}.${name}`, attribute, value, isResource && name === "id");
      else if (block) this.blocks(`${place}.${name}`, block, value);
      else this.report("unknown attribute", `${place}.${name}`, `there is no "${name}" here`);
    }
    for (const [name, { required }] of Object.entries(attributes)) {
      if (required && isNothing(body[name])) this.report("missing attribute", `${place}.${name}`, `"${name}" is required`);
    }
    for (const [name, { min_items: least = 0, max_items: most = Infinity }] of Object.entries(blocks)) {
      if (dynamic?.has(name)) continue;
      const count = countOf(body[name]);
      if (count < least) this.report("missing block", `${place}.${name}`, `at least ${least} of "${name}" wanted, ${count} given`);
      if (count > most) this.report("too many blocks", `${place}.${name}`, `at most ${most} of "${name}" wanted, ${count} given`);
    }
  }

  /** `dynamic` holds blocks that the engine makes from a list. @returns Their names. */
  private dynamicBlocks(place: string, blocks: Readonly<Record<string, BlockTypeSchema>>, dynamic: unknown): ReadonlySet<string> | undefined {
    if (dynamic === undefined) return undefined;
    const entries = (Array.isArray(dynamic) ? dynamic : [dynamic]).flatMap((item: unknown) => (isObject(item) ? Object.entries(item) : []));
    for (const [name, value] of entries) {
      const block = blocks[name];
      if (!block) this.report("unknown attribute", `${place}.dynamic.${name}`, `there is no block "${name}" here`);
      else for (const item of Array.isArray(value) ? value : [value]) if (isObject(item)) this.block(`${place}.dynamic.${name}.content`, block.block, Array.isArray(item["content"]) ? item["content"][0] : item["content"], NONE);
    }
    return new Set(entries.map(([name]) => name));
  }

  private blocks(place: string, { nesting_mode: mode, block }: BlockTypeSchema, value: unknown): void {
    if (isNothing(value)) return;
    if (mode === "map") {
      if (!isObject(value)) return this.report("wrong nesting", place, `blocks by key are wanted, not ${describe(value)}`);
      for (const [key, body] of Object.entries(value)) this.block(`${place}[${JSON.stringify(key)}]`, block, body, NONE);
    } else if (!Array.isArray(value)) this.block(place, block, value, NONE);
    else if (mode === "single" || mode === "group") {
      if (value.length > 1) this.report("wrong nesting", place, `one block is wanted, not ${describe(value)}`);
      else if (value.length === 1) this.block(`${place}[0]`, block, value[0], NONE);
    } else value.forEach((body, index) => this.block(`${place}[${index}]`, block, body, NONE));
  }

  private attribute(place: string, schema: AttributeSchema, value: unknown, isResourceId: boolean): void {
    const { type, nested_type: nested, required, optional } = schema;
    if (isNothing(value)) return;
    if ((!required && !optional) || isResourceId) return this.report("computed attribute", place, "only the provider can set it");
    if (nested) this.nested(place, nested, value);
    else this.value(place, type ?? "dynamic", value);
  }

  private nested(place: string, { nesting_mode: mode, attributes }: NestedType, value: unknown): void {
    if (isExpression(value)) return;
    const one = (where: string, item: unknown): void => (isExpression(item) ? undefined : this.block(where, { attributes }, item, NONE));
    if (mode === "single") return one(place, value);
    if (mode === "map") {
      if (!isObject(value)) return this.report("wrong nesting", place, `objects by key are wanted, not ${describe(value)}`);
      return Object.entries(value).forEach(([key, item]) => one(`${place}[${JSON.stringify(key)}]`, item));
    }
    if (!Array.isArray(value)) return this.report("wrong nesting", place, `a ${mode} of objects is wanted, not ${describe(value)}`);
    value.forEach((item, index) => one(`${place}[${index}]`, item));
  }

  private value(place: string, type: AttributeType, value: unknown): void {
    if (isExpression(value) || isNothing(value) || type === "dynamic") return;
    if (typeof type === "string") {
      if (!fits(type, value)) this.report("wrong type", place, `${ARTICLES[type]} is wanted, not ${describe(value)}`);
    } else if (type[0] === "object") this.object(place, type[1], value);
    else if (type[0] === "map") {
      if (!isObject(value)) this.report("wrong type", place, `a map is wanted, not ${describe(value)}`);
      else for (const [key, item] of Object.entries(value)) this.value(`${place}[${JSON.stringify(key)}]`, type[1], item);
    } else if (!Array.isArray(value)) this.report("wrong type", place, `a ${type[0]} is wanted, not ${describe(value)}`);
    else value.forEach((item, index) => this.value(`${place}[${index}]`, type[1], item));
  }

  /** Every key of an object has to be there; `null` is a value, too. */
  private object(place: string, keys: Readonly<Record<string, AttributeType>>, value: unknown): void {
    if (!isObject(value)) return this.report("wrong type", place, `an object is wanted, not ${describe(value)}`);
    for (const [key, item] of Object.entries(value)) {
      const type = keys[key];
      if (type === undefined) this.report("unknown attribute", `${place}.${key}`, `there is no "${key}" here`);
      else this.value(`${place}.${key}`, type, item);
    }
    for (const key of Object.keys(keys)) if (!(key in value)) this.report("missing attribute", `${place}.${key}`, `"${key}" has to be given, null where there is nothing`);
  }
}

const NONE: ReadonlySet<string> = new Set(["//"]);
const ARTICLES = { string: "a string", number: "a number", bool: "true or false" };

/** The engine turns text into numbers and booleans, and those into text, where that loses nothing. */
function fits(type: "string" | "number" | "bool", value: unknown): boolean {
  switch (type) {
    case "string":
      return ["string", "number", "boolean"].includes(typeof value);
    case "number":
      return typeof value === "number" || (typeof value === "string" && /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value));
    case "bool":
      return typeof value === "boolean" || value === "true" || value === "false";
  }
}

/** One template and nothing else: its type is known to the engine only. */
function isExpression(value: unknown): boolean {
  return typeof value === "string" && /^\$\{[^]*\}$/.test(value);
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}

function isObject(value: unknown): value is Body {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function countOf(blocks: unknown): number {
  return isNothing(blocks) ? 0 : Array.isArray(blocks) ? blocks.length : 1;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return { string: "a string", number: "a number", boolean: "true or false", object: value === null ? "nothing" : "an object" }[typeof value as "string"] ?? typeof value;
}

function constructOf(body: unknown): string | undefined {
  const metadata = isObject(body) && isObject(body["//"]) ? body["//"]["metadata"] : undefined;
  return isObject(metadata) && typeof metadata["path"] === "string" ? metadata["path"] : undefined;
}
