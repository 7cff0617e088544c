import type { Owner, TokenUse } from "../../gitlab";
import type { Egg, Job, Nest, Repository } from "../../nest/model";
import type { SecretPlace } from "../../secrets";
import { nameOf, type Unit } from "../../synth/unit-specification";
import { conventionalSecret, withConventionalSecrets } from "../../vocabulary/conventions";
import { formatCron, parseCron } from "../../vocabulary/cron";
import { durationSeconds } from "../../vocabulary/duration";
import type { WantedHook } from "./diff-hooks";
import type { WantedSchedule } from "./diff-schedules";
import { registrationDescription, registrationPath, type WantedRegistration } from "./registration";

/** What a unit wants of one project or group. */
export interface WantedConnection {
  readonly server: string;
  /** Reference of the token that does it. */
  readonly apiToken: string;
  readonly uses: readonly TokenUse[];
  readonly runner?: WantedRegistration;
  readonly hook?: WantedHook;
  readonly schedule?: WantedSchedule;
}

/** GitLab takes no shorter limit of a runner. Runner mode and the cloud hold shorter ones themselves. */
const SHORTEST_TIMEOUT_SECONDS = 600;

/** Every Egg, bucket and Job, inactive Jobs too: their schedules are kept inactive. */
export function connectableUnits(nest: Nest): readonly Unit[] {
  return [...nest.eggs, ...nest.jobs].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

/** Address of MotherGoose's webhooks, where the Nest has it. */
export function webhookUrl(nest: Nest): string | undefined {
  const domain = nest.mothergoose?.values.api?.domain;
  return domain === undefined ? undefined : `https://${domain}/webhooks/gitlab`;
}

/** The registrations of the whole Nest: one that is not among them is a leftover. */
export function knownRegistrations(nest: Nest): ReadonlySet<string> {
  return new Set(connectableUnits(nest).flatMap((unit) => (unit.kind === "job" ? [registrationPath({ nest: nest.name, unit: nameOf(unit) })] : unit.repositories.map((repository) => registrationPath(registrationName(unit, repository, nest))))));
}

/** What a unit wants of GitLab. Pure; `env` is where a pipeline tells which project it is in. */
export function wantedConnections(unit: Unit, nest: Nest, env: Readonly<Record<string, string | undefined>>): readonly WantedConnection[] {
  return unit.kind === "job" ? jobConnections(unit, nest, env) : unit.repositories.map((repository) => eggConnection(unit, repository, nest));
}

/** Where a unit's secrets are: with its machines, which read them there. */
export function placeOf({ values: { cloud } }: Unit): SecretPlace | undefined {
  if (cloud?.provider === "yandex") return cloud.folderId === undefined ? undefined : { folderId: cloud.folderId };
  return cloud?.region === undefined ? undefined : { region: cloud.region };
}

export function ownerOf({ gitlab: { projectId, groupId } }: Repository): Owner {
  return projectId === undefined ? { kind: "group", id: groupId ?? 0 } : { kind: "project", id: projectId };
}

/** Projects of a server that have an Egg, and so a webhook, of their own. */
export function ownProjects(nest: Nest, server: string): ReadonlySet<number> {
  return new Set(nest.eggs.flatMap((egg) => egg.repositories.flatMap(({ gitlab }) => (gitlab.server === server && gitlab.projectId !== undefined ? [gitlab.projectId] : []))));
}

/** The paths of marks that a unit's registration for this repository can have: only a bucket's name the repository. */
export function registrationPaths(nest: string, unit: string, { name }: Repository): readonly string[] {
  return [`${nest}/${unit}`, `${nest}/${unit}/${name}`];
}

function registrationName(unit: Unit, repository: Repository, nest: Nest): WantedRegistration["name"] {
  return { nest: nest.name, unit: nameOf(unit), ...(unit.kind === "eggsbucket" && { repository: repository.name }) };
}

function eggConnection(egg: Egg, repository: Repository, nest: Nest): WantedConnection {
  const { gitlab } = repository;
  const { runner, description } = egg.values;
  const name = registrationName(egg, repository, nest);
  const owner = ownerOf(repository);
  const url = webhookUrl(nest);
  return {
    server: gitlab.server,
    apiToken: gitlab.apiToken,
    uses: ["runners", ...(url === undefined ? [] : (["webhooks"] as const))],
    runner: {
      name,
      owner,
      attributes: {
        description: registrationDescription(name, description),
        tagList: [...runner.tags],
        runUntagged: runner.runUntagged,
        locked: owner.kind === "project" && runner.locked,
        accessLevel: runner.protected ? "ref_protected" : "not_protected",
        maximumTimeout: Math.max(SHORTEST_TIMEOUT_SECONDS, durationSeconds(runner.timeout)),
      },
      token: gitlab.runnerToken,
      ...formerName(egg, repository, nest),
    },
    ...(url !== undefined && { hook: { owner, url, secret: gitlab.webhookSecret, path: registrationPath(name) } }),
  };
}

/** Under `renamed_from` the registration is the same, and so is its token, which was kept under the former name. */
function formerName(egg: Egg, { name, gitlab }: Repository, nest: Nest): Pick<WantedRegistration, "former"> {
  const { renamedFrom } = egg.values;
  if (renamedFrom === undefined) return {};
  const owner = egg.kind === "eggsbucket" ? `${renamedFrom}/${name}` : renamedFrom;
  const former = { nest: nest.name, unit: renamedFrom, ...(egg.kind === "eggsbucket" && { repository: name }) };
  return { former: { name: former, token: conventionalSecret(egg.values.cloud.provider, gitlab.server, owner, "runner-token") } };
}

function jobConnections(job: Job, nest: Nest, env: Readonly<Record<string, string | undefined>>): readonly WantedConnection[] {
  const repository = job.repositories[0] ?? pipelineRepository(job, env);
  if (repository === undefined) return [];
  const { gitlab } = repository;
  const name = registrationName(job, repository, nest);
  const owner = ownerOf(repository);
  const { values } = job;
  const cron = parseCron(values.schedule);
  return [
    {
      server: gitlab.server,
      apiToken: gitlab.apiToken,
      uses: [...(values.enabled ? (["runners"] as const) : []), "schedules"],
      // An inactive Job has no runner; a registration that is there from before stays.
      ...(values.enabled && {
        runner: {
          name,
          owner,
          attributes: { description: registrationDescription(name, undefined), tagList: [...values.runner.tags], runUntagged: false, locked: true, accessLevel: "not_protected", maximumTimeout: Math.max(SHORTEST_TIMEOUT_SECONDS, durationSeconds(values.timeout)) },
          token: gitlab.runnerToken,
        },
      }),
      schedule: {
        projectId: owner.id,
        job: job.name,
        attributes: { ref: nest.values.repository?.branch ?? env["CI_DEFAULT_BRANCH"] ?? "main", cron: cron.ok ? formatCron(cron.value) : values.schedule, cronTimezone: values.timezone, active: values.enabled },
      },
    },
  ];
}

/** In a pipeline of the Nest GitLab says which project it is. */
function pipelineRepository(job: Job, env: Readonly<Record<string, string | undefined>>): Repository | undefined {
  const { CI_PROJECT_ID: projectId = "", CI_SERVER_HOST: host = "", CI_SERVER_PORT: port = "443" } = env;
  if (env["GITLAB_CI"] !== "true" || !/^[1-9]\d*$/.test(projectId) || host === "") return undefined;
  const gitlab = { server: port === "443" ? host : `${host}:${port}`, projectId: Number(projectId) };
  return { name: job.name, gitlab: withConventionalSecrets(job.values.cloud?.provider ?? "local", nameOf(job), gitlab) };
}
