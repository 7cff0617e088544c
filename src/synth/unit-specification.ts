import { runnerConfiguration, type ServedRepository } from "../../constructs/runner-configuration";
import type { UnitSpecification } from "../../constructs/clouds/cloud";
import type { RunnerSettings } from "../../constructs/runner-configuration";
import type { Egg, Job, Nest } from "../nest/model";
import { unitName } from "../vocabulary/unit-stacks";

/** What is deployed together, with stacks of its own. */
export type Unit = Egg | Job;

/** Name of a unit: an Egg's or bucket's own, `job.NAME` for a Job. */
export function nameOf(unit: Unit): string {
  return unitName(unit.kind, unit.name);
}

/** What a unit's runners are told, and where they run. Its `configuration.revision` is the unit's revision. */
export function unitSpecification(unit: Unit, nest: Nest): UnitSpecification {
  const { cloud, resources, environment, secrets } = unit.values;
  // The model fills both in for Jobs.
  if (!cloud || !resources) throw new TypeError(`${unit.kind} ${unit.name} has no cloud`);
  const configuration = runnerConfiguration({
    nest: nest.name,
    unit: nameOf(unit),
    cloud: cloud.provider,
    type: unit.runnerType.type,
    repositories: unit.repositories.map((repository, index) => servedRepository(unit, repository, index)),
    environment,
    secrets,
    ...(unit.kind === "job" ? { runner: jobRunner(unit) } : eggSettings(unit)),
  });
  return { configuration, cloud, resources, ...(unit.kind !== "job" && cloudSettings(unit)) };
}

function eggSettings({ values }: Egg): Pick<RunnerSettings, "runner" | "proxy" | "caCertificate"> {
  return {
    runner: values.runner,
    ...(values.proxy && { proxy: values.proxy }),
    ...(values.caCertificate !== undefined && { caCertificate: values.caCertificate }),
  };
}

function cloudSettings({ values: { runner, renamedFrom } }: Egg): Pick<UnitSpecification, "serverlessEngine" | "renamedFrom"> {
  return { ...(runner.serverlessEngine !== undefined && { serverlessEngine: runner.serverlessEngine }), ...(renamedFrom !== undefined && { renamedFrom }) };
}

/** A Job's runner takes the Nest's own jobs, one at a time and for the Job's time. */
function jobRunner({ values }: Job): RunnerSettings["runner"] {
  return { tags: values.runner.tags, timeout: values.timeout, executor: "shell", runUntagged: false, protected: false, locked: true, agentConfig: {} };
}

function servedRepository(unit: Unit, { name, gitlab }: Unit["repositories"][number], index: number): ServedRepository {
  return { name, gitlab, nameFollowsUnit: unit.kind !== "eggsbucket", tokenFollowsUnit: writtenToken(unit, name, index) === undefined };
}

/** The runner token's reference where the file names one; else it follows from the unit's name. */
function writtenToken(unit: Unit, repository: string, index: number): string | undefined {
  switch (unit.kind) {
    case "egg":
      return unit.values.gitlab.runnerToken;
    case "eggsbucket": {
      const written = unit.values.repositories.repo;
      return (written.find(({ name }) => name === repository) ?? written[index])?.gitlab.runnerToken;
    }
    case "job":
      return undefined;
  }
}
