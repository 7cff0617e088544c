import { connectNest, type ConnectOptions, type ConnectResult, disconnectUnit } from "../../../src/deploy/connect";
import { type Nest, readNest } from "../../../src/nest";
import { GoslingError } from "../../../src/vocabulary/error";
import { folderWith } from "../../support/folder";
import { memorySecrets, type MemorySecrets } from "../../support/gitlab/memory-secrets";
import { addHook, addRunner, addSchedule, type GitlabServer, gitlabServer, hooksOf } from "../../support/gitlab-server";
import { eggText, nestFiles } from "../../support/nest-files";

const SERVER = "gitlab.example.org";
const OTHER = "gitlab.example.com:8443";
const SECRET = (egg: string, name: string, server = SERVER) => `file://gitlab/${server.replace(":", "_")}/${egg}/${name}`;
const TOKEN = "glpat-of-the-tests";
const URL = "https://goose.example.org/webhooks/gitlab";

let server: GitlabServer;
let secrets: MemorySecrets;
let clock: number;

beforeEach(async () => {
  server = await gitlabServer();
  clock = Date.UTC(2026, 10, 27, 12);
  server.world.now = () => clock;
  server.addToken(TOKEN, ["api"]);
  server.addProject(1, "acme/web");
  server.addProject(2, "acme/nest");
  server.addGroup(7, "acme");
  secrets = memorySecrets({ [SECRET("web", "api-token")]: TOKEN, [SECRET("all", "api-token")]: TOKEN });
});

afterEach(() => server.close());

const gitlab = (id: string, server = SERVER) => `server = "${server}"\n    ${id}`;
const WEB = eggText("web", { gitlab: gitlab("project_id = 1"), runner: 'tags = ["docker", "linux"]\n    concurrent = 1' });
const GOOSE = 'mothergoose {\n  cloud {\n    provider = "local"\n  }\n  api {\n    domain = "goose.example.org"\n  }\n}\n';

async function nest(eggs: Readonly<Record<string, string>>, more: Readonly<Record<string, string>> = {}): Promise<Nest> {
  const read = await readNest(folderWith(nestFiles(eggs, more)));
  if (!read.nest) throw new Error(JSON.stringify(read.diagnostics.map(({ summary, detail }) => [summary, detail])));
  return read.nest;
}

const options = (more: Partial<ConnectOptions> = {}): ConnectOptions => ({
  env: { GOSLING_GITLAB_ADDRESSES: `${SERVER}=${server.url}` },
  resolve: secrets.resolve,
  secrets: secrets.writer,
  now: () => clock,
  random: () => 0,
  async pause(milliseconds) {
    clock += milliseconds;
  },
  ...more,
});

/** `+ runner gosling test/web`, one line a step. */
const steps = ({ units }: ConnectResult) => units.flatMap((unit) => unit.steps.map(({ action, what, name }) => `${{ create: "+", change: "~", remove: "-" }[action]} ${what} ${name}`));
const messages = ({ units }: ConnectResult) => units.flatMap(({ unit, errors }) => errors.map((error) => `${unit}: ${(error as Error).message}`));

/** A second time there is nothing to do, and nothing is written. */
async function settled(of: Nest, more?: Partial<ConnectOptions>): Promise<void> {
  server.forget();
  const again = await connectNest(of, options(more));
  expect({ steps: again.units.flatMap((unit) => unit.steps), errors: messages(again), writes: server.writes() }).toEqual({ steps: [], errors: [], writes: [] });
}

describe("runners", () => {
  test("an Egg's runner is registered once, and its token goes to the store", async () => {
    const it = await nest({ web: WEB });
    const result = await connectNest(it, options());
    expect(result.units).toMatchObject([{ unit: "web", outcome: "changed" }]);
    expect(steps(result)).toEqual(["+ runner gosling test/web"]);
    const [runner] = [...server.world.runners.values()];
    expect(runner?.schema).toMatchObject({ description: "gosling test/web", tag_list: ["docker", "linux"], run_untagged: false, locked: true, access_level: "not_protected", maximum_timeout: 3600, runner_type: "project_type" });
    expect(secrets.values.get(SECRET("web", "runner-token"))).toBe(runner?.token);
    expect(runner?.schema.maintenance_note).toMatch(/^gosling test\/web token:[0-9a-f]{12}\n/);
    expect(JSON.stringify(result)).not.toContain(runner?.token);
    await settled(it);
  });

  test("a dry run shows it and changes nothing", async () => {
    const result = await connectNest(await nest({ web: WEB }), options({ dryRun: true }));
    expect(result).toMatchObject({ changes: true, units: [{ outcome: "planned", steps: [{ action: "create", what: "runner", server: SERVER, owner: { kind: "project", id: 1 }, details: ["tags: docker, linux", `token → ${SECRET("web", "runner-token")}`] }] }] });
    expect({ writes: server.writes(), secrets: secrets.values.size }).toEqual({ writes: [], secrets: 2 });
  });

  test("what is changed in the Nest, or by hand on the server, is set", async () => {
    const it = await nest({ web: WEB });
    await connectNest(it, options());
    const [runner] = [...server.world.runners.values()];
    const token = runner?.token;
    Object.assign(runner?.schema ?? {}, { tag_list: ["linux"], locked: false, access_level: "ref_protected", maximum_timeout: null, paused: true });
    const result = await connectNest(it, options());
    expect(result.units[0]?.steps[0]?.details).toEqual(["tags: linux → docker, linux", "locked: off → on", "access: ref_protected → not_protected", "longest job in seconds: none → 3600"]);
    // Whoever pauses a runner has a reason.
    expect(runner?.schema).toMatchObject({ tag_list: ["docker", "linux"], locked: true, paused: true });
    expect(runner?.token).toBe(token);
    await settled(it);
  });

  test("a group's runner belongs to the group; every repository of a bucket has one", async () => {
    const second = await gitlabServer();
    second.addToken("u", ["api"]);
    second.addGroup(9, "other");
    secrets.values.set(SECRET("team/api", "api-token"), TOKEN).set(SECRET("team/web", "api-token", OTHER), "u");
    const bucket = eggText("team", { gitlab: "" }).replace('egg "team"', 'eggsbucket "team"').replace(/ {2}gitlab \{\s*\}/, `  repositories {\n    repo "api" {\n      gitlab {\n        ${gitlab("project_id = 1")}\n      }\n    }\n    repo "web" {\n      gitlab {\n        ${gitlab("group_id = 9", OTHER)}\n      }\n    }\n  }`);
    const it = await nest({ team: bucket, all: eggText("all", { gitlab: gitlab("group_id = 7"), more: 'description = "For everybody"' }) });
    const env = { GOSLING_GITLAB_ADDRESSES: `${SERVER}=${server.url},${OTHER}=${second.url}` };
    const result = await connectNest(it, options({ env }));
    expect(messages(result)).toEqual([]);
    expect(steps(result)).toEqual(["+ runner gosling test/all: For everybody", "+ runner gosling test/team/api", "+ runner gosling test/team/web"]);
    expect([...server.world.runners.values()].map(({ owner, schema }) => [owner, schema.runner_type]).sort()).toEqual([
      [{ kind: "group", id: 7 }, "group_type"],
      [{ kind: "project", id: 1 }, "project_type"],
    ]);
    expect([...second.world.runners.values()].map(({ owner }) => owner)).toEqual([{ kind: "group", id: 9 }]);
    await settled(it, { env });
    await second.close();
  });

  test.each([
    ["the answer is lost", /POST user/, { kind: "done-and-drop" }],
    ["the server fails before it is done", /POST user/, { kind: "status", status: 500 }],
    ["the note can't be written", /PUT runners/, { kind: "status", status: 400 }],
  ] as const)("a creation where %s ends in one runner whose token is kept", async (_, fits, fault) => {
    const it = await nest({ web: WEB });
    server.fail(fits, fault);
    await connectNest(it, options());
    await connectNest(it, options());
    expect(server.world.runners.size).toBe(1);
    expect(secrets.values.get(SECRET("web", "runner-token"))).toBe([...server.world.runners.values()][0]?.token);
    await settled(it);
  });

  test("a token that could not be kept is replaced by another one", async () => {
    const it = await nest({ web: WEB });
    secrets.failOnce();
    const failed = await connectNest(it, options());
    expect(messages(failed)).toEqual([`web: ${SECRET("web", "runner-token")} can't be written: the store is away`]);
    const result = await connectNest(it, options());
    expect(result.units[0]?.steps[0]?.details).toEqual([`token: not kept yet, a new one → ${SECRET("web", "runner-token")}`]);
    expect(server.world.runners.size).toBe(1);
    expect(secrets.values.get(SECRET("web", "runner-token"))).toBe([...server.world.runners.values()][0]?.token);
    await settled(it);
  });

  test("so is one of an earlier registration that was removed by hand", async () => {
    const it = await nest({ web: WEB });
    await connectNest(it, options());
    server.world.runners.clear();
    secrets.failOnce();
    await connectNest(it, options());
    await connectNest(it, options());
    expect(secrets.values.get(SECRET("web", "runner-token"))).toBe([...server.world.runners.values()][0]?.token);
    await settled(it);
  });

  test("a runner that was made by hand is taken over by its token, which stays", async () => {
    const made = addRunner(server.world, { kind: "project", id: 1 }, { description: "mine", tag_list: ["linux"] });
    secrets.values.set(SECRET("web", "runner-token"), made.token);
    const it = await nest({ web: WEB });
    expect(steps(await connectNest(it, options()))).toEqual(["~ runner gosling test/web"]);
    expect(server.world.runners.size).toBe(1);
    expect(secrets.values.get(SECRET("web", "runner-token"))).toBe(made.token);
    expect(made.schema).toMatchObject({ description: "gosling test/web", tag_list: ["docker", "linux"] });
    await settled(it);
  });

  test("a token of somebody else's runner is never overwritten", async () => {
    const other = addRunner(server.world, { kind: "group", id: 7 }, { description: "theirs" });
    secrets.values.set(SECRET("web", "runner-token"), other.token);
    const result = await connectNest(await nest({ web: WEB }), options());
    expect(messages(result)).toEqual([`web: The token behind ${SECRET("web", "runner-token")} belongs to runner ${other.schema.id}, which is no runner of project 1 itself, and is not overwritten`]);
    expect(server.writes()).toEqual([]);
  });

  test("where a token can't be kept no runner is made", async () => {
    const result = await connectNest(await nest({ web: eggText("web", { gitlab: gitlab('project_id = 1\n    runner_token = "env://WEB_TOKEN"') }) }), options());
    expect(messages(result)).toEqual(["web: The token of gosling test/web can't be kept behind env://WEB_TOKEN: an environment variable can only be read"]);
    expect(server.writes()).toEqual([]);
  });

  test("a renamed Egg keeps its registration and its token", async () => {
    await connectNest(await nest({ web: WEB }), options());
    const [before] = [...server.world.runners.values()];
    secrets.values.set(SECRET("site", "api-token"), TOKEN);
    const it = await nest({ site: eggText("site", { gitlab: gitlab("project_id = 1"), more: 'renamed_from = "web"' }) });
    const result = await connectNest(it, options());
    expect(result.units[0]?.steps[0]?.details).toEqual(["description: gosling test/web → gosling test/site", "tags: docker, linux → docker", `token: copied to ${SECRET("site", "runner-token")}`]);
    expect([...server.world.runners.values()]).toEqual([before]);
    expect(secrets.values.get(SECRET("site", "runner-token"))).toBe(before?.token);
    await settled(it);
  });

  test("secrets of an Egg in a cloud are read and kept in its region, as keys of one secret", async () => {
    const name = `aws-sm://gitlab/${SERVER}/web`;
    const it = await nest({ web: eggText("web", { gitlab: gitlab("project_id = 1"), cloud: 'provider = "aws"\n    region   = "eu-central-1"' }) });
    const kept = new Map([[`${name}/api-token`, TOKEN]]);
    const places = new Set<string | undefined>();
    const more: Partial<ConnectOptions> = {
      async resolve(reference, place) {
        places.add(place?.region);
        const value = kept.get(reference);
        if (value === undefined) throw new GoslingError("SECRET_KEY", `${name} has no such key`);
        return value;
      },
      secrets: {
        async write(reference, value, place) {
          places.add(place?.region);
          kept.set(reference, value);
        },
      },
    };
    expect(messages(await connectNest(it, options(more)))).toEqual([]);
    expect(kept.get(`${name}/runner-token`)).toBe([...server.world.runners.values()][0]?.token);
    expect([...places]).toEqual(["eu-central-1"]);
    await settled(it, more);
  });

  test("what the Nest no longer has goes once its machines are gone; what is not ours stays", async () => {
    await connectNest(await nest({ web: WEB }), options());
    const [old] = [...server.world.runners.values()];
    addRunner(server.world, { kind: "project", id: 1 }, { description: "gosling test/web", maintenance_note: "a copy by somebody" });
    addRunner(server.world, { kind: "project", id: 1 }, { description: "gosling other/web", maintenance_note: "gosling other/web token:none\n" });
    secrets.values.set(SECRET("site", "api-token"), TOKEN);
    const it = await nest({ site: eggText("site", { gitlab: gitlab("project_id = 1") }) });
    const manager = { system_id: "s_1", status: "online" as "online" | "offline", contacted_at: null, job_execution_status: "idle" as const };
    old?.managers.push(manager);
    const held = await connectNest(it, options());
    expect(steps(held)).toEqual(["+ runner gosling test/site"]);
    expect(held.units[0]?.notes).toEqual([`runner ${old?.schema.id} (gosling test/web) is not removed yet: its machines have been heard of within two hours`]);
    manager.status = "offline";
    expect(steps(await connectNest(it, options()))).toEqual(["- runner gosling test/web"]);
    expect(server.world.runners.size).toBe(3);
    await settled(it);
  });
});

test("a group's runners are told from those of the groups above it", async () => {
  server.addGroup(8, "acme/sub", 7);
  const above = addRunner(server.world, { kind: "group", id: 7 }, { description: "gosling test/gone", maintenance_note: "gosling test/gone token:none\n" });
  secrets.values.set(SECRET("sub", "api-token"), TOKEN);
  const it = await nest({ sub: eggText("sub", { gitlab: gitlab("group_id = 8") }) });
  expect(steps(await connectNest(it, options()))).toEqual(["+ runner gosling test/sub"]);
  expect(server.world.runners.has(above.schema.id)).toBe(true);
  await settled(it);
});

describe("webhooks", () => {
  const goose = { "MG/config.fly": GOOSE };

  test("one for each Egg, with a secret of its own; others' are left alone", async () => {
    addHook(server.world, { kind: "project", id: 1 }, { url: "https://chat.example.org", token: "x" });
    addHook(server.world, { kind: "project", id: 1 }, { url: `${URL}/more`, token: "x" });
    const it = await nest({ web: WEB }, goose);
    const result = await connectNest(it, options());
    expect(messages(result)).toEqual([]);
    expect(steps(result)).toEqual(["+ runner gosling test/web", `+ webhook ${URL}`]);
    const hook = hooksOf(server.world, "project", 1).find(({ schema }) => schema.url === URL);
    expect(hook?.schema).toMatchObject({ job_events: true, pipeline_events: true, push_events: true, merge_requests_events: true, tag_push_events: false, enable_ssl_verification: true });
    expect(Buffer.from(hook?.token ?? "", "base64url")).toHaveLength(32);
    expect(secrets.values.get(SECRET("web", "webhook-secret"))).toBe(hook?.token);
    expect(JSON.stringify(result)).not.toContain(hook?.token);
    expect(hooksOf(server.world, "project", 1)).toHaveLength(3);
    await settled(it, { randomBytes: () => Buffer.from("never asked") });
  });

  test("one that was changed by hand is set back, a second one is removed, another secret is handed on", async () => {
    const it = await nest({ web: WEB }, goose);
    await connectNest(it, options());
    const [hook] = hooksOf(server.world, "project", 1);
    Object.assign(hook?.schema ?? {}, { job_events: false, issues_events: true, enable_ssl_verification: false });
    addHook(server.world, { kind: "project", id: 1 }, { url: URL });
    secrets.values.set(SECRET("web", "webhook-secret"), "another secret");
    const result = await connectNest(it, options());
    expect(steps(result)).toEqual([`~ webhook ${URL}`, `- webhook ${URL}`]);
    expect(result.units[0]?.steps[0]?.details).toEqual(["job: off → on", "issues: on → off", "certificate check: off → on", "secret: the one that is kept"]);
    expect(hooksOf(server.world, "project", 1).map(({ token }) => token)).toEqual(["another secret"]);
    await settled(it);
  });

  test("a lost answer makes no second webhook", async () => {
    const it = await nest({ web: WEB }, goose);
    server.fail(/POST projects\/1\/hooks/, { kind: "done-and-drop" });
    expect(messages(await connectNest(it, options()))).toEqual([]);
    expect(hooksOf(server.world, "project", 1)).toHaveLength(1);
    await settled(it);
  });

  test("a server that keeps no descriptions is left in peace", async () => {
    server.world.hookDescriptions = false;
    const it = await nest({ web: WEB }, goose);
    await connectNest(it, options());
    await settled(it);
  });

  test("a group has one where it can; elsewhere its projects have one each, but for those with an Egg of their own", async () => {
    server.addGroup(8, "acme/sub", 7);
    for (const id of [1, 11, 12]) server.addProject(id, `acme/p${id}`, { group: 8 });
    server.addProject(13, "acme/old", { group: 8, archived: true });
    const it = await nest({ web: WEB, all: eggText("all", { gitlab: gitlab("group_id = 7") }) }, goose);
    server.world.premium = false;
    const result = await connectNest(it, options());
    expect(messages(result)).toEqual([]);
    expect(result.units.find(({ unit }) => unit === "all")?.notes).toEqual(["group 7 can't have webhooks of its own here (GitLab Premium, or the role Owner, is needed): each of its 2 projects has a webhook, and a new project gets one with the next gosling connect"]);
    expect([...server.world.hooks.values()].map(({ owner }) => owner.id).sort()).toEqual([1, 11, 12]);
    await settled(it);

    // When the group leaves, the project with an Egg of its own keeps its webhook.
    await disconnectUnit({ nest: "test", unit: "all", repositories: it.eggs.find(({ name }) => name === "all")?.repositories ?? [], webhookUrl: URL }, options());
    expect([...server.world.hooks.values()].map(({ owner }) => owner.id)).toEqual([1]);

    server.world.premium = true;
    await connectNest(it, options());
    expect(hooksOf(server.world, "group", 7)).toHaveLength(1);
    await settled(it);
  });
});

describe("schedules", () => {
  const repository = `nest {\n  name = "test"\n  repository {\n    server     = "${SERVER}"\n    project_id = 2\n    branch     = "trunk"\n  }\n}\n`;
  const job = (name: string, more = "") => ({ [`Jobs/${name}.fly`]: `job "${name}" {\n  schedule = "@daily"\n  timezone = "Europe/Berlin"\n  task     = "drift"\n  runner {\n  }\n  cloud {\n    provider = "local"\n  }\n${more}}\n` });
  const withToken = (...names: string[]) => names.forEach((name) => secrets.values.set(SECRET(`job.${name}`, "api-token"), TOKEN));

  test("a Job has a schedule with its name in a variable, and a runner", async () => {
    withToken("nightly");
    addSchedule(server.world, 2, { description: "somebody's own", cron: "1 1 * * *" });
    const it = await nest({}, { "nest.fly": repository, ...job("nightly") });
    const result = await connectNest(it, options());
    expect(messages(result)).toEqual([]);
    expect(steps(result)).toEqual(["+ runner gosling test/job.nightly", "+ schedule gosling job nightly"]);
    expect([...server.world.schedules.values()][1]?.schema).toMatchObject({ ref: "refs/heads/trunk", cron: "0 0 * * *", cron_timezone: "Europe/Berlin", active: true, variables: [{ key: "GOSLING_JOB", value: "nightly" }] });
    expect([...server.world.runners.values()][0]?.schema).toMatchObject({ tag_list: ["nest"], maximum_timeout: 600 });
    await settled(it);
  });

  test("a change, a Job that rests, a variable that is wrong", async () => {
    withToken("nightly");
    await connectNest(await nest({}, { "nest.fly": repository, ...job("nightly") }), options());
    const [schedule] = [...server.world.schedules.values()];
    Object.assign(schedule?.schema ?? {}, { cron: "5 5 * * *", variables: [{ key: "GOSLING_JOB", value: "other" }, { key: "MINE", value: "1" }] });
    const it = await nest({}, { "nest.fly": repository, ...job("nightly", "  enabled = false\n") });
    const result = await connectNest(it, options());
    expect(result.units[0]?.steps.map(({ details }) => details)).toEqual([["schedule: 5 5 * * * → 0 0 * * *", "active: on → off", "GOSLING_JOB: other → nightly"]]);
    expect(schedule?.schema).toMatchObject({ active: false, variables: [{ key: "GOSLING_JOB", value: "nightly" }, { key: "MINE", value: "1" }] });
    // Its runner stays registered for the day when it is wanted again.
    expect(server.world.runners.size).toBe(1);
    await settled(it);
  });

  test("one whose Job is gone is removed, unless single Jobs are asked for", async () => {
    withToken("nightly", "weekly");
    await connectNest(await nest({}, { "nest.fly": repository, ...job("nightly"), ...job("weekly") }), options());
    const it = await nest({}, { "nest.fly": repository, ...job("weekly") });
    expect(steps(await connectNest(it, options({ targets: ["weekly"], dryRun: true })))).toEqual(["- runner gosling test/job.nightly"]);
    expect(steps(await connectNest(it, options()))).toEqual(["- runner gosling test/job.nightly", "- schedule gosling job nightly"]);
    await settled(it);
  });

  test("a schedule never fires before it says for which Job, and a crash between is made good", async () => {
    withToken("nightly");
    const it = await nest({}, { "nest.fly": repository, ...job("nightly") });
    server.fail(/POST .*variables/, { kind: "status", status: 400 });
    await connectNest(it, options());
    expect([...server.world.schedules.values()][0]?.schema).toMatchObject({ active: false, variables: [] });
    await connectNest(it, options());
    expect([...server.world.schedules.values()][0]?.schema).toMatchObject({ active: true, variables: [{ key: "GOSLING_JOB" }] });
    expect(server.world.schedules.size).toBe(1);
    await settled(it);
  });

  test("in a pipeline GitLab says which project the Nest is; elsewhere the Nest must", async () => {
    withToken("nightly");
    const it = await nest({}, job("nightly"));
    expect(messages(await connectNest(it, options()))).toEqual(["nightly: The Nest doesn't say which GitLab project it is, and a Job's schedule stands there"].map((text) => `job.${text}`));
    const env = { ...options().env, GITLAB_CI: "true", CI_PROJECT_ID: "2", CI_SERVER_HOST: SERVER, CI_SERVER_PORT: "443", CI_DEFAULT_BRANCH: "trunk" };
    expect(messages(await connectNest(it, options({ env })))).toEqual([]);
    expect([...server.world.schedules.values()][0]?.schema).toMatchObject({ ref: "refs/heads/trunk" });
  });
});

describe("what fails", () => {
  const two = () => nest({ web: WEB, all: eggText("all", { gitlab: gitlab("group_id = 7") }) });

  test.each<[string, () => void, string]>([
    ["a token that isn't there", () => secrets.values.delete(SECRET("web", "api-token")), `There is no API token for ${SERVER} behind ${SECRET("web", "api-token")}`],
    ["a wrong token", () => secrets.values.set(SECRET("web", "api-token"), "wrong"), `${SERVER} does not accept the token: 401 Unauthorized (behind ${SECRET("web", "api-token")})`],
    ["missing scopes", () => (server.addToken("narrow", ["read_api"]), secrets.values.set(SECRET("web", "api-token"), "narrow")), `The token behind ${SECRET("web", "api-token")} lacks the scopes create_runner, manage_runner for runners`],
    ["a missing role", () => (server.addToken("low", ["api"], { role: "developer" }), secrets.values.set(SECRET("web", "api-token"), "low")), `${SERVER} refuses GET projects/1/runners: 403 Forbidden`],
    ["a project that isn't there", () => server.world.projects.delete(1), `${SERVER} knows no projects/1/runners: 404 Project Not Found`],
    ["a value that GitLab refuses", () => server.fail(/POST user/, { kind: "status", status: 400, body: { message: { tag_list: ["is too long"] } } }), `${SERVER} refuses POST user/runners with status 400: tag_list is too long`],
  ])("%s is told, with a way out, and stops no other Egg", async (_, wrong, message) => {
    const it = await two();
    // So that the planned fault meets the right Egg.
    await connectNest(it, options({ targets: ["all"] }));
    wrong();
    const result = await connectNest(it, options());
    expect(messages(result)).toEqual([`web: ${message}`]);
    expect(result.units.map(({ unit, outcome }) => `${unit} ${outcome}`)).toEqual(["all unchanged", "web failed"]);
  });

  test("all that is wrong is told at once", async () => {
    secrets.values.delete(SECRET("all", "api-token"));
    server.fail(/GET projects\/1\/runners/, { kind: "status", status: 404, body: { message: "404 Project Not Found" } });
    server.fail(/GET projects\/1\/hooks/, { kind: "status", status: 404, body: { message: "404 Project Not Found" } });
    const it = await nest({ web: WEB, all: eggText("all", { gitlab: gitlab("group_id = 7") }) }, { "MG/config.fly": GOOSE });
    expect(messages(await connectNest(it, options()))).toEqual([
      `all: There is no API token for ${SERVER} behind ${SECRET("all", "api-token")}`,
      `web: ${SERVER} knows no projects/1/runners: 404 Project Not Found`,
      `web: ${SERVER} knows no projects/1/hooks: 404 Project Not Found`,
    ]);
  });

  test("a deployment may go on without a token", async () => {
    secrets.values.delete(SECRET("web", "api-token"));
    const result = await connectNest(await two(), options({ missingToken: "skip" }));
    expect(result.units.map(({ unit, outcome }) => `${unit} ${outcome}`)).toEqual(["all changed", "web skipped"]);
  });

  test("a token that many Eggs share is asked about itself once", async () => {
    await connectNest(await two(), options());
    expect(server.requests.filter((line) => line.includes("personal_access_tokens"))).toHaveLength(1);
  });
});

describe("a unit that is gone", () => {
  test("loses its runner and its webhook, not its project's others; a second time nothing is left to do", async () => {
    const it = await nest({ web: WEB }, { "MG/config.fly": GOOSE });
    await connectNest(it, options());
    addRunner(server.world, { kind: "project", id: 1 }, { description: "theirs" });
    addHook(server.world, { kind: "project", id: 1 }, { url: "https://chat.example.org" });
    const leaving = { nest: "test", unit: "web", repositories: it.eggs[0]?.repositories ?? [], webhookUrl: URL };
    const [runner] = [...server.world.runners.values()];
    runner?.managers.push({ system_id: "s_1", status: "online", contacted_at: null, job_execution_status: "active" });
    await expect(disconnectUnit(leaving, options())).rejects.toThrow("a job runs on it");
    Object.assign(runner?.managers[0] ?? {}, { job_execution_status: "idle" });
    expect(await disconnectUnit(leaving, options())).toEqual([`runner ${runner?.schema.id} (gosling test/web) on ${SERVER}`, expect.stringMatching(/^webhook \d+ \(https:\/\/goose/)]);
    expect(await disconnectUnit(leaving, options())).toEqual([]);
    expect({ runners: server.world.runners.size, hooks: server.world.hooks.size }).toEqual({ runners: 1, hooks: 1 });
  });
});
