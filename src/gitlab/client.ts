import type { DeployKeySchema, ExpandedHookSchema, ExpandedRunnerSchema, PersonalAccessTokenSchema, PipelineVariableSchema } from "@gitbeaker/rest";
import { gitlabAddress } from "./address";
import { GitlabError } from "./error";
import type { DeployKey, Hook, HookEvents, Manager, Owner, Project, ProjectDetails, RunnerAttributes, RunnerDetails, Schedule, ScheduleAttributes, TokenFacts } from "./model";
import { openResources } from "./resources";
import { openTransport, type TransportOptions } from "./transport";

export interface GitlabOptions extends Pick<TransportOptions, "env" | "timeouts"> {
  /** Host of the Nest, `gitlab.example.org:8443`. */
  readonly server: string;
  /** A personal, project or group access token. */
  readonly token: string;
  /** Default: the machine's clock, chance, and time. */
  readonly now?: () => number;
  readonly random?: () => number;
  readonly pause?: (milliseconds: number) => Promise<void>;
}

/**
 * One GitLab server, with one token: what Gosling asks of it and does there. Lists are whole: all pages are read.
 * Every function throws a GitlabError; a POST whose outcome is not known throws one with `mayBeDone`.
 */
export interface Gitlab {
  /** As in the Nest. */
  readonly server: string;
  /** What the token is: any token may ask that of itself. */
  token(): Promise<TokenFacts>;

  /** Project runners of a project; group runners of a group and of the groups above it. By id. */
  runners(owner: Owner): Promise<readonly { readonly id: number; readonly description: string }[]>;
  runner(id: number): Promise<RunnerDetails>;
  createRunner(owner: Owner, attributes: RunnerAttributes): Promise<{ readonly id: number; readonly token: string }>;
  editRunner(id: number, attributes: Partial<RunnerAttributes>): Promise<void>;
  removeRunner(id: number): Promise<void>;
  /** A new authentication token; the one before is worth nothing from then on. */
  resetRunnerToken(id: number): Promise<string>;
  /** Which runner an authentication token belongs to; undefined: none (any more). */
  runnerOfToken(token: string): Promise<number | undefined>;
  /** The machines that have reported with this registration. */
  managers(runnerId: number): Promise<readonly Manager[]>;
  /** Whether a job runs on one of its machines, of those jobs that the token's owner may see. */
  runsJob(runnerId: number, systemId: string): Promise<boolean>;

  hooks(owner: Owner): Promise<readonly Hook[]>;
  createHook(owner: Owner, hook: HookWrite): Promise<void>;
  editHook(owner: Owner, id: number, hook: HookWrite): Promise<void>;
  removeHook(owner: Owner, id: number): Promise<void>;

  /** Without their variables. */
  schedules(projectId: number): Promise<readonly Omit<Schedule, "variables">[]>;
  schedule(projectId: number, id: number): Promise<Schedule>;
  createSchedule(projectId: number, attributes: ScheduleAttributes): Promise<number>;
  editSchedule(projectId: number, id: number, attributes: Partial<ScheduleAttributes>): Promise<void>;
  removeSchedule(projectId: number, id: number): Promise<void>;
  /** Sets a variable; `exists`: it is there with another value. */
  setScheduleVariable(projectId: number, id: number, key: string, value: string, exists: boolean): Promise<void>;

  /** A project by its number or its path. */
  project(idOrPath: number | string): Promise<ProjectDetails>;
  deployKeys(projectId: number): Promise<readonly DeployKey[]>;
  /** Where the key is there already, GitLab answers with that one, as it is. */
  createDeployKey(projectId: number, key: Omit<DeployKey, "id">): Promise<DeployKey>;
  editDeployKey(projectId: number, id: number, change: Pick<DeployKey, "canPush">): Promise<void>;

  /** All projects of a group and its sub-groups, by id; archived ones, and those of others that are shared with it, are left out. */
  discoverProjects(groupId: number): Promise<readonly Project[]>;

  close(): Promise<void>;
}

export interface HookWrite {
  readonly url: string;
  readonly events: HookEvents;
  readonly description: string;
  /** What the webhook proves itself with. */
  readonly token: string;
}

/** Largest page that GitLab gives. */
const PAGE = 100;

/** Opens a server. Nothing is asked yet. */
export async function openGitlab(options: GitlabOptions): Promise<Gitlab> {
  const { server, token, env, timeouts } = options;
  const address = gitlabAddress(server, env);
  const transport = await openTransport({
    server,
    address,
    token,
    env,
    now: options.now ?? Date.now,
    random: options.random ?? Math.random,
    pause: options.pause ?? ((milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))),
    ...(timeouts && { timeouts }),
  });
  const api = await openResources(transport, address);
  const hooksOf = ({ kind }: Owner) => (kind === "project" ? api.projectHooks : api.groupHooks);

  return {
    server,
    token: async () => tokenFacts(await api.tokens.show()),

    async runners({ kind, id }) {
      const all = kind === "project" ? await api.runners.all({ projectId: id, type: "project_type", perPage: PAGE }) : await api.runners.all({ groupId: id, type: "group_type", perPage: PAGE });
      return byId(all.map((runner) => ({ id: runner.id, description: runner.description ?? "" })));
    },
    runner: async (id) => runnerDetails(await api.runners.show(id)),
    async createRunner(owner, attributes) {
      const made = await (owner.kind === "project" ? api.users.createCIRunner("project_type", { projectId: owner.id, ...attributes }) : api.users.createCIRunner("group_type", { groupId: owner.id, ...attributes }));
      return { id: made.id, token: made.token };
    },
    editRunner: async (id, attributes) => void (await api.runners.edit(id, attributes)),
    removeRunner: async (id) => void (await api.runners.remove({ runnerId: id })),
    async resetRunnerToken(id) {
      // A second time gives another new token, which does no harm.
      const { body } = await transport.request({ method: "POST", path: `runners/${id}/reset_authentication_token`, repeatable: true });
      return (body as { readonly token: string }).token;
    },
    async runnerOfToken(runnerToken) {
      try {
        const { body } = await transport.request({ method: "POST", path: "runners/verify", body: { token: runnerToken }, repeatable: true });
        const { id } = (body ?? {}) as { readonly id?: number };
        if (id === undefined) throw new GitlabError("GITLAB_FAILED", `${server} does not say which runner a token belongs to`, { hint: "GitLab 17.1 or later is needed." });
        return id;
      } catch (error) {
        if (error instanceof GitlabError && error.status === 403) return undefined;
        throw error;
      }
    },
    async managers(runnerId) {
      const { body } = await transport.request({ method: "GET", path: `runners/${runnerId}/managers` });
      return (body as readonly ManagerSchema[]).map(managerFacts);
    },
    async runsJob(runnerId, systemId) {
      const { body } = await transport.request({ method: "GET", path: `runners/${runnerId}/jobs`, query: { status: "running", systemId, perPage: 1 } });
      return (body as readonly unknown[]).length > 0;
    },

    hooks: async (owner) => byId((await hooksOf(owner).all(owner.id, { perPage: PAGE })).map(hookFacts)),
    createHook: async (owner, hook) => void (await hooksOf(owner).add(owner.id, hook.url, hookOptions(hook))),
    editHook: async (owner, id, hook) => void (await hooksOf(owner).edit(owner.id, id, hook.url, hookOptions(hook))),
    removeHook: async (owner, id) => void (await hooksOf(owner).remove(owner.id, id)),

    schedules: async (projectId) => byId((await api.schedules.all(projectId, { perPage: PAGE })).map(scheduleFacts)),
    async schedule(projectId, id) {
      const details = await api.schedules.show(projectId, id);
      return { ...scheduleFacts(details), variables: (details.variables ?? []).map(({ key, value }: PipelineVariableSchema) => ({ key, value })) };
    },
    async createSchedule(projectId, { description, ref, cron, ...rest }) {
      return (await api.schedules.create(projectId, description, ref, cron, rest)).id;
    },
    editSchedule: async (projectId, id, attributes) => void (await api.schedules.edit(projectId, id, attributes)),
    removeSchedule: async (projectId, id) => void (await api.schedules.remove(projectId, id)),
    setScheduleVariable: async (projectId, id, key, value, exists) =>
      void (await (exists ? api.scheduleVariables.edit(projectId, id, key, value) : api.scheduleVariables.create(projectId, id, key, value))),

    async project(idOrPath) {
      const { id, path_with_namespace: path, web_url: webUrl } = await api.projects.show(idOrPath);
      return { id, path, webUrl };
    },
    deployKeys: async (projectId) => byId((await api.deployKeys.all({ projectId, perPage: PAGE })).map(deployKeyFacts)),
    createDeployKey: async (projectId, { title, key, canPush }) => deployKeyFacts(await api.deployKeys.create(projectId, title, key, { canPush })),
    editDeployKey: async (projectId, id, change) => void (await api.deployKeys.edit(projectId, id, change)),

    async discoverProjects(groupId) {
      // By id, so that what is made meanwhile comes on the last page and shifts none.
      const all = await api.groups.allProjects(groupId, { includeSubgroups: true, archived: false, withShared: false, orderBy: "id", sort: "asc", perPage: PAGE });
      const found = new Map(all.filter((project) => project["archived"] !== true).map((project) => [project.id, { id: project.id, path: project.path_with_namespace }]));
      return byId([...found.values()]);
    },

    close: () => transport.close(),
  };
}

function byId<T extends { readonly id: number }>(items: readonly T[]): readonly T[] {
  return [...items].sort((a, b) => a.id - b.id);
}

function tokenFacts({ name, scopes = [], expires_at, active }: PersonalAccessTokenSchema): TokenFacts {
  return { name, scopes, active, ...(expires_at !== undefined && expires_at !== null && { expiresOn: expires_at }) };
}

function runnerDetails(runner: ExpandedRunnerSchema): RunnerDetails {
  return {
    id: runner.id,
    type: runner.runner_type,
    groupIds: (runner.groups ?? []).map(({ id }) => id),
    description: runner.description ?? "",
    paused: runner.paused,
    tagList: runner.tag_list ?? [],
    runUntagged: runner.run_untagged,
    locked: runner.locked,
    accessLevel: runner.access_level === "ref_protected" ? "ref_protected" : "not_protected",
    ...(runner.maximum_timeout !== null && { maximumTimeout: runner.maximum_timeout }),
    maintenanceNote: typeof runner["maintenance_note"] === "string" ? runner["maintenance_note"] : "",
  };
}

/** Not among GitBeaker's types. */
interface ManagerSchema {
  readonly system_id: string;
  readonly status: Manager["status"];
  readonly contacted_at: string | null;
  readonly job_execution_status?: "active" | "idle" | null;
}

function managerFacts({ system_id, status, contacted_at, job_execution_status }: ManagerSchema): Manager {
  return { systemId: system_id, status, ...(contacted_at !== null && { contactedAt: contacted_at }), ...(job_execution_status && { jobs: job_execution_status }) };
}

function hookFacts(hook: ExpandedHookSchema): Hook {
  return {
    id: hook.id,
    url: hook.url,
    events: Object.fromEntries(Object.entries(hook).filter(([name, value]) => name.endsWith("_events") && value === true)) as Hook["events"],
    sslVerification: hook.enable_ssl_verification,
    ...(typeof hook["description"] === "string" && { description: hook["description"] }),
    disabled: hook.alert_status === "disabled",
  };
}

function hookOptions({ events, description, token }: HookWrite) {
  return { ...events, description, token, enableSslVerification: true };
}

function deployKeyFacts({ id, title, key, can_push = false }: DeployKeySchema): DeployKey {
  return { id, title, key, canPush: can_push };
}

function scheduleFacts({ id, description, ref, cron, cron_timezone, active }: { id: number; description: string; ref: string; cron: string; cron_timezone: string; active: boolean }): Omit<Schedule, "variables"> {
  return { id, description, ref, cron, cronTimezone: cron_timezone, active };
}
