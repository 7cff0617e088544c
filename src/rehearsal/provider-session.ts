import { fillUnknown } from "./apply";
import { ATTRIBUTE_RULES } from "./attribute-rules";
import { computedValues } from "./computed-values";
import { type DataSourceAnswers } from "./data-sources";
import { FORCE_NEW } from "./force-new";
import { type Connection, Unimplemented } from "./grpc-server";
import { type CloudPlace, DEFAULT_REGION, FOLDER, identify, NAMED_IN } from "./identifiers";
import { decodeValue, encodeValue } from "./message-pack";
import { planChange } from "./plan";
import { decodeMessage, encodeMessage, type Fields, type MessageOf, type MessageType } from "./protobuf";
import { type Method, METHODS, type ProtocolDiagnostic, type RequestOf, type ResponseOf, SEVERITY } from "./protocol";
import type { Block, ProviderSchema } from "./schema";
import { validateConfiguration } from "./validate";
import { isList, isRecord, member, UNKNOWN, type Value, type ValueRecord } from "./values";
import type { Operation, WorldAccess, WorldObject } from "./world";

/** What the sessions of one provider share. */
export interface ProviderHost {
  readonly cloud: "aws" | "yandex";
  readonly world: WorldAccess;
  readonly answers: DataSourceAnswers;
  schema(): ProviderSchema;
  /** The encoded answer to `GetProviderSchema`. */
  encodedSchema(): Uint8Array;
  /** Ends all sessions as a process that dies does. */
  crash(): void;
}

/** How often a provider tries again where the cloud refuses for the moment: the AWS provider's default. */
const MAX_RETRIES = 25;

type Handlers = { readonly [M in Method]?: (request: RequestOf<M>) => ResponseOf<M> | Promise<ResponseOf<M>> };
type Wire = { readonly msgpack?: Uint8Array; readonly json?: Uint8Array };

/**
 * One instance of the provider, as one configuration of it in one command of the engine: what it is
 * configured with is its own, the world is everybody's.
 */
export function openSession(host: ProviderHost): Connection {
  const { world, cloud } = host;
  let place: CloudPlace = { provider: cloud, region: DEFAULT_REGION[cloud], folder: FOLDER };
  let defaultTags: Value = {};
  let maxRetries = MAX_RETRIES;
  let stop: () => void = () => undefined;
  const stopped = new Promise<"stopped">((resolve) => (stop = () => resolve("stopped")));

  const blockOf = (type = "", kind: "resource_schemas" | "data_source_schemas" = "resource_schemas"): Block => {
    const schema = host.schema()[kind][type];
    if (!schema) throw new Error(`The schema has no ${type}`);
    return schema.block;
  };

  /** Meets the faults that wait for this operation. Answers with an error, or nothing where it may go on. */
  const face = async (operation: Operation, type: string, attributes: ValueRecord): Promise<Refusal | undefined> => {
    for (let attempt = 0; ; attempt++) {
      const struck = world.strike(operation, type, attributes);
      if (!struck) return undefined;
      const { fault } = struck;
      switch (fault.kind) {
        case "throttle":
          world.note({ event: "throttled", operation, type });
          if (attempt < maxRetries) continue;
          return { message: `Throttling: rate exceeded, ${attempt + 1} attempts`, leaves: "nothing" };
        case "fail":
          world.note({ event: "failed", operation, type });
          return { message: fault.message, leaves: fault.leaves ?? "nothing" };
        case "hang": {
          const how = await Promise.race([struck.released, stopped]);
          if (how !== "stopped") return undefined;
          world.note({ event: "cancelled", operation, type });
          return { message: "The operation was cancelled before the cloud had answered", leaves: "nothing" };
        }
        case "crash":
          return { message: "", leaves: fault.done ? "orphan" : "nothing", crash: true };
      }
    }
  };

  const refused = ({ crash, message }: Refusal, operation: Operation, type: string): readonly ProtocolDiagnostic[] => {
    if (crash) {
      host.crash();
      throw new Error("the provider has crashed");
    }
    return [problem(`Error in ${operation} of ${type}`, message)];
  };

  const create = async (type: string, planned: ValueRecord): Promise<ResponseOf<"ApplyResourceChange">> => {
    const refusal = await face("create", type, planned);
    if (refusal?.leaves === "nothing") return { newState: wire(null), diagnostics: refused(refusal, "create", type) };
    const number = world.nextNumber(type);
    const identity = identify(type, number, planned, place);
    if (identity.isUnique && world.find(type, identity.id)) {
      return { newState: wire(null), diagnostics: [problem(`Error in create of ${type}`, `${identity.id} already exists.`)] };
    }
    const network = NAMED_IN[type];
    if (network !== undefined && world.objects(type).some(({ attributes: other }) => other["name"] === planned["name"] && other[network] === planned[network] && other["region"] === place.region)) {
      return { newState: wire(null), diagnostics: [problem(`Error in create of ${type}`, `${identity.name} already exists for ${String(planned[network])}.`)] };
    }
    const attributes = fillUnknown(blockOf(type), planned, computedValues(identity, number, place, planned)) as ValueRecord;
    const object = world.create({ type, id: identity.id, attributes });
    applyEffects(world, object);
    if (refusal === undefined) return { newState: wire(attributes), private: keyBytes(object) };
    const diagnostics = refused(refusal, "create", type);
    return refusal.leaves === "object" ? { newState: wire(attributes), private: keyBytes(object), diagnostics } : { newState: wire(null), diagnostics };
  };

  const update = async (type: string, prior: ValueRecord, planned: ValueRecord, key: Uint8Array): Promise<ResponseOf<"ApplyResourceChange">> => {
    const refusal = await face("update", type, planned);
    const object = objectOf(world, type, key, prior);
    if (!object) return { newState: wire(prior), private: key, diagnostics: [problem(`Error in update of ${type}`, `${idOf(prior)} does not exist.`)] };
    if (refusal?.leaves === "nothing") return { newState: wire(prior), private: key, diagnostics: refused(refusal, "update", type) };
    const number = world.objects(type).indexOf(object) + 1;
    const attributes = fillUnknown(blockOf(type), planned, computedValues(identify(type, number, planned, place), number, place, planned)) as ValueRecord;
    world.update(object.key, attributes);
    applyEffects(world, { ...object, attributes });
    return { newState: wire(attributes), private: key, ...(refusal && { diagnostics: refused(refusal, "update", type) }) };
  };

  const remove = async (type: string, prior: ValueRecord, key: Uint8Array): Promise<ResponseOf<"ApplyResourceChange">> => {
    const refusal = await face("delete", type, prior);
    if (refusal?.leaves === "nothing") return { newState: wire(prior), private: key, diagnostics: refused(refusal, "delete", type) };
    const object = objectOf(world, type, key, prior);
    if (object) world.delete(object.key);
    return refusal ? { newState: wire(prior), private: key, diagnostics: refused(refusal, "delete", type) } : { newState: wire(null) };
  };

  const handlers: Handlers = {
    ValidateProviderConfig: () => ({}),
    ValidateResourceConfig: ({ typeName = "", config }) => ({
      diagnostics: problems(validateConfiguration(blockOf(typeName), read(config), { managed: true, ...(ATTRIBUTE_RULES[typeName] && { rules: ATTRIBUTE_RULES[typeName] }) })),
    }),
    ValidateDataResourceConfig: ({ typeName, config }) => ({ diagnostics: problems(validateConfiguration(blockOf(typeName, "data_source_schemas"), read(config), { managed: false })) }),
    ConfigureProvider: ({ config }) => {
      const settings = read(config);
      const region = member(settings, cloud === "aws" ? "region" : "region_id");
      const folder = member(settings, "folder_id");
      const retries = member(settings, "max_retries");
      const tags = member(settings, "default_tags");
      place = { ...place, ...(typeof region === "string" && { region }), ...(typeof folder === "string" && { folder }) };
      if (typeof retries === "number") maxRetries = retries;
      if (isList(tags)) defaultTags = member(tags[0], "tags") ?? {};
      return {};
    },
    // The state was written by this schema, or by one that an engine of the same version reads.
    UpgradeResourceState: ({ rawState }) => ({ upgradedState: { json: rawState?.json ?? Buffer.from("null") } }),
    ReadResource: async ({ typeName = "", currentState, private: key = EMPTY }) => {
      const current = read(currentState);
      if (!isRecord(current)) return { newState: wire(null) };
      const refusal = await face("read", typeName, current);
      if (refusal) return { newState: wire(current), private: key, diagnostics: refused(refusal, "read", typeName) };
      const object = objectOf(world, typeName, key, current);
      return object ? { newState: wire(object.attributes), private: keyBytes(object) } : { newState: wire(null) };
    },
    PlanResourceChange: ({ typeName = "", priorState, proposedNewState, priorPrivate = EMPTY }) => {
      const { planned, requiresReplace } = planChange({ block: blockOf(typeName), prior: read(priorState), proposed: read(proposedNewState), forceNew: FORCE_NEW[typeName] ?? [], defaultTags });
      return { plannedState: wire(planned), requiresReplace, plannedPrivate: priorPrivate };
    },
    ApplyResourceChange: ({ typeName = "", priorState, plannedState, plannedPrivate = EMPTY }) => {
      const prior = read(priorState);
      const planned = read(plannedState);
      if (!isRecord(planned)) return isRecord(prior) ? remove(typeName, prior, plannedPrivate) : { newState: wire(null) };
      return isRecord(prior) ? update(typeName, prior, planned, plannedPrivate) : create(typeName, planned);
    },
    ImportResourceState: ({ typeName = "", id = "" }) => {
      const object = world.find(typeName, id);
      if (!object) return { diagnostics: [problem("Nothing to import", `There is no ${typeName} with id "${id}".`)] };
      return { importedResources: [{ typeName, state: wire(object.attributes), private: keyBytes(object) }] };
    },
    ReadDataSource: async ({ typeName = "", config }) => {
      const asked = read(config);
      if (!isRecord(asked)) return { state: wire(asked) };
      const refusal = await face("read", typeName, asked);
      if (refusal) return { diagnostics: refused(refusal, "read", typeName) };
      return { state: wire(answerOf(typeName, asked)) };
    },
    StopProvider: () => {
      stop();
      return {};
    },
  };

  const answerOf = (type: string, asked: ValueRecord): Value => {
    const block = blockOf(type, "data_source_schemas");
    const { planned } = planChange({ block, prior: null, proposed: asked, forceNew: [] });
    const answer = host.answers[type]?.(asked, place) ?? {};
    const open = Object.entries(planned as ValueRecord).map(([name, value]): [string, Value] => [name, value === UNKNOWN && answer[name] !== undefined ? answer[name] : value]);
    const identity = identify(type, 1, asked, place);
    return fillUnknown(block, Object.fromEntries(open), computedValues(identity, 1, place, asked));
  };

  return {
    call: async (method, request) => {
      if (method === "GetProviderSchema") return host.encodedSchema();
      const handler = handlers[method as Method] as ((request: unknown) => unknown) | undefined;
      if (!handler) throw new Unimplemented(method);
      const { request: asked, response } = METHODS[method as Method];
      return encodeMessage(response as MessageType<Fields>, (await handler(decodeMessage(asked as MessageType<Fields>, request))) as MessageOf<MessageType<Fields>>);
    },
    close: () => stop(),
  };
}

interface Refusal {
  readonly message: string;
  readonly leaves: "nothing" | "object" | "orphan";
  readonly crash?: boolean;
}

const EMPTY = new Uint8Array();

function wire(value: Value): Wire {
  return { msgpack: encodeValue(value) };
}

function read(value: Wire | undefined): Value {
  return value?.msgpack?.length ? decodeValue(value.msgpack) : null;
}

function problem(summary: string, detail: string): ProtocolDiagnostic {
  return { severity: SEVERITY.error, summary, detail };
}

function problems(found: ReturnType<typeof validateConfiguration>): readonly ProtocolDiagnostic[] {
  return found.map(({ summary, detail, path }) => ({ severity: SEVERITY.error, summary, detail, attribute: path }));
}

/** The engine keeps these bytes for us beside the object's state. */
function keyBytes({ key }: WorldObject): Uint8Array {
  return Buffer.from(key, "utf8");
}

function objectOf(world: WorldAccess, type: string, key: Uint8Array, state: ValueRecord): WorldObject | undefined {
  return key.length > 0 ? world.byKey(Buffer.from(key).toString("utf8")) : world.find(type, idOf(state));
}

function idOf(state: ValueRecord): string {
  return typeof state["id"] === "string" ? state["id"] : "";
}

/** A power state is an object of its own for the AWS provider, and changes the instance that it names. */
function applyEffects(world: WorldAccess, { type, attributes }: Pick<WorldObject, "type" | "attributes">): void {
  if (type !== "aws_ec2_instance_state") return;
  const instance = world.find("aws_instance", String(attributes["instance_id"]));
  if (instance) world.update(instance.key, { instance_state: attributes["state"] as Value });
}
