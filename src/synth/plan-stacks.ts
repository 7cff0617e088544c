import { canonicalJson, sha256 } from "../../constructs/canonical-json";
import type { UnitStackProps } from "../../constructs/unit-stack";
import type { Nest } from "../nest/model";
import { GoslingError } from "../vocabulary/error";
import { nearest } from "../vocabulary/nearest";
import { stackCount, stackName } from "../vocabulary/unit-stacks";
import type { ManifestStack } from "./manifest";
import { stackState } from "./stack-state";
import { nameOf, type Unit, unitSpecification } from "./unit-specification";

/** A stack that the Nest asks for, and all that it is made from. */
export interface PlannedStack extends Omit<ManifestStack, "outputHash"> {
  readonly name: string;
  readonly props: UnitStackProps;
}

/** The Nest's units, sorted by name: every Egg and bucket, and each Job whose schedule is active. */
export function unitsOf(nest: Nest): readonly Unit[] {
  const units: Unit[] = [...nest.eggs, ...nest.jobs.filter((job) => job.values.enabled)];
  return units.sort((a, b) => compare(nameOf(a), nameOf(b)));
}

/**
 * The units that are meant by name; a Job by its own name too where no Egg has it.
 * @throws GoslingError `UNKNOWN_TARGET`
 */
export function selectUnits(units: readonly Unit[], targets: readonly string[]): readonly Unit[] {
  const wanted = new Set(targets.map((target) => findUnit(units, target)));
  return units.filter((unit) => wanted.has(unit));
}

function findUnit(units: readonly Unit[], target: string): Unit {
  const unit = units.find((candidate) => nameOf(candidate) === target) ?? units.find((candidate) => candidate.name === target);
  if (unit) return unit;
  const near = nearest(target, units.map(nameOf));
  throw new GoslingError("UNKNOWN_TARGET", `The Nest has no egg, eggsbucket or active job named "${target}"`, {
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
        props: { unit: specification, limits, shard, ...(engineVersion !== undefined && { engineVersion }), ...(state && { state }) },
      };
    });
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
