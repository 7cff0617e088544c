import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Nest } from "../nest/model";
import { nameOf, servicesOf, unitsOf, type Service, type Synthesis, type SynthesizedStack, type Unit } from "../synth";
import type { RecordedRepository } from "../store/deployment";
import type { CloudValues } from "../vocabulary/types";
import type { WantedUnit } from "./decide-unit";

/** A wanted unit with its stacks' configurations, and the unit that it takes over. */
export interface DeployableUnit extends WantedUnit {
  readonly repositories: readonly RecordedRepository[];
  readonly stacks: readonly DeployableStack[];
  /** `renamed_from`: what was deployed under this name becomes this unit's. */
  readonly renamedFrom?: string;
  /** The earlier deployment that a rollback brings back. */
  readonly restores?: string;
  /** Version of the engine that it asks for. */
  readonly engineVersion?: string;
}

export interface DeployableStack {
  readonly name: string;
  readonly configurationHash: string;
  /** Folder of the synthesized configuration; absent for one out of the record. */
  readonly folder?: string;
  /** The configuration's text. */
  read(): Promise<string>;
}

/** Place of a new machine: the first of the Egg's. */
const FIRST_PLACE = "0";
/** What has no machines that anybody counts. */
const NO_POOL = { apex: { minCount: 0, maxCount: 0 }, nadir: { minCount: 0, maxCount: 0 } };

/** What a synthesis asks for, unit by unit: Eggs, buckets and Jobs, then Rifts and MotherGoose. */
export function wantedUnits(nest: Nest, synthesis: Synthesis): readonly DeployableUnit[] {
  const stacksOf = (name: string) => synthesis.stacks.filter((stack) => stack.unit === name).sort((a, b) => a.shard - b.shard);
  return [...unitsOf(nest).flatMap((unit) => wantedUnit(unit, nest, stacksOf(nameOf(unit)))), ...servicesOf(nest).flatMap((service) => wantedService(service, nest, stacksOf(service.name)))];
}

function wantedUnit(unit: Unit, nest: Nest, stacks: readonly SynthesizedStack[]): readonly DeployableUnit[] {
  const [first] = stacks;
  const { cloud } = unit.values;
  if (!first || !cloud) return [];
  const { renamedFrom, tofu } = unit.kind === "job" ? {} : unit.values;
  return [
    {
      ...sharedParts(first, stacks, cloud, tofu?.version ?? nest.values.tofu?.version),
      unit: nameOf(unit),
      kind: unit.kind,
      runnerType: first.runnerType,
      sizes: unit.pool,
      repositories: unit.repositories,
      place: cloud.provider === "local" ? "local" : FIRST_PLACE,
      ...(renamedFrom !== undefined && { renamedFrom }),
    },
  ];
}

function wantedService({ kind, name, block }: Service, nest: Nest, stacks: readonly SynthesizedStack[]): readonly DeployableUnit[] {
  const [first] = stacks;
  if (!first) return [];
  const shared = sharedParts(first, stacks, block.values.cloud, nest.values.tofu?.version);
  // Nobody counts its machines: it is there or it is not, as a serverless Egg.
  return [{ ...shared, unit: name, kind, runnerType: "serverless", sizes: NO_POOL, repositories: [], place: FIRST_PLACE }];
}

function sharedParts({ revision }: SynthesizedStack, stacks: readonly SynthesizedStack[], cloud: CloudValues, engineVersion: string | undefined): Pick<DeployableUnit, "cloud" | "location" | "revision" | "stacks" | "engineVersion"> {
  return {
    cloud: cloud.provider,
    location: (cloud.provider === "yandex" ? cloud.folderId : cloud.region) ?? "",
    revision,
    stacks: stacks.map(({ name, outputHash, file }) => ({ name, configurationHash: outputHash, folder: dirname(file), read: () => readFile(file, "utf8") })),
    ...(engineVersion !== undefined && { engineVersion }),
  };
}
