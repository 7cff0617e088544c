import { type Gitlab, GitlabError, openGitlab } from "../../src/gitlab";
import { addDeployKey, addRunner, type GitlabServer, gitlabServer } from "../support/gitlab-server";

const TOKEN = "glpat-secret-of-the-tests";
const SERVER = "gitlab.example.org:8443";

let server: GitlabServer;
let gitlab: Gitlab;
/** Waits are not waited for: they move the clock. */
let clock: number;
let pauses: number[];

beforeEach(async () => {
  server = await gitlabServer();
  clock = Date.UTC(2026, 10, 27, 12);
  pauses = [];
  server.world.now = () => clock;
  server.addToken(TOKEN, ["api"]);
  server.addProject(1, "acme/web");
  server.addGroup(7, "acme");
  gitlab = await open();
});

afterEach(async () => {
  await gitlab.close();
  await server.close();
});

async function open(more: Partial<Parameters<typeof openGitlab>[0]> = {}): Promise<Gitlab> {
  return openGitlab({
    server: SERVER,
    token: TOKEN,
    env: { GOSLING_GITLAB_ADDRESSES: `${SERVER}=${server.url}` },
    now: () => clock,
    random: () => 0,
    async pause(milliseconds) {
      pauses.push(milliseconds);
      clock += milliseconds;
    },
    ...more,
  });
}

async function failure(work: Promise<unknown>): Promise<GitlabError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(GitlabError);
  const found = error as GitlabError;
  expect(`${found.message} ${found.hint} ${JSON.stringify(found)}`).not.toContain(TOKEN);
  return found;
}

const attributes = { description: "d", paused: false, tagList: ["a", "b"], runUntagged: false, locked: true, accessLevel: "ref_protected", maximumTimeout: 3600, maintenanceNote: "n" } as const;

test("a runner is made, found, read, changed, given another token, and removed", async () => {
  const { id, token } = await gitlab.createRunner({ kind: "project", id: 1 }, { ...attributes, tagList: [...attributes.tagList] });
  expect(token).toMatch(/^glrt-/);
  addRunner(server.world, { kind: "group", id: 7 }, { description: "of the group" });
  expect(await gitlab.runners({ kind: "project", id: 1 })).toEqual([{ id, description: "d" }]);
  expect(await gitlab.runner(id)).toEqual({ id, type: "project_type", groupIds: [], ...attributes });
  expect(await gitlab.runnerOfToken(token)).toBe(id);

  await gitlab.editRunner(id, { tagList: ["c"], maintenanceNote: "m" });
  expect(await gitlab.runner(id)).toMatchObject({ tagList: ["c"], maintenanceNote: "m", runUntagged: false });

  const next = await gitlab.resetRunnerToken(id);
  expect(await gitlab.runnerOfToken(next)).toBe(id);
  expect(await gitlab.runnerOfToken(token)).toBeUndefined();

  await gitlab.removeRunner(id);
  expect(await gitlab.runners({ kind: "project", id: 1 })).toEqual([]);
});

test("a thousand projects come page by page; sub-groups count, archived projects and shared ones don't", async () => {
  server.addGroup(8, "acme/sub", 7);
  server.addGroup(9, "acme/sub/deep", 8);
  server.addGroup(20, "other");
  for (let n = 0; n < 1000; n++) server.addProject(100 + n, `acme/p${n}`, { group: 7 + (n % 3) });
  server.addProject(5000, "acme/old", { group: 8, archived: true });
  server.addProject(5001, "other/shared", { group: 20, sharedWith: [7] });
  const found = await gitlab.discoverProjects(7);
  expect(found).toHaveLength(1000);
  expect(found[0]).toEqual({ id: 100, path: "acme/p0" });
  expect(new Set(found.map(({ id }) => id)).size).toBe(1000);
  expect(server.requests).toHaveLength(10);
});

test("a page that fails half-way is asked for again, and none is missing", async () => {
  for (let n = 0; n < 250; n++) server.addProject(100 + n, `acme/p${n}`, { group: 7 });
  server.fail(/page=2/, { kind: "half" });
  server.fail(/page=3/, { kind: "status", status: 502 });
  expect(await gitlab.discoverProjects(7)).toHaveLength(250);
  expect(pauses).toEqual([250, 250]);
});

describe("what goes wrong is told by name, with a way out, and without the token", () => {
  test.each([
    ["a wrong token", { status: 401, body: { message: `401 Unauthorized ${TOKEN}` } }, "GITLAB_TOKEN", `${SERVER} does not accept the token: 401 Unauthorized ***MASKED***`],
    ["a missing scope", { status: 403, body: { error: "insufficient_scope", error_description: "no", scope: "manage_runner api" } }, "GITLAB_SCOPE", "The token lacks a scope for GET runners/1 on gitlab.example.org:8443: manage_runner or api"],
    ["a missing role", { status: 403, body: { message: "403 Forbidden" } }, "GITLAB_FORBIDDEN", `${SERVER} refuses GET runners/1: 403 Forbidden`],
    ["what is not there", { status: 404, body: { message: "404 Runner Not Found" } }, "GITLAB_NOT_FOUND", `${SERVER} knows no runners/1: 404 Runner Not Found`],
    ["a conflict", { status: 409, body: { message: { base: ["taken"] } } }, "GITLAB_REFUSED", `${SERVER} refuses GET runners/1 with status 409: taken`],
    ["a wrong value", { status: 400, body: { message: { maximum_timeout: ["needs to be at least 10 minutes"] } } }, "GITLAB_REFUSED", `${SERVER} refuses GET runners/1 with status 400: maximum_timeout needs to be at least 10 minutes`],
    ["a server that has moved", { status: 301, headers: { location: "https://elsewhere.example.org" } }, "GITLAB_REFUSED", `${SERVER} sends GET runners/1 elsewhere (status 301)`],
    ["a token that is repeated as a header has it", { status: 400, body: { message: `Basic ${Buffer.from(TOKEN).toString("base64")}` } }, "GITLAB_REFUSED", `${SERVER} refuses GET runners/1 with status 400: Basic ***MASKED***`],
    ["a token where long words are cut", { status: 400, body: { message: `${"-".repeat(490)}${TOKEN}` } }, "GITLAB_REFUSED", `${SERVER} refuses GET runners/1 with status 400: ${"-".repeat(490)}***MASKED*`],
  ])("%s", async (_, fault, code, message) => {
    server.fail(/./, { kind: "status", ...fault });
    const error = await failure(gitlab.runner(1));
    expect({ code: error.code, message: error.message }).toEqual({ code, message });
    expect(server.requests).toHaveLength(1);
  });

  test("a page instead of data, as a proxy with a login answers", async () => {
    server.fail(/./, { kind: "page" });
    expect((await failure(gitlab.runner(1))).message).toBe(`${SERVER} answers GET runners/1 with a page instead of data`);
  });

  test("a server that can't be reached", async () => {
    await server.close();
    const error = await failure(gitlab.runner(1));
    expect({ code: error.code, message: error.message, tries: pauses.length }).toEqual({ code: "GITLAB_UNREACHABLE", message: `${SERVER} can't be reached (ECONNREFUSED)`, tries: 4 });
  });

  test("a server that never answers", async () => {
    const impatient = await open({ timeouts: { requestMs: 40 } });
    server.fail(/./, { kind: "silence" }, 5);
    expect((await failure(impatient.runner(1))).message).toBe(`${SERVER} does not answer in time`);
    await impatient.close();
  });
});

describe("what may pass is tried again", () => {
  test("with pauses that grow, up to five tries", async () => {
    server.fail(/./, { kind: "status", status: 503 }, 9);
    expect((await failure(gitlab.runner(1))).code).toBe("GITLAB_FAILED");
    expect(pauses).toEqual([250, 500, 1000, 2000]);
  });

  test("a rate limit for as long as the server says; the request was not carried out, so a POST is sent again too", async () => {
    server.fail(/POST/, { kind: "status", status: 429, headers: { "retry-after": "17" } });
    await gitlab.createRunner({ kind: "project", id: 1 }, { ...attributes, tagList: ["a"] });
    expect(pauses).toEqual([17_000]);
    expect(server.world.runners.size).toBe(1);
  });

  test("a limit that is used up is waited for before the next request, by the server's clock", async () => {
    const { schema } = addRunner(server.world, { kind: "project", id: 1 });
    server.limit(2);
    clock += 10_000;
    const ahead = clock;
    server.world.now = () => ahead + (clock - ahead) + 3_600_000;
    for (let n = 0; n < 5; n++) await gitlab.runner(schema.id);
    expect(pauses).toEqual([50_000, 60_000]);
    expect(server.requests).toHaveLength(5);
  });

  test("a limit that lasts too long is an error", async () => {
    server.fail(/./, { kind: "status", status: 429, headers: { "retry-after": "3600" } });
    const error = await failure(gitlab.runner(1));
    expect({ code: error.code, pauses }).toEqual({ code: "GITLAB_RATE_LIMIT", pauses: [] });
  });
});

test("a project is found by its number and by its path, on all pages of its deploy keys each is found, and one is made and changed", async () => {
  expect(await gitlab.project("acme/web")).toEqual({ id: 1, path: "acme/web", webUrl: "https://gitlab.example.com/acme/web" });
  expect(await gitlab.project(1)).toMatchObject({ path: "acme/web" });
  expect((await failure(gitlab.project("acme/none"))).code).toBe("GITLAB_NOT_FOUND");

  for (let n = 0; n < 101; n++) addDeployKey(server.world, 1, { title: `other ${n}`, key: `ssh-ed25519 AAAA${String(n).padStart(4, "0")} other` });
  const made = await gitlab.createDeployKey(1, { title: "gosling acme/read", key: "ssh-ed25519 AAAAC3Nz gosling", canPush: false });
  expect(made).toEqual({ id: expect.any(Number) as number, title: "gosling acme/read", key: "ssh-ed25519 AAAAC3Nz gosling", canPush: false });
  await gitlab.editDeployKey(1, made.id, { canPush: true });
  const all = await gitlab.deployKeys(1);
  expect(all).toHaveLength(102);
  expect(all.at(-1)).toEqual({ ...made, canPush: true });
  expect((await failure(gitlab.createDeployKey(1, { title: "t", key: "no key", canPush: true }))).message).toContain("deploy_key.key is invalid, type is forbidden");
});

describe("what may have been done is not done twice", () => {
  test.each(["done-and-drop", "half"] as const)("a POST whose answer is lost (%s) says so", async (kind) => {
    server.fail(/POST user/, { kind });
    const error = await failure(gitlab.createRunner({ kind: "project", id: 1 }, { ...attributes, tagList: ["a"] }));
    expect(error.mayBeDone).toBe(true);
    expect(server.world.runners.size).toBe(1);
  });

  test("a POST that the server failed at", async () => {
    server.fail(/POST user/, { kind: "status", status: 500 });
    expect((await failure(gitlab.createRunner({ kind: "project", id: 1 }, { ...attributes, tagList: ["a"] }))).mayBeDone).toBe(true);
    expect(server.requests).toHaveLength(1);
  });

  test("one that was refused says nothing of the kind", async () => {
    const error = await failure(gitlab.createRunner({ kind: "project", id: 1 }, { ...attributes, tagList: [] }));
    expect(error).toMatchObject({ mayBeDone: false, status: 400 });
    expect(error.message).toContain("tags_list can not be empty when runner is not allowed to pick untagged jobs");
  });
});

test("each scope opens what GitLab's own code lets it open", async () => {
  server.addToken("narrow", ["create_runner", "manage_runner"]);
  const narrow = await open({ token: "narrow" });
  const { id } = await narrow.createRunner({ kind: "project", id: 1 }, { ...attributes, tagList: ["a"] });
  await narrow.editRunner(id, { paused: true });
  expect((await failure(narrow.runners({ kind: "project", id: 1 }))).message).toContain("api or read_api");
  await narrow.close();
});
