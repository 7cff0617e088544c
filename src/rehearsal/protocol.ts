/**
 * The part of the plugin protocol, version 6, that engines use with a provider like ours: the messages
 * of gRPC service `tfplugin6.Provider` with their field numbers, as published beside OpenTofu
 * (`docs/plugin-protocol/`, 6.9). Fields that we neither read nor write are left out.
 */
import { bool, bytes, enumeration, type Fields, inOneof, int64, many, manyOf, mapOf, message, type MessageOf, type MessageType, one, oneOf, string } from "./protobuf";

export const SERVICE = "tfplugin6.Provider";
export const PROTOCOL_VERSION = 6;

/** A value of the engine's language: MessagePack, or JSON where a raw state is answered as it came. */
export const dynamicValue = message({ msgpack: bytes(1), json: bytes(2) });

export const SEVERITY = { error: 1, warning: 2 } as const;
const step = message({ attributeName: inOneof(string(1)), elementKeyString: inOneof(string(2)), elementKeyInt: inOneof(int64(3)) });
export const attributePath = message({ steps: many(1, step) });
export const diagnostic = message({ severity: enumeration(1), summary: string(2), detail: string(3), attribute: one(4, attributePath) });

export type AttributePath = MessageOf<typeof attributePath>;
export type ProtocolDiagnostic = MessageOf<typeof diagnostic>;

/** The same numbers for nested blocks and for nested attribute types; `group` is for blocks only. */
export const NESTING = { single: 1, list: 2, set: 3, map: 4, group: 5 } as const;

/** `type` is the type's JSON form. */
export interface ProtocolAttribute {
  readonly name: string;
  readonly type?: Uint8Array;
  readonly nestedType?: { readonly attributes: readonly ProtocolAttribute[]; readonly nesting: number };
  readonly required?: boolean;
  readonly optional?: boolean;
  readonly computed?: boolean;
  readonly sensitive?: boolean;
  readonly deprecated?: boolean;
  readonly writeOnly?: boolean;
}

export interface ProtocolBlock {
  readonly attributes: readonly ProtocolAttribute[];
  readonly blockTypes: readonly { readonly typeName: string; readonly block: ProtocolBlock; readonly nesting: number; readonly minItems?: number; readonly maxItems?: number }[];
}

const nestedType = message({ attributes: manyOf<ProtocolAttribute>(1, () => attribute), nesting: enumeration(3) });
const attribute: MessageType<Fields> = message({
  name: string(1),
  type: bytes(2),
  required: bool(4),
  optional: bool(5),
  computed: bool(6),
  sensitive: bool(7),
  deprecated: bool(9),
  nestedType: oneOf<ProtocolAttribute["nestedType"]>(10, () => nestedType),
  writeOnly: bool(11),
});
const nestedBlock = message({ typeName: string(1), block: oneOf<ProtocolBlock>(2, () => block), nesting: enumeration(3), minItems: int64(4), maxItems: int64(5) });
const block: MessageType<Fields> = message({ attributes: manyOf<ProtocolAttribute>(2, () => attribute), blockTypes: manyOf<ProtocolBlock["blockTypes"][number]>(3, () => nestedBlock) });
export const schema = message({ version: int64(1), block: oneOf<ProtocolBlock>(2, () => block) });

const capabilities = message({ planDestroy: bool(1), getProviderSchemaOptional: bool(2) });
const empty = message({});
const configOnly = message({ config: one(1, dynamicValue) });
const typedConfig = message({ typeName: string(1), config: one(2, dynamicValue) });
const diagnosticsOnly = message({ diagnostics: many(1, diagnostic) });

/** Request and answer of each method, by the method's name. */
export const METHODS = {
  GetProviderSchema: {
    request: empty,
    response: message({ provider: one(1, schema), resourceSchemas: mapOf(2, schema), dataSourceSchemas: mapOf(3, schema), diagnostics: many(4, diagnostic), serverCapabilities: one(6, capabilities) }),
  },
  ValidateProviderConfig: { request: configOnly, response: message({ diagnostics: many(2, diagnostic) }) },
  ValidateResourceConfig: { request: typedConfig, response: diagnosticsOnly },
  ValidateDataResourceConfig: { request: typedConfig, response: diagnosticsOnly },
  ConfigureProvider: { request: message({ engineVersion: string(1), config: one(2, dynamicValue) }), response: diagnosticsOnly },
  UpgradeResourceState: {
    request: message({ typeName: string(1), version: int64(2), rawState: one(3, message({ json: bytes(1) })) }),
    response: message({ upgradedState: one(1, dynamicValue), diagnostics: many(2, diagnostic) }),
  },
  ReadResource: {
    request: message({ typeName: string(1), currentState: one(2, dynamicValue), private: bytes(3) }),
    response: message({ newState: one(1, dynamicValue), diagnostics: many(2, diagnostic), private: bytes(3) }),
  },
  PlanResourceChange: {
    request: message({ typeName: string(1), priorState: one(2, dynamicValue), proposedNewState: one(3, dynamicValue), config: one(4, dynamicValue), priorPrivate: bytes(5) }),
    response: message({ plannedState: one(1, dynamicValue), requiresReplace: many(2, attributePath), plannedPrivate: bytes(3), diagnostics: many(4, diagnostic) }),
  },
  ApplyResourceChange: {
    request: message({ typeName: string(1), priorState: one(2, dynamicValue), plannedState: one(3, dynamicValue), config: one(4, dynamicValue), plannedPrivate: bytes(5) }),
    response: message({ newState: one(1, dynamicValue), private: bytes(2), diagnostics: many(3, diagnostic) }),
  },
  ImportResourceState: {
    request: message({ typeName: string(1), id: string(2) }),
    response: message({ importedResources: many(1, message({ typeName: string(1), state: one(2, dynamicValue), private: bytes(3) })), diagnostics: many(2, diagnostic) }),
  },
  ReadDataSource: { request: typedConfig, response: message({ state: one(1, dynamicValue), diagnostics: many(2, diagnostic) }) },
  StopProvider: { request: empty, response: message({ error: string(1) }) },
} as const;

export type Method = keyof typeof METHODS;
export type RequestOf<M extends Method> = MessageOf<(typeof METHODS)[M]["request"]>;
export type ResponseOf<M extends Method> = MessageOf<(typeof METHODS)[M]["response"]>;
