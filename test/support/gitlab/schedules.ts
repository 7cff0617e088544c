import type { CondensedPipelineScheduleSchema, ExpandedPipelineScheduleSchema, PipelineVariableSchema } from "@gitbeaker/core";
import { type Answer, type Call, notFound, type Route } from "./route";
import type { GitlabWorld, WorldSchedule } from "./world";

const path = "projects/:id/pipeline_schedules";

const within = (answer: (call: Call, projectId: number) => Answer) => (call: Call): Answer => {
  const id = Number(call.params["id"]);
  return call.world.projects.has(id) ? answer(call, id) : notFound("Project");
};

const one = (answer: (schedule: WorldSchedule, call: Call) => Answer) =>
  within((call, projectId) => {
    const schedule = call.world.schedules.get(Number(call.params["schedule_id"]));
    return schedule?.projectId === projectId ? answer(schedule, call) : notFound("Pipeline Schedule");
  });

export const scheduleRoutes: readonly Route[] = [
  { method: "GET", path, scopes: ["read_api"], answer: within(({ world }, projectId) => ({ list: [...world.schedules.values()].filter((schedule) => schedule.projectId === projectId).map(({ schema }) => condensed(schema)) })) },
  { method: "GET", path: `${path}/:schedule_id`, scopes: ["read_api"], answer: one(({ schema }) => ({ body: schema })) },
  {
    method: "POST",
    path,
    scopes: [],
    answer: within(({ world, body }, projectId) => {
      const wrong = problem(body);
      return wrong ?? { status: 201, body: addSchedule(world, projectId, body).schema };
    }),
  },
  {
    method: "PUT",
    path: `${path}/:schedule_id`,
    scopes: [],
    answer: one(({ schema }, { body }) => {
      const wrong = problem({ ...schema, ...body });
      if (wrong) return wrong;
      Object.assign(schema, given(body));
      return { body: schema };
    }),
  },
  { method: "DELETE", path: `${path}/:schedule_id`, scopes: [], answer: one(({ schema }, { world }) => (world.schedules.delete(schema.id), { status: 204 })) },
  {
    method: "POST",
    path: `${path}/:schedule_id/variables`,
    scopes: [],
    answer: one(({ schema }, { body }) => {
      if (schema.variables.some(({ key }) => key === body.key)) return { status: 400, body: { message: { key: ["has already been taken"] } } };
      const variable: PipelineVariableSchema = { key: body.key, variable_type: "env_var", value: body.value };
      schema.variables.push(variable);
      return { status: 201, body: variable };
    }),
  },
  {
    method: "PUT",
    path: `${path}/:schedule_id/variables/:key`,
    scopes: [],
    answer: one(({ schema }, { params, body }) => {
      const variable = schema.variables.find(({ key }) => key === params["key"]);
      if (!variable) return notFound("Pipeline Schedule Variable");
      variable.value = body.value;
      return { body: variable };
    }),
  },
];

/** Puts a schedule into the world. */
export function addSchedule(world: GitlabWorld, projectId: number, attributes: Readonly<Record<string, unknown>>): WorldSchedule {
  const id = world.nextId();
  const at = new Date(world.now()).toISOString();
  const schema: ExpandedPipelineScheduleSchema = {
    id,
    description: "",
    ref: "refs/heads/main",
    cron: "0 0 * * *",
    cron_timezone: "UTC",
    next_run_at: at,
    active: true,
    created_at: at,
    updated_at: at,
    owner: { id: 1, name: "Ada", username: "ada", state: "active", avatar_url: "", web_url: "" },
    last_pipeline: { id: 1, sha: "0".repeat(40), ref: "main", status: "success" },
    variables: [],
    ...given(attributes),
  };
  const schedule = { projectId, schema };
  world.schedules.set(id, schedule);
  return schedule;
}

/** Short names of branches become long ones, as on newer servers. */
function given(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const known = Object.entries(body).filter(([name]) => ["description", "ref", "cron", "cron_timezone", "active"].includes(name));
  return Object.fromEntries(known.map(([name, value]) => [name, name === "ref" && typeof value === "string" && !value.startsWith("refs/") ? `refs/heads/${value}` : value]));
}

function problem(body: { cron?: string; ref?: string }): Answer | undefined {
  if (!/^\S+ \S+ \S+ \S+ \S+$/.test(body.cron ?? "")) return { status: 400, body: { message: { cron: ["is invalid syntax"] } } };
  if (body.ref === undefined || body.ref === "") return { status: 400, body: { error: "ref is empty" } };
  return undefined;
}

function condensed({ id, description, ref, cron, cron_timezone, next_run_at, active, created_at, updated_at, owner }: ExpandedPipelineScheduleSchema): CondensedPipelineScheduleSchema {
  return { id, description, ref, cron, cron_timezone, next_run_at, active, created_at, updated_at, owner };
}
