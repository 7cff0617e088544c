import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gosling } from "../support/command-line";
import { contentOf, folderWith } from "../support/folder";
import { type GitlabServer, gitlabServer } from "../support/gitlab-server";
import { eggText, nestFiles } from "../support/nest-files";
import { somebody } from "../support/scripted-prompts";

const HOST = "gitlab.example.org";
const TOKEN = "glpat-of-the-tests";

let server: GitlabServer;
let nest: string;

beforeEach(async () => {
  server = await gitlabServer();
  server.addToken(TOKEN, ["api"]);
  server.addProject(1, "acme/web");
  server.addProject(2, "acme/api");
  const egg = (name: string, id: number) => eggText(name, { gitlab: `server     = "${HOST}"\n    project_id = ${id}` });
  const files = nestFiles(
    { api: egg("api", 2), web: egg("web", 1) },
    { [`gitlab/${HOST}/api/api-token`]: TOKEN, [`gitlab/${HOST}/web/api-token`]: TOKEN, "MG/config.fly": 'mothergoose {\n  cloud {\n    provider = "local"\n  }\n  api {\n    domain = "goose.example.org"\n  }\n}\n' },
  );
  nest = folderWith(files);
  expect((await run("connect", "--yes")).code).toBe(0);
  server.forget();
});

afterEach(() => server.close());

const run = (...args: string[]) => gosling(nest, args, { GOSLING_GITLAB_ADDRESSES: `${HOST}=${server.url}` });
const kept = (name: string) => readFileSync(join(nest, `gitlab/${HOST}/${name}`), "utf8").trim();
const runnersOf = (project: number) => [...server.world.runners.values()].filter(({ owner }) => owner.id === project);
const outcomes = (stdout: string) => (JSON.parse(stdout) as { secrets: { units: string[]; what: string; outcome: string }[] }).secrets.map(({ units, what, outcome }) => `${what} of ${units.join()}: ${outcome}`);

test("an Egg gets a second registration and a new webhook secret; the former registration goes once no machine uses it", async () => {
  const before = { token: kept("web/runner-token"), secret: kept("web/webhook-secret") };
  const { code, stdout, stderr } = await run("rotate", "--egg", "web", "--yes");
  expect({ code, progress: stderr.trim().split("\n").sort(), end: stdout.trim().split("\n").at(-1) }).toEqual({
    code: 0,
    progress: ["✓ runner token of web  rotated", "✓ webhook secret of web  rotated"],
    end: "2 rotated. Former registrations go with the next gosling rotate --finish, or connect, once no machine uses them.",
  });
  const [former, current] = runnersOf(1);
  expect([former?.token, current?.token]).toEqual([before.token, kept("web/runner-token")]);
  expect(current?.schema).toMatchObject({ description: former?.schema.description, tag_list: former?.schema.tag_list, paused: false });
  expect(kept("web/webhook-secret")).not.toBe(before.secret);
  expect([...server.world.hooks.values()].map(({ token }) => token).sort()).toEqual([kept("web/webhook-secret"), kept("api/webhook-secret")].sort());
  expect(stdout + stderr).not.toMatch(new RegExp(`glrt-|${kept("web/webhook-secret")}|${before.secret}`));

  // connect knows both, and leaves both.
  const look = await run("connect", "--dry-run");
  expect(look.stdout).toContain(`runner ${former?.schema.id} (gosling test/web) is not removed yet: its machines have 6 minutes to notice that its token was replaced`);
  expect(look.stdout).toContain("Nothing to do");
  // Another rotation waits for the first.
  expect(outcomes((await run("rotate", "--egg", "web", "--finish", "--json", "--yes")).stdout)).toEqual(["runner token of web: waiting", "webhook secret of web: unchanged"]);

  const note = former?.schema.maintenance_note ?? "";
  const age = (minutes: number) => Object.assign(former?.schema ?? {}, { maintenance_note: note.replace(/Replaced at \S+Z/, `Replaced at ${new Date(Date.now() - minutes * 60_000).toISOString()}`) });
  const seen = (minutesAgo: number) => ({ system_id: "s_000000000001", status: "online" as const, contacted_at: new Date(Date.now() - minutesAgo * 60_000).toISOString(), job_execution_status: "idle" as const });
  age(10);
  former?.managers.push(seen(5));
  expect((await run("rotate", "--egg", "web", "--finish", "--dry-run")).stdout).toContain("a machine was last heard of with it, within two hours");
  current?.managers.push(seen(2));
  expect(outcomes((await run("rotate", "--egg", "web", "--finish", "--json", "--yes")).stdout)).toEqual(["runner token of web: finished", "webhook secret of web: unchanged"]);
  expect(runnersOf(1)).toEqual([current]);
  expect((await run("connect", "--dry-run", "--detailed-exitcode")).code).toBe(0);
});

test("connect removes a former registration, too, and not while a job runs on it", async () => {
  await run("rotate", "--egg", "web", "--yes");
  const [former, current] = runnersOf(1);
  Object.assign(former?.schema ?? {}, { maintenance_note: former?.schema.maintenance_note?.replace(/Replaced at \S+Z/, "Replaced at 2026-01-01T00:00:00.000Z") });
  former?.managers.push({ system_id: "s_000000000001", status: "offline", contacted_at: null, job_execution_status: "active" });
  expect((await run("connect", "--yes")).stdout).toContain("is not removed yet: a job runs on it");
  Object.assign(former?.managers[0] ?? {}, { job_execution_status: "idle" });
  expect((await run("connect", "--yes")).code).toBe(0);
  expect(runnersOf(1)).toEqual([current]);
});

test("a dry run writes nothing", async () => {
  const before = contentOf(nest);
  const { code, stdout } = await run("rotate", "--all", "--dry-run");
  expect(code).toBe(0);
  expect(stdout).toContain("4 planned.");
  expect({ content: contentOf(nest), writes: server.writes() }).toEqual({ content: before, writes: [] });
});

test("one Egg's failure stops no other, and the same command goes on where it stopped", async () => {
  const former = kept("web/webhook-secret");
  server.fail(/^PUT projects\/1\/hooks/, { kind: "status", status: 400 });
  const failed = await run("rotate", "--all", "--yes", "--json");
  expect(failed.code).toBe(1);
  expect(outcomes(failed.stdout)).toEqual(["runner token of api: rotated", "runner token of web: rotated", "webhook secret of api: rotated", "webhook secret of web: failed"]);
  // GitLab sends the former secret, which is the version before the one that is kept.
  const half = kept("web/webhook-secret");
  expect([...server.world.hooks.values()].map(({ token }) => token)).toContain(former);
  expect(outcomes((await run("rotate", "--egg", "web", "--yes", "--json")).stdout)).toEqual(["runner token of web: waiting", "webhook secret of web: finished"]);
  expect(kept("web/webhook-secret")).toBe(half);
  expect([...server.world.hooks.values()].map(({ token }) => token)).toContain(half);
});

test("what was never connected is told of, with the way out", async () => {
  nest = folderWith({ ...nestFiles({ web: eggText("web", { gitlab: `server     = "${HOST}"\n    project_id = 1` }) }), [`gitlab/${HOST}/web/api-token`]: TOKEN });
  const { code, stdout } = await run("rotate", "--all", "--yes");
  expect(code).toBe(1);
  expect(stdout).toContain("gosling connect");
  expect(server.writes()).toEqual([]);
});

test("flags and answers say the same, and without either nothing is done", async () => {
  expect(await run("rotate")).toMatchObject({ code: 64, stderr: expect.stringContaining("--all") as string });
  expect(await run("rotate", "--all", "--egg", "web")).toMatchObject({ code: 64 });
  expect(await run("rotate", "--all")).toMatchObject({ code: 64, stderr: expect.stringContaining("--yes") as string });
  expect(await run("rotate", "--egg", "none", "--yes")).toMatchObject({ code: expect.any(Number) as number, stdout: "" });
  const env = { GOSLING_GITLAB_ADDRESSES: `${HOST}=${server.url}` };
  const no = somebody({ Whose: "web" });
  expect((await gosling(nest, ["rotate"], env, no)).code).toBe(1);
  expect(server.writes()).toEqual([]);
  expect((await gosling(nest, ["rotate"], env, somebody({ Whose: "web", Rotate: true }))).code).toBe(0);
  expect([runnersOf(1).length, runnersOf(2).length]).toEqual([2, 1]);
});
