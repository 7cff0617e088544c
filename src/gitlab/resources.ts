import type { DeployKeys, GroupHooks, Groups, PersonalAccessTokens, PipelineSchedules, PipelineScheduleVariables, ProjectHooks, Projects, Runners, Users } from "@gitbeaker/rest";
import type { Request, Transport } from "./transport";

/** The parts of GitBeaker that we use, over our transport: its typed paths and paging, our retries, limits and errors. */
export interface Resources {
  readonly runners: Runners;
  readonly users: Users;
  readonly tokens: PersonalAccessTokens;
  readonly groups: Groups;
  readonly projects: Projects;
  readonly deployKeys: DeployKeys;
  readonly projectHooks: ProjectHooks;
  readonly groupHooks: GroupHooks;
  readonly schedules: PipelineSchedules;
  readonly scheduleVariables: PipelineScheduleVariables;
}

type RequesterFn = NonNullable<ConstructorParameters<typeof Runners>[0]["requesterFn"]>;
type Requester = ReturnType<RequesterFn>;
type RequestOptions = Parameters<Requester["get"]>[1];

/** Loads GitBeaker, which takes its time. */
export async function openResources(transport: Transport, address: string): Promise<Resources> {
  const { DeployKeys, GroupHooks, Groups, PersonalAccessTokens, PipelineSchedules, PipelineScheduleVariables, ProjectHooks, Projects, Runners, Users } = await import("@gitbeaker/rest");
  // No token: the transport sends it. No time limit and no rate limiter of its own either.
  const options = { host: address, requesterFn: requesterOver(transport, `${address}/api/v4/`), queryTimeout: null, rateLimits: {} };
  return {
    runners: new Runners(options),
    users: new Users(options),
    tokens: new PersonalAccessTokens(options),
    groups: new Groups(options),
    projects: new Projects(options),
    deployKeys: new DeployKeys(options),
    projectHooks: new ProjectHooks(options),
    groupHooks: new GroupHooks(options),
    schedules: new PipelineSchedules(options),
    scheduleVariables: new PipelineScheduleVariables(options),
  };
}

function requesterOver(transport: Transport, base: string): RequesterFn {
  return ({ url }) => {
    // Some resources stand below a prefix: `projects`.
    const prefix = url.slice(base.length);
    const send = (method: Request["method"]) => async (path: string, options: RequestOptions) => {
      const { searchParams, body } = options ?? {};
      if (body instanceof FormData) throw new TypeError(`${method} ${path} sends a form, and this transport sends JSON`);
      return transport.request({ method, path: prefix === "" ? path : `${prefix}/${path}`, ...(searchParams && { query: searchParams }), ...(body && method !== "GET" && Object.keys(body).length > 0 && { body }) });
    };
    return { get: send("GET"), post: send("POST"), put: send("PUT"), patch: send("PATCH"), delete: send("DELETE") } as Requester;
  };
}
