import { machineActivity, surelyIdleMachines } from "../../../src/deploy/connect";
import type { Repository } from "../../../src/nest";
import { systemId } from "../../../src/vocabulary/system-id";
import { memorySecrets } from "../../support/gitlab/memory-secrets";
import { addRunner, type GitlabServer, gitlabServer } from "../../support/gitlab-server";

const SERVER = "gitlab.example.org";
const TOKEN = "glpat-of-the-tests";

let server: GitlabServer;
let pauses: number;
/** Happens between two looks. */
let meanwhile: () => void;

beforeEach(async () => {
  server = await gitlabServer();
  server.addToken(TOKEN, ["create_runner", "manage_runner", "read_api"]);
  server.addProject(1, "acme/api");
  server.addProject(2, "acme/web");
  pauses = 0;
  meanwhile = () => undefined;
});

afterEach(() => server.close());

const options = () => ({
  env: { GOSLING_GITLAB_ADDRESSES: `${SERVER}=${server.url}` },
  resolve: memorySecrets({ "file://api-token": TOKEN }).resolve,
  now: Date.now,
  async pause() {
    pauses++;
    meanwhile();
  },
});

const repository = (name: string, projectId: number): Repository => ({ name, gitlab: { server: SERVER, projectId, apiToken: "file://api-token", runnerToken: "file://runner-token", webhookSecret: "file://webhook-secret" } });
const egg = { nest: "acme", unit: "web", repositories: [repository("web", 2)] };
const bucket = { nest: "acme", unit: "team", repositories: [repository("api", 1), repository("web", 2)] };

/** A registration with machines: runner id → what GitLab says of its jobs. */
function register(projectId: number, path: string, unit: string, machines: Readonly<Record<string, "active" | "idle">>) {
  const runner = addRunner(server.world, { kind: "project", id: projectId }, { description: `gosling ${path}`, maintenance_note: `gosling ${path} token:none\n` });
  for (const [id, jobs] of Object.entries(machines)) runner.managers.push({ system_id: systemId("acme", unit, id), status: "online", contacted_at: null, job_execution_status: jobs });
  return runner;
}

test("machines are known by the id that they report with", async () => {
  register(2, "acme/web", "web", { "a-1": "idle", "a-2": "active" });
  // Another Egg's machine of one name.
  register(2, "acme/other", "other", { "a-3": "idle" });
  expect(await machineActivity(egg, ["a-1", "a-2", "a-3"], options())).toEqual(new Map([["a-1", "idle"], ["a-2", "busy"], ["a-3", "unknown"]]));
  expect(server.requests.filter((line) => line.includes("managers"))).toHaveLength(1);
});

test("a bucket's machine is idle only where every repository says so", async () => {
  register(1, "acme/team/api", "team", { "a-1": "idle", "a-2": "idle", "a-3": "idle" });
  register(2, "acme/team/web", "team", { "a-1": "idle", "a-2": "active" });
  expect(await machineActivity(bucket, ["a-1", "a-2", "a-3"], options())).toEqual(new Map([["a-1", "idle"], ["a-2", "busy"], ["a-3", "unknown"]]));
});

test("where nothing is registered nothing is known", async () => {
  expect(await machineActivity(egg, ["a-1"], options())).toEqual(new Map([["a-1", "unknown"]]));
});

test("right before an end GitLab is asked twice: a job that begins between keeps its machine", async () => {
  const { managers } = register(2, "acme/web", "web", { "a-1": "idle", "a-2": "idle", "a-3": "active" });
  meanwhile = () => void Object.assign(managers[0] ?? {}, { job_execution_status: "active" });
  expect(await surelyIdleMachines(egg, ["a-1", "a-2", "a-3"], options())).toEqual(["a-2"]);
  expect(pauses).toBe(1);
});

test("where none is idle nobody waits for a second look", async () => {
  register(2, "acme/web", "web", { "a-1": "active" });
  expect(await surelyIdleMachines(egg, ["a-1"], options())).toEqual([]);
  expect(pauses).toBe(0);
});
