import { canonicalJson, sha256 } from "../../constructs/canonical-json";
import { GOOSE_CLOUDS, GOOSE_UNIT } from "../../constructs/clouds/mother-goose-cloud";
import type { MotherGooseStackProps } from "../../constructs/mother-goose-stack";
import type { RiftStackProps } from "../../constructs/rift-stack";
import type { StackSettings } from "../../constructs/unit-stack";
import type { MotherGoose, Nest, Place, Rift } from "../nest/model";
import type { PlannedStack } from "./plan-stacks";
import { stackState } from "./stack-state";

/** What runs beside the runners and has a stack of its own. */
export interface Service {
  readonly kind: "rift" | "mothergoose";
  /** Name of its stack: `rift.NAME`, `service.mothergoose`. No Egg's name holds a dot. */
  readonly name: string;
  readonly place: Place;
  readonly block: Rift | MotherGoose;
}

/** The Nest's Rifts, sorted by name, and MotherGoose; on the local cloud the latter needs no resources. */
export function servicesOf(nest: Nest): readonly Service[] {
  const rifts = nest.rifts.map((rift): Service => ({ kind: "rift", name: `rift.${rift.name}`, place: rift.place, block: rift })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const { mothergoose } = nest;
  if (!mothergoose || !GOOSE_CLOUDS.includes(mothergoose.values.cloud.provider)) return rifts;
  return [...rifts, { kind: "mothergoose", name: GOOSE_UNIT, place: mothergoose.place, block: mothergoose }];
}

/** The stacks of these services. `software` is the hash of all that makes stacks. */
export function planServices(services: readonly Service[], nest: Nest, software: string): readonly PlannedStack[] {
  const engineVersion = nest.values.tofu?.version;
  const state = stackState(nest.values);
  const settings: StackSettings = { ...(engineVersion !== undefined && { engineVersion }), ...(state && { state }) };
  return services.map(({ kind, name, block }): PlannedStack => {
    const made: PlannedStack["made"] = block.kind === "rift" ? { kind: "rift", props: riftProps(block, nest, settings) } : { kind: "mothergoose", props: gooseProps(block, nest, settings) };
    const revision = sha256(canonicalJson({ ...made.props, ...settings })).slice(0, REVISION_LENGTH);
    return {
      name,
      unit: name,
      kind,
      cloud: block.values.cloud.provider,
      runnerType: kind === "rift" ? "vm" : "serverless",
      shard: 1,
      revision,
      inputHash: sha256(`${name}\n${sha256(canonicalJson({ software, made }))}`),
      made,
    };
  });
}

const REVISION_LENGTH = 12;

function riftProps({ name, values }: Rift, nest: Nest, settings: StackSettings): RiftStackProps {
  return { rift: { nest: nest.name, name, ...values }, ...settings };
}

function gooseProps({ values }: MotherGoose, nest: Nest, settings: StackSettings): MotherGooseStackProps {
  const { backend, bucket, endpoint } = nest.values.state;
  // A bucket of another service is not one that a role of this cloud can be let into.
  const isOurs = backend === "s3" && (values.cloud.provider === "aws" ? endpoint === undefined : endpoint?.includes("yandexcloud.net") === true);
  return { motherGoose: { nest: nest.name, ...values, ...(isOurs && bucket !== undefined && { stateBucket: bucket }) }, ...(nest.uglyfox && { uglyFox: nest.uglyfox.values }), ...settings };
}
