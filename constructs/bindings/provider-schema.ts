/** A provider's schema, in the shape of `providers schema -json`: names, types and flags, no prose. */
export interface ProviderSchema {
  /** Address in the registry: `hashicorp/aws`. */
  readonly provider: string;
  readonly version: string;
  readonly format_version: string;
  readonly provider_schema: Schema;
  readonly resource_schemas: Readonly<Record<string, Schema>>;
  readonly data_source_schemas: Readonly<Record<string, Schema>>;
}

export interface Schema {
  readonly version: number;
  readonly block: BlockSchema;
}

export interface BlockSchema {
  readonly attributes?: Readonly<Record<string, AttributeSchema>>;
  readonly block_types?: Readonly<Record<string, BlockTypeSchema>>;
}

export interface AttributeSchema {
  readonly type?: AttributeType;
  /** In place of `type`: an attribute that holds objects, whose keys have flags of their own. */
  readonly nested_type?: NestedType;
  readonly required?: boolean;
  readonly optional?: boolean;
  readonly computed?: boolean;
  readonly sensitive?: boolean;
  readonly write_only?: boolean;
  readonly deprecated?: boolean;
}

export interface NestedType {
  readonly nesting_mode: "single" | "list" | "set" | "map";
  readonly attributes: Readonly<Record<string, AttributeSchema>>;
}

export interface BlockTypeSchema {
  readonly nesting_mode: "single" | "group" | "list" | "set" | "map";
  readonly min_items?: number;
  readonly max_items?: number;
  readonly block: BlockSchema;
}

/** The engine's own notation of types. */
export type AttributeType = "string" | "number" | "bool" | "dynamic" | readonly ["list" | "set" | "map", AttributeType] | readonly ["object", Readonly<Record<string, AttributeType>>];
