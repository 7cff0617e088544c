import { durationSeconds } from "../src/vocabulary/duration";
import type { RunnerConfiguration, RunnerRepository } from "../src/vocabulary/runner-configuration";
import type { GitlabValues, ProxyValues, RunnerValues } from "../src/vocabulary/types";
import { canonicalJson, sha256 } from "./canonical-json";

/** All that decides what the runners of an Egg, a bucket or a Job are told. */
export interface RunnerSettings {
  /** `nest.name`. */
  readonly nest: string;
  /** Egg's or bucket's name; `job.NAME` for a Job. */
  readonly unit: string;
  readonly cloud: RunnerConfiguration["cloud"];
  /** After `auto` has been decided. */
  readonly type: RunnerConfiguration["type"];
  readonly repositories: readonly ServedRepository[];
  readonly runner: Pick<RunnerValues, "tags" | "timeout" | "executor" | "image" | "runUntagged" | "protected" | "locked" | "agentVersion" | "agentConfig" | "startupScript">;
  readonly proxy?: ProxyValues;
  readonly caCertificate?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** A project or group, with the reference of its runner token. */
export interface ServedRepository {
  readonly name: string;
  readonly gitlab: Pick<GitlabValues, "server" | "projectId" | "groupId"> & { readonly runnerToken: string };
  /** Whether name and token follow from the unit's name by convention, and were not chosen for themselves. */
  readonly nameFollowsUnit: boolean;
  readonly tokenFollowsUnit: boolean;
}

/** The one place that turns an Egg, a bucket or a Job into what its runners are told. */
export function runnerConfiguration(settings: RunnerSettings): RunnerConfiguration {
  const { runner, proxy } = settings;
  const configuration: Omit<RunnerConfiguration, "revision"> = {
    format: 1,
    nest: settings.nest,
    egg: settings.unit,
    cloud: settings.cloud,
    type: settings.type,
    repositories: settings.repositories.map(runnerRepository),
    executor: runner.executor,
    ...(runner.image !== undefined && { image: runner.image }),
    tags: runner.tags,
    runUntagged: runner.runUntagged,
    protected: runner.protected,
    locked: runner.locked,
    timeoutSeconds: durationSeconds(runner.timeout),
    ...(runner.agentVersion !== undefined && { agentVersion: runner.agentVersion }),
    agentConfig: runner.agentConfig,
    ...(runner.startupScript !== undefined && { startupScript: runner.startupScript }),
    ...(proxy && { proxy }),
    ...(settings.caCertificate !== undefined && { caCertificate: settings.caCertificate }),
    environment: settings.environment,
    secrets: settings.secrets,
  };
  return { ...configuration, revision: revisionOf(configuration, settings.repositories) };
}

/**
 * Twelve hex digits over all that a runner is told but what only follows from its unit's name: with
 * `renamed_from` an Egg keeps its runners, so a name alone makes no new revision.
 */
function revisionOf(configuration: Omit<RunnerConfiguration, "revision">, repositories: readonly ServedRepository[]): string {
  const chosen = configuration.repositories.map((repository, index) => ({
    ...repository,
    ...(repositories[index]?.nameFollowsUnit && { name: undefined }),
    ...(repositories[index]?.tokenFollowsUnit && { runnerToken: undefined }),
  }));
  return sha256(canonicalJson({ ...configuration, egg: undefined, repositories: chosen })).slice(0, 12);
}

function runnerRepository({ name, gitlab }: ServedRepository): RunnerRepository {
  return {
    name,
    url: `https://${gitlab.server}`,
    ...(gitlab.projectId !== undefined && { projectId: gitlab.projectId }),
    ...(gitlab.groupId !== undefined && { groupId: gitlab.groupId }),
    runnerToken: gitlab.runnerToken,
  };
}
