import type { ExpandedHookSchema } from "@gitbeaker/core";
import { type Answer, type Call, notFound, type Route } from "./route";
import type { GitlabWorld, WorldHook } from "./world";

type Kind = WorldHook["owner"]["kind"];

const EVENTS = ["push_events", "merge_requests_events", "job_events", "pipeline_events", "tag_push_events", "issues_events", "confidential_issues_events", "note_events", "confidential_note_events", "wiki_page_events", "deployment_events", "releases_events"] as const;

export const hookRoutes: readonly Route[] = (["project", "group"] as const).flatMap((kind): Route[] => {
  const path = `${kind}s/:id/hooks`;
  const within = (answer: (call: Call, owner: WorldHook["owner"]) => Answer) => (call: Call): Answer => {
    const id = Number(call.params["id"]);
    if (!(kind === "project" ? call.world.projects : call.world.groups).has(id)) return notFound(kind === "project" ? "Project" : "Group");
    if (kind === "group" && !call.world.premium) return { status: 403, body: { message: "403 Forbidden" } };
    if (kind === "project" && call.world.projects.get(id)?.archived === true && call.token?.role !== "owner") return { status: 403, body: { message: "403 Forbidden" } };
    return answer(call, { kind, id });
  };
  const one = (answer: (hook: WorldHook, call: Call) => Answer) =>
    within((call, owner) => {
      const hook = call.world.hooks.get(Number(call.params["hook_id"]));
      return hook && hook.owner.kind === owner.kind && hook.owner.id === owner.id ? answer(hook, call) : notFound("Hook");
    });
  return [
    { method: "GET", path, scopes: ["read_api"], answer: within(({ world }, owner) => ({ list: hooksOf(world, owner.kind, owner.id).map((hook) => shown(world, hook)) })) },
    {
      method: "POST",
      path,
      scopes: [],
      answer: within(({ world, body }, owner) => {
        if (!/^https?:\/\//.test(body.url ?? "")) return { status: 422, body: { error: "Invalid url given" } };
        return { status: 201, body: shown(world, addHook(world, owner, body)) };
      }),
    },
    { method: "PUT", path: `${path}/:hook_id`, scopes: [], answer: one((hook, { world, body }) => (change(hook, body), { body: shown(world, hook) })) },
    { method: "DELETE", path: `${path}/:hook_id`, scopes: [], answer: one((hook, { world }) => (world.hooks.delete(hook.schema.id), { status: 204 })) },
  ];
});

export function hooksOf(world: GitlabWorld, kind: Kind, id: number): readonly WorldHook[] {
  return [...world.hooks.values()].filter(({ owner }) => owner.kind === kind && owner.id === id);
}

/** Puts a webhook into the world. */
export function addHook(world: GitlabWorld, owner: WorldHook["owner"], given: Readonly<Record<string, unknown>>): WorldHook {
  const id = world.nextId();
  const off = Object.fromEntries(EVENTS.map((name) => [name, name === "push_events"])) as Record<(typeof EVENTS)[number], boolean>;
  const schema: WorldHook["schema"] = {
    id,
    url: "",
    created_at: new Date(world.now()).toISOString(),
    repository_update_events: false,
    enable_ssl_verification: true,
    push_events_branch_filter: "",
    alert_status: "executable",
    url_variables: [],
    description: "",
    ...off,
  };
  const hook: WorldHook = { owner, schema, token: "" };
  change(hook, given);
  world.hooks.set(id, hook);
  return hook;
}

function change(hook: WorldHook, given: Readonly<Record<string, unknown>>): void {
  const known = ["url", "description", "enable_ssl_verification", "push_events_branch_filter", ...EVENTS];
  Object.assign(hook.schema, Object.fromEntries(Object.entries(given).filter(([name]) => known.includes(name))));
  if (typeof given["token"] === "string") hook.token = given["token"];
}

function shown({ hookDescriptions }: GitlabWorld, { schema }: WorldHook): ExpandedHookSchema {
  if (hookDescriptions) return schema;
  const { description: _, ...older } = schema;
  return older as ExpandedHookSchema;
}
