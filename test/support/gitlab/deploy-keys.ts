import { createHash } from "node:crypto";
import type { DeployKeySchema } from "@gitbeaker/core";
import { type Answer, type Call, notFound, type Route } from "./route";
import type { GitlabWorld, WorldDeployKey } from "./world";

const path = "projects/:id/deploy_keys";

const within = (answer: (call: Call, projectId: number) => Answer) => (call: Call): Answer => {
  const id = Number(call.params["id"]);
  return call.world.projects.has(id) ? answer(call, id) : notFound("Project");
};

export const deployKeyRoutes: readonly Route[] = [
  { method: "GET", path, scopes: ["read_api"], answer: within(({ world }, projectId) => ({ list: deployKeysOf(world, projectId).map(({ schema }) => schema) })) },
  {
    method: "POST",
    path,
    scopes: [],
    answer: within(({ world, body }, projectId) => {
      if (typeof body.title !== "string" || body.title === "") return { status: 400, body: { error: "title is missing" } };
      if (!/^ssh-(ed25519|rsa) [A-Za-z0-9+/]+=*( .*)?$/.test(body.key ?? "")) return { status: 400, body: { message: { "deploy_key.key": ["is invalid", "type is forbidden"] } } };
      const there = deployKeysOf(world, projectId).find(({ schema }) => bare(schema.key) === bare(body.key));
      return { status: 201, body: (there ?? addDeployKey(world, projectId, body)).schema };
    }),
  },
  {
    method: "PUT",
    path: `${path}/:key_id`,
    scopes: [],
    answer: within(({ world, params, body }, projectId) => {
      const key = world.deployKeys.get(Number(params["key_id"]));
      if (key?.projectId !== projectId) return notFound("Deploy Key");
      Object.assign(key.schema, Object.fromEntries(Object.entries(body).filter(([name]) => ["can_push", "title"].includes(name))));
      return { body: key.schema };
    }),
  },
];

export function deployKeysOf(world: GitlabWorld, projectId: number): readonly WorldDeployKey[] {
  return [...world.deployKeys.values()].filter((key) => key.projectId === projectId);
}

/** Puts a deploy key into the world. */
export function addDeployKey(world: GitlabWorld, projectId: number, given: { readonly title: string; readonly key: string; readonly can_push?: boolean }): WorldDeployKey {
  const id = world.nextId();
  const blob = Buffer.from(given.key.split(" ")[1] ?? "", "base64");
  const digest = (algorithm: string, encoding: "hex" | "base64"): string => createHash(algorithm).update(blob).digest(encoding);
  const schema: DeployKeySchema = {
    id,
    title: given.title,
    key: given.key,
    created_at: new Date(world.now()).toISOString(),
    fingerprint: digest("md5", "hex").replace(/(..)(?=.)/g, "$1:"),
    fingerprint_sha256: `SHA256:${digest("sha256", "base64").replace(/=+$/, "")}`,
    can_push: given.can_push ?? false,
  };
  const made = { projectId, schema };
  world.deployKeys.set(id, made);
  return made;
}

function bare(key: string): string {
  return key.split(" ").slice(0, 2).join(" ");
}
