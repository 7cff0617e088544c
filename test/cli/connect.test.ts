import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gosling } from "../support/command-line";
import { contentOf, folderWith } from "../support/folder";
import { type GitlabServer, gitlabServer } from "../support/gitlab-server";
import { eggText, nestFiles } from "../support/nest-files";

const SERVER = "gitlab.example.org";
const TOKEN = "glpat-of-the-tests";

let server: GitlabServer;

beforeEach(async () => {
  server = await gitlabServer();
  server.addToken(TOKEN, ["create_runner", "manage_runner", "read_api"], { expires_at: "2099-01-01" });
  server.addProject(1, "acme/web");
  server.addProject(2, "acme/api");
});

afterEach(() => server.close());

const egg = (name: string, id: number) => eggText(name, { gitlab: `server     = "${SERVER}"\n    project_id = ${id}` });
const tokenFile = (name: string) => ({ [`gitlab/${SERVER}/${name}/api-token`]: `${TOKEN}\n` });
const nestOf = (more: Readonly<Record<string, string>> = {}) => folderWith(nestFiles({ api: egg("api", 2), web: egg("web", 1) }, { ...tokenFile("api"), ...tokenFile("web"), ...more }));
const run = (nest: string, ...args: string[]) => gosling(nest, ["connect", ...args], { GOSLING_GITLAB_ADDRESSES: `${SERVER}=${server.url}` });

test("shows what differs, changes it, keeps tokens for their owner alone, and has nothing to do a second time", async () => {
  const nest = nestOf();
  const plan = await run(nest, "--dry-run");
  expect(plan).toEqual({
    code: 0,
    stderr: "",
    stdout: `   UNIT  WHAT    WHERE                            NAME              DETAILS
+  api   runner  project 2 on gitlab.example.org  gosling test/api  tags: docker; token → file://gitlab/gitlab.example.org/api/runner-token
+  web   runner  project 1 on gitlab.example.org  gosling test/web  tags: docker; token → file://gitlab/gitlab.example.org/web/runner-token

Plan: 2 to create, 0 to change, 0 to remove; 0 units as the Nest says.
`,
  });
  expect((await run(nest, "--dry-run", "--detailed-exitcode")).code).toBe(2);

  const done = await run(nest, "--yes");
  expect({ code: done.code, progress: done.stderr.trim().split("\n").sort(), end: done.stdout.split("\n").slice(-2) }).toEqual({ code: 0, progress: ["✓ api  connected", "✓ web  connected"], end: ["2 connected.", ""] });
  const kept = join(nest, `gitlab/${SERVER}/web/runner-token`);
  expect(readFileSync(kept, "utf8").trim()).toBe([...server.world.runners.values()].find(({ owner }) => owner.id === 1)?.token);
  expect(statSync(kept).mode & 0o777).toBe(0o600);

  const before = contentOf(nest);
  expect(await run(nest, "--yes")).toEqual({ code: 0, stderr: "", stdout: "Nothing to do: 2 units as the Nest says.\n" });
  expect((await run(nest, "--dry-run", "--detailed-exitcode")).code).toBe(0);
  expect(contentOf(nest)).toEqual(before);
});

test("a dry run writes nothing, in the Nest or on GitLab", async () => {
  const nest = nestOf();
  const before = contentOf(nest);
  await run(nest, "--dry-run", "--json");
  expect({ content: contentOf(nest), writes: server.writes() }).toEqual({ content: before, writes: [] });
});

test("one Egg's failure stops no other: the reason and the way out stand in a table, and the exit code is 1", async () => {
  const nest = folderWith(nestFiles({ api: egg("api", 2), web: egg("web", 1) }, tokenFile("api")));
  const { code, stdout } = await run(nest, "--yes");
  expect(code).toBe(1);
  expect(stdout).toContain(`FAILED  AT  REASON
✗  web         There is no API token for ${SERVER} behind file://gitlab/${SERVER}/web/api-token
               Make an access token with the scopes create_runner, manage_runner, read_api and put it there.
`);
  expect(stdout.match(/FAILED/g)).toHaveLength(1);
  expect(stdout).toMatch(/\n1 connected, 1 failed\.\n$/);
  expect(existsSync(join(nest, `gitlab/${SERVER}/api/runner-token`))).toBe(true);
  const again = await run(nest, "--yes");
  expect({ code: again.code, end: again.stdout.split("\n").slice(-3) }).toEqual({ code: 1, end: ["", "Nothing to do for the others: 1 unit as the Nest says.", ""] });
  expect((await run(nest, "--dry-run", "--detailed-exitcode")).code).toBe(1);
});

test("a token that ends soon is a warning", async () => {
  server.addToken(TOKEN, ["api"], { expires_at: new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10) });
  const { code, stdout } = await run(nestOf(), "--dry-run");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^! web: the token behind file:\/\/gitlab\/gitlab\.example\.org\/web\/api-token expires on \d{4}-\d\d-\d\d, in \d days$/m);
});

test("a step that fails is told with the step", async () => {
  server.fail(/POST user/, { kind: "status", status: 400, body: { message: { tag_list: ["is too long"] } } });
  const { code, stdout } = await run(nestOf(), "web", "--yes");
  expect(code).toBe(1);
  expect(stdout).toContain(`✗  web     create runner  ${SERVER} refuses POST user/runners with status 400: tag_list is too long`);
});

test("JSON says the same, and no secret", async () => {
  const nest = nestOf();
  const { code, stdout } = await run(nest, "--yes", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    changes: true,
    units: [
      { unit: "api", kind: "egg", outcome: "changed", steps: [expect.objectContaining({ action: "create", what: "runner", server: SERVER, owner: { kind: "project", id: 2 }, name: "gosling test/api" })], notes: [], errors: [] },
      { unit: "web", kind: "egg", outcome: "changed", steps: [expect.objectContaining({ action: "create" })], notes: [], errors: [] },
    ],
  });
  for (const secret of [TOKEN, ...[...server.world.runners.values()].map(({ token }) => token)]) expect(stdout).not.toContain(secret);
});

test("Eggs by name; an unknown one is wrong use", async () => {
  const nest = nestOf();
  expect((await run(nest, "web", "--yes")).code).toBe(0);
  expect([...server.world.runners.values()].map(({ owner }) => owner.id)).toEqual([1]);
  const { code, stderr } = await run(nest, "wep", "--yes");
  expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringContaining('Did you mean "web"?') });
});

test("where nobody can answer, it wants --yes", async () => {
  const { code, stderr } = await run(nestOf());
  expect({ code, stderr, writes: server.writes() }).toEqual({ code: 64, stderr: expect.stringContaining("gosling connect --dry-run"), writes: [] });
});
