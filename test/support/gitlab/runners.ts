import { randomBytes } from "node:crypto";
import type { RunnerSchema, UserRunnerSchema } from "@gitbeaker/core";
import { type Answer, type Call, notFound, type Route } from "./route";
import type { GitlabWorld, WorldRunner } from "./world";

const owner = (kind: "project" | "group") => ({ params, world, query }: Call): Answer => {
  const id = Number(params["id"]);
  if (!(kind === "project" ? world.projects : world.groups).has(id)) return notFound(kind === "project" ? "Project" : "Group");
  const type = query.get("type");
  const ids = kind === "group" ? withAncestors(world, id) : [id];
  const own = [...world.runners.values()].filter((runner) => runner.owner.kind === kind && ids.includes(runner.owner.id));
  return { list: own.map(({ schema }) => listed(schema)).filter((runner) => type === null || runner.runner_type === type) };
};

function withAncestors(world: GitlabWorld, id: number): readonly number[] {
  const parent = world.groups.get(id)?.parent;
  return parent === undefined ? [id] : [id, ...withAncestors(world, parent)];
}

/** The entity of lists has no details. */
function listed({ id, paused, description, ip_address, is_shared, runner_type, name, online, status }: WorldRunner["schema"]): RunnerSchema {
  return { id, paused, description, ip_address, is_shared, runner_type, name, online, status };
}

const one = (answer: (runner: WorldRunner, call: Call) => Answer) => (call: Call): Answer => {
  const runner = call.world.runners.get(Number(call.params["id"]));
  return runner ? answer(runner, call) : notFound("Runner");
};

const MANAGE = ["manage_runner"];

export const runnerRoutes: readonly Route[] = [
  { method: "GET", path: "projects/:id/runners", scopes: ["read_api"], answer: owner("project") },
  { method: "GET", path: "groups/:id/runners", scopes: ["read_api"], answer: owner("group") },
  { method: "POST", path: "user/runners", scopes: ["create_runner"], answer: create },
  { method: "POST", path: "runners/verify", scopes: "none", answer: verify },
  { method: "GET", path: "runners/:id", scopes: MANAGE, answer: one(({ schema }) => ({ body: schema })) },
  { method: "PUT", path: "runners/:id", scopes: MANAGE, answer: one(edit) },
  {
    method: "DELETE",
    path: "runners/:id",
    scopes: MANAGE,
    answer: one(({ schema }, { world }) => {
      world.runners.delete(schema.id);
      return { status: 204 };
    }),
  },
  {
    method: "POST",
    path: "runners/:id/reset_authentication_token",
    scopes: MANAGE,
    answer: one((runner) => {
      runner.token = newToken();
      return { status: 201, body: { token: runner.token, token_expires_at: null } };
    }),
  },
  { method: "GET", path: "runners/:id/managers", scopes: MANAGE, answer: one(({ managers }) => ({ body: managers })) },
  {
    method: "GET",
    path: "runners/:id/jobs",
    scopes: MANAGE,
    answer: one(({ running }, { query }) => ({ list: running.filter((systemId) => query.get("system_id") === null || query.get("system_id") === systemId).map((_, index) => ({ id: index + 1, status: "running" })) })),
  },
];

function create({ world, body }: Call): Answer {
  const kind = body.runner_type === "group_type" ? "group" : "project";
  const id = Number(body[`${kind}_id`]);
  if (!(kind === "project" ? world.projects : world.groups).has(id)) return { status: 403, body: { message: "403 Forbidden - Insufficient permissions" } };
  const wrong = problem(body);
  if (wrong !== undefined) return { status: 400, body: { message: `400 Bad request - ${wrong[0]} ${wrong[1]}` } };
  const runner = addRunner(world, { kind, id }, body);
  const made: UserRunnerSchema = { id: runner.schema.id, token: runner.token, token_expires_at: null };
  return { status: 201, body: made };
}

function verify({ world, body }: Call): Answer {
  const found = [...world.runners.values()].find(({ token }) => token === body.token);
  return found ? { status: 200, body: { id: found.schema.id, token: found.token, token_expires_at: null } } : { status: 403, body: { message: "403 Forbidden" } };
}

const EDITABLE = ["description", "paused", "tag_list", "run_untagged", "locked", "access_level", "maximum_timeout", "maintenance_note"];

function edit({ schema }: WorldRunner, { body }: Call): Answer {
  const given = Object.fromEntries(Object.entries(body).filter(([name]) => EDITABLE.includes(name)));
  const wrong = problem({ ...schema, ...given });
  if (wrong !== undefined) return { status: 400, body: { message: { [wrong[0]]: [wrong[1]] } } };
  Object.assign(schema, given);
  return { body: schema };
}

function problem(runner: { tag_list?: string[] | null; run_untagged?: boolean; maximum_timeout?: number | null; maintenance_note?: string | null }): readonly [string, string] | undefined {
  if (runner.run_untagged === false && (runner.tag_list ?? []).length === 0) return ["tags_list", "can not be empty when runner is not allowed to pick untagged jobs"];
  if (typeof runner.maximum_timeout === "number" && runner.maximum_timeout < 600) return ["maximum_timeout", "needs to be at least 10 minutes"];
  if ((runner.maintenance_note ?? "").length > 1024) return ["maintenance_note", "is too long (maximum is 1024 characters)"];
  return undefined;
}

/** Puts a runner into the world; what is not given is as GitLab's defaults. */
export function addRunner(world: GitlabWorld, owner: WorldRunner["owner"], given: Readonly<Record<string, unknown>> = {}): WorldRunner {
  const id = world.nextId();
  const schema: WorldRunner["schema"] = {
    id,
    paused: false,
    description: "",
    ip_address: "",
    is_shared: false,
    runner_type: owner.kind === "group" ? "group_type" : "project_type",
    name: "gitlab-runner",
    online: false,
    status: "offline",
    architecture: null,
    contacted_at: "",
    platform: null,
    projects: [],
    groups: owner.kind === "group" ? [{ id: owner.id, web_url: "", name: "" }] : [],
    revision: null,
    tag_list: [],
    version: null,
    access_level: "not_protected",
    maximum_timeout: null,
    run_untagged: true,
    locked: false,
    maintenance_note: null,
    ...Object.fromEntries(Object.entries(given).filter(([name]) => EDITABLE.includes(name))),
  };
  const runner: WorldRunner = { schema, owner, token: newToken(), managers: [], running: [] };
  world.runners.set(id, runner);
  return runner;
}

function newToken(): string {
  return `glrt-${randomBytes(15).toString("base64url")}`;
}
