import { canonicalJson, sha256 } from "../../constructs/canonical-json";
import type { MotherGooseStackProps } from "../../constructs/mother-goose-stack";
import type { RiftStackProps } from "../../constructs/rift-stack";
import type { UnitStackProps } from "../../constructs/unit-stack";
import type { Nest } from "../nest/model";
import { GoslingError } from "../vocabulary/error";
import { nearest } from "../vocabulary/nearest";
import { stackCount, stackName } from "../vocabulary/unit-stacks";
import type { ManifestStack } from "./manifest";
import type { Service } from "./plan-services";
import { stackState } from "./stack-state";
import { nameOf, type Unit, unitSpecification } from "./unit-specification";

/** A stack that the Nest asks for, and all that it is made from. */
export interface PlannedStack extends Omit<ManifestStack, "outputHash"> {
  readonly name: string;
  readonly made: { readonly kind: "unit"; readonly props: UnitStackProps } | { readonly kind: "rift"; readonly props: RiftStackProps } | { readonly kind: "mothergoose"; readonly props: MotherGooseStackProps };
}

/** The Nest's units, sorted by name: every Egg and bucket, and each Job whose schedule is active. */
export function unitsOf(nest: Nest): readonly Unit[] {
  const units: Unit[] = [...nest.eggs, ...nest.jobs.filter((job) => job.values.enabled)];
  return units.sort((a, b) => compare(nameOf(a), nameOf(b)));
}

/**
 * What is meant by name: a unit or a service; a Job by its own name too where no Egg has it, and so a Rift,
 * where neither has it.
 * @throws GoslingError `UNKNOWN_TARGET`
 */
export function selectTargets(units: readonly Unit[], services: readonly Service[], targets: readonly string[]): { readonly units: readonly Unit[]; readonly services: readonly Service[] } {
  const wanted = new Set(targets.map((target) => findTarget(units, services, target)));
  return { units: units.filter((unit) => wanted.has(unit)), services: services.filter((service) => wanted.has(service)) };
}

/** The units that are meant by name. @throws GoslingError `UNKNOWN_TARGET` */
export function selectUnits(units: readonly Unit[], targets: readonly string[]): readonly Unit[] {
  return selectTargets(units, [], targets).units;
}

function findTarget(units: readonly Unit[], services: readonly Service[], target: string): Unit | Service {
  const found =
    units.find((unit) => nameOf(unit) === target) ??
    units.find(({ name }) => name === target) ??
    services.find(({ name, kind }) => name === target || name === `rift.${target}` || kind === target);
  if (found) return found;
  const near = nearest(target, [...units.map(nameOf), ...services.map(({ name }) => name)]);
  throw new GoslingError("UNKNOWN_TARGET", `The Nest has no Egg, bucket or active Job named "${target}"`, {
    exitCode: 64,
    ...(near !== undefined && { hint: `Did you mean "${near}"?` }),
  });
}

/** The stacks of these units. `software` is the hash of all that makes stacks. */
export function planStacks(units: readonly Unit[], nest: Nest, software: string): readonly PlannedStack[] {
  const state = stackState(nest.values);
  return units.flatMap((unit) => {
    const specification = unitSpecification(unit, nest);
    const { configuration, cloud } = specification;
    const limits = { apex: { maxCount: unit.pool.apex.maxCount }, nadir: { maxCount: unit.pool.nadir.maxCount } };
    const engineVersion = (unit.kind === "job" ? undefined : unit.values.tofu?.version) ?? nest.values.tofu?.version;
    const made = sha256(canonicalJson({ software, unit: specification, limits, engineVersion, state }));
    const count = configuration.type === "serverless" ? 1 : stackCount(limits);
    return Array.from({ length: count }, (_, index): PlannedStack => {
      const shard = index + 1;
      const name = stackName(configuration.egg, shard);
      return {
        name,
        unit: configuration.egg,
        kind: unit.kind,
        cloud: cloud.provider,
        runnerType: configuration.type,
        shard,
        revision: configuration.revision,
        inputHash: sha256(`${name}\n${shard}\n${made}`),
        made: { kind: "unit", props: { unit: specification, limits, shard, ...(engineVersion !== undefined && { engineVersion }), ...(state && { state }) } },
      };
    });
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
