import type { PersonalAccessTokenSchema, SimpleProjectSchema } from "@gitbeaker/core";
import { type Call, notFound, type Route } from "./route";
import type { GitlabWorld, WorldProject } from "./world";

export const projectRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "personal_access_tokens/self",
    scopes: "any",
    admin: false,
    answer: ({ token }: Call) => {
      if (!token) return notFound("Token");
      const { id, name, revoked, active, scopes, expires_at } = token;
      const schema: Omit<PersonalAccessTokenSchema, "token"> = { id, name, revoked, created_at: "2026-01-01T00:00:00.000Z", scopes: [...scopes], user_id: 1, last_used_at: "2026-01-01T00:00:00.000Z", active, ...(expires_at !== undefined && { expires_at }) };
      return { body: { expires_at: null, ...schema } };
    },
  },
  {
    method: "GET",
    path: "projects/:id",
    scopes: ["read_api"],
    admin: false,
    answer: ({ world, params }: Call) => {
      const found = [...world.projects.values()].find(({ id, path }) => params["id"] === String(id) || params["id"] === path);
      return found ? { body: projectSchema(found) } : notFound("Project");
    },
  },
  {
    method: "GET",
    path: "groups/:id/projects",
    scopes: ["read_api"],
    admin: false,
    answer: ({ world, params, query }: Call) => {
      const id = Number(params["id"]);
      if (!world.groups.has(id)) return notFound("Group");
      const groups = query.get("include_subgroups") === "true" ? descendants(world, id) : [id];
      const archived = query.get("archived");
      const shared = query.get("with_shared") !== "false";
      const found = [...world.projects.values()].filter((project) => (project.group !== undefined && groups.includes(project.group)) || (shared && project.sharedWith.some((group) => groups.includes(group))));
      const kept = found.filter((project) => archived === null || String(project.archived) === archived).sort((a, b) => a.id - b.id);
      return { list: (query.get("sort") === "asc" ? kept : kept.reverse()).map(projectSchema) };
    },
  },
];

function descendants(world: GitlabWorld, id: number): readonly number[] {
  return [id, ...[...world.groups.values()].filter(({ parent }) => parent === id).flatMap((group) => descendants(world, group.id))];
}

function projectSchema({ id, path, archived }: WorldProject): SimpleProjectSchema {
  const name = path.split("/").at(-1) ?? path;
  return {
    id,
    web_url: `https://gitlab.example.com/${path}`,
    name,
    path: name,
    description: null,
    name_with_namespace: path,
    path_with_namespace: path,
    created_at: "2026-01-01T00:00:00.000Z",
    default_branch: "main",
    topics: null,
    ssh_url_to_repo: "",
    http_url_to_repo: "",
    readme_url: null,
    forks_count: 0,
    avatar_url: null,
    star_count: 0,
    last_activity_at: "2026-01-01T00:00:00.000Z",
    namespace: { id: 1, name: "group", path: "group", kind: "group", full_path: "group", avatar_url: null, web_url: "" },
    archived,
  };
}
