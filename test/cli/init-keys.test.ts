import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { publicKeyOf } from "../../src/secrets/ssh-key";
import { NEST_ROLES } from "../../src/vocabulary";
import { type CommandLineResult, gosling } from "../support/command-line";
import { contentOf, folderWith } from "../support/folder";
import { addDeployKey, deployKeysOf, type GitlabServer, gitlabServer } from "../support/gitlab-server";
import { keyLines } from "../support/key-lines";
import { describeWithMoto, type Moto, startMoto } from "../support/moto";
import { nestFiles } from "../support/nest-files";
import { somebody } from "../support/scripted-prompts";
import { awsEnvironment, type SecretsManager, secretsManager } from "../support/secrets-manager";
import { type Vault, vault, vaultEnvironment, vaultError } from "../support/vault";
import { startYandexServer } from "../support/yandex-server";

const SERVER = "gitlab.example.org";
const URL = `git@${SERVER}:acme/nest.git`;
const TOKEN = "glpat-token-canary";

let gitlab: GitlabServer;
let kv: Vault;
let aws: SecretsManager;
let env: Record<string, string>;

beforeAll(async () => {
  kv = await vault();
  aws = await secretsManager();
});

afterAll(() => Promise.all([kv.close(), aws.close()]));

beforeEach(async () => {
  gitlab = await gitlabServer();
  gitlab.addToken(TOKEN, ["api"], { expires_at: "2099-01-01" });
  gitlab.addProject(7, "acme/nest");
  for (const store of [kv, aws]) {
    store.secrets.clear();
    store.faults.length = 0;
    (store.requests as unknown[]).length = 0;
  }
  kv.denied.clear();
  env = { ...vaultEnvironment(kv), ...awsEnvironment(aws), GOSLING_GITLAB_ADDRESSES: `${SERVER}=${gitlab.url}` };
});

afterEach(() => gitlab.close());

const inVault = (role: string): Record<string, string> => (kv.secrets.get(`secret/gosling/acme/${role}`)?.versions.at(-1)?.data ?? {}) as Record<string, string>;
const inAws = (role: string): Record<string, string> => {
  const version = [...(aws.secrets.get(`gosling/acme/${role}`)?.versions.values() ?? [])].find(({ stages }) => stages.includes("AWSCURRENT"));
  return JSON.parse(version?.text ?? "{}") as Record<string, string>;
};

/** Runs `init`; no private key and no token is in what it prints, in a file, or at GitLab. */
async function init(folder: string, args: readonly string[], prompts?: ReturnType<typeof somebody>): Promise<CommandLineResult> {
  const result = await gosling(folder, ["init", "--no-git", ...args], env, prompts);
  const shown = result.stdout + result.stderr + JSON.stringify([...gitlab.world.deployKeys.values()]);
  const seen = shown + JSON.stringify(contentOf(folder));
  expect(seen).not.toContain("canary");
  const keys = [...NEST_ROLES.map(inVault), ...NEST_ROLES.map(inAws)].flatMap((secret) => secret["deploy-key"] ?? []);
  for (const line of keys.flatMap(keyLines)) expect(seen).not.toContain(line);
  return result;
}

const newNest = (...more: string[]): string[] => ["--name", "acme", "--url", URL, ...more];
const registered = () => deployKeysOf(gitlab.world, 7).map(({ schema: { title, key, can_push } }) => ({ title, key: key.split(" ").slice(0, 2).join(" "), canPush: can_push }));
const fromVault = (role: string): string => publicKeyOf(role, inVault(role)["deploy-key"] ?? "");
const BOTH = () => [
  { title: "gosling acme/read", key: fromVault("read"), canPush: false },
  { title: "gosling acme/write", key: fromVault("write"), canPush: true },
];

describe("deploy keys of a new Nest", () => {
  test("go into the store with the Nest's address, are registered, and are never shown; a second init changes nothing", async () => {
    env["GITLAB_TOKEN"] = TOKEN;
    const folder = folderWith({});
    const { code, stdout, stderr } = await init(folder, newNest("--secrets", "vault"));
    expect({ code, stderr: stderr.split("\n").filter((line) => !line.includes("Git")) }).toEqual({ code: 0, stderr: [""] });
    expect(stdout).toMatch(new RegExp(`
   KEY    FOR                   KEPT BEHIND                                   FINGERPRINT                                         AT GITLAB
\\+  read   MotherGoose, UglyFox  vault://secret/gosling/acme/read/deploy-key   SHA256:\\S{43}  registered
\\+  write  Jobs                  vault://secret/gosling/acme/write/deploy-key  SHA256:\\S{43}  registered
`));
    expect(inVault("read")).toEqual({ "deploy-key": expect.stringMatching(/^-----BEGIN OPENSSH PRIVATE KEY-----\n/) as string, "url": URL });
    expect(inVault("write")["url"]).toBe(URL);
    expect(registered()).toEqual(BOTH());
    expect(readFileSync(join(folder, "nest.fly"), "utf8")).toBe(`# What this Nest is. The reference of every block and attribute: docs/fly.md of Gosling.
nest {
  name = "acme" # part of every cloud name: it can't be changed after the first deploy

  # The Nest's own GitLab project. MotherGoose reads it with read_key, a Job may push to it with write_key.
  # Both are references; gosling init makes the keys.
  repository {
    server = "gitlab.example.org"
    # project_id = 12345 # Jobs run there
    url       = "git@gitlab.example.org:acme/nest.git"
    read_key  = "vault://secret/gosling/acme/read/deploy-key"
    write_key = "vault://secret/gosling/acme/write/deploy-key"
  }
}
`);
    expect(await gosling(folder, ["validate"])).toMatchObject({ code: 0, stderr: "" });
    expect((await gosling(folder, ["fmt", "--check"])).code).toBe(0);
    expect(await gosling(folder, ["secrets", "check"], env)).toMatchObject({ code: 0, stdout: expect.stringContaining("4 secrets: all can be read.") as string });

    const [before, versions] = [contentOf(folder), JSON.stringify([...kv.secrets])];
    gitlab.forget();
    const again = await init(folder, []);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining("is whole: nothing was changed.") as string });
    expect(again.stdout).toMatch(/^= {2}read .* known$/m);
    expect({ content: contentOf(folder), versions: JSON.stringify([...kv.secrets]), writes: gitlab.writes() }).toEqual({ content: before, versions, writes: [] });
  });

  test("are told how to add where there is no token; a later token registers the same keys", async () => {
    const folder = folderWith({});
    const { code, stdout } = await init(folder, newNest("--secrets", "vault"));
    expect(code).toBe(0);
    expect(stdout).toContain(`
Where they are not yet, add them to the Nest's project as deploy keys:
  https://gitlab.example.org/acme/nest/-/settings/repository#js-deploy-keys-settings
  gosling acme/read, without write permissions:
    ${fromVault("read")} gosling acme/read
  gosling acme/write, with "Grant write permissions to this key":
    ${fromVault("write")} gosling acme/write
Or let Gosling do it: put a Maintainer's token with the scope api into GITLAB_TOKEN, and run gosling init again.
`);
    expect(gitlab.requests).toEqual([]);
    const keys = NEST_ROLES.map(fromVault);
    env["OTHER"] = TOKEN;
    const later = await init(folder, ["--api-token", "env://OTHER"]);
    expect(later.stdout).toMatch(/^~ {2}read .* registered$/m);
    expect(registered()).toEqual(BOTH());
    expect(NEST_ROLES.map(fromVault)).toEqual(keys);
  });

  test("in Secrets Manager: MotherGoose may read its own by its tag, and not the one that pushes", async () => {
    await init(folderWith({}), newNest("--secrets", "aws-sm"));
    for (const role of NEST_ROLES) expect(inAws(role)).toEqual({ "deploy-key": expect.any(String) as string, "url": URL });
    expect(aws.secrets.get("gosling/acme/read")?.tags).toContainEqual({ Key: "gosling:nest", Value: "acme" });
    expect(aws.secrets.get("gosling/acme/write")?.tags).toEqual([]);
  });

  test("in the region or the folder of MotherGoose, once the Nest has one", async () => {
    const nest = 'nest {\n  name = "acme"\n  repository {\n    read_key  = "aws-sm://gosling/acme/read/deploy-key"\n    write_key = "aws-sm://gosling/acme/write/deploy-key"\n  }\n}\n';
    await init(folderWith(nestFiles({}, { "nest.fly": nest, "MG/config.fly": 'mothergoose {\n  cloud {\n    provider = "aws"\n    region   = "eu-north-1"\n  }\n}\n' })), []);
    expect(aws.requests.length).toBeGreaterThan(3);
    expect(aws.requests.every(({ headers }) => String(headers["authorization"]).includes("/eu-north-1/"))).toBe(true);

    const yandex = await startYandexServer();
    try {
      yandex.tokens.add("t1.good.token");
      Object.assign(env, yandex.env, { YC_TOKEN: "t1.good.token" });
      const goose = 'mothergoose {\n  cloud {\n    provider  = "yandex"\n    region    = "ru-central1"\n    folder_id = "folder-of-the-goose"\n  }\n}\n';
      const folder = folderWith(nestFiles({}, { "nest.fly": 'nest {\n  name = "acme"\n}\n', "MG/config.fly": goose }));
      const { code, stdout } = await init(folder, ["--secrets", "yc-lockbox", "--url", URL]);
      expect(code).toBe(0);
      expect(yandex.secrets.map(({ folderId, name, versions }) => [folderId, name, [...(versions.at(-1)?.entries.keys() ?? [])].sort()])).toEqual(NEST_ROLES.map((role) => ["folder-of-the-goose", `gosling/acme/${role}`, ["deploy-key", "url"]]));
      const kept = String(yandex.secrets[0]?.versions.at(-1)?.entries.get("deploy-key"));
      expect(stdout).toContain(publicKeyOf("x", kept));
      for (const line of keyLines(kept)) expect(stdout).not.toContain(line);
    } finally {
      await yandex.close();
    }
  });

  test("in files of this machine: for their owner alone, and kept from Git", async () => {
    const folder = folderWith({});
    const { code, stdout, stderr } = await gosling(folder, ["init", "--git", ...newNest("--secrets", "file")]);
    expect(code).toBe(0);
    expect(stderr).not.toContain("ignore");
    for (const role of NEST_ROLES) {
      const path = join(folder, `secrets/gosling/acme/${role}/deploy-key`);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      for (const line of keyLines(readFileSync(path, "utf8"))) expect(stdout + stderr).not.toContain(line);
    }
    expect(await gosling(folder, ["secrets", "check"])).toMatchObject({ code: 0 });
    const elsewhere = folderWith({});
    expect((await gosling(elsewhere, ["init", "--git", ...newNest("--secrets", "file://keys")])).stderr).toContain("Git does not ignore keys/acme/read/deploy-key: add /keys/acme/read/deploy-key to .gitignore");
  });

  test("in another mount of Vault", async () => {
    await init(folderWith({}), newNest("--secrets", "vault://team/nests"));
    expect([...kv.secrets.keys()]).toEqual(["team/nests/acme/read", "team/nests/acme/write"]);
  });

  test.each(["--yes", "--name=acme"])("are not made where nobody asks for them (%s)", async (flag) => {
    const folder = folderWith({});
    const { stdout } = await init(folder, [flag]);
    expect(stdout).toContain("need deploy keys. When that comes: npx gosling init --secrets STORE (aws-sm, yc-lockbox, vault, file)");
    expect(readFileSync(join(folder, "nest.fly"), "utf8")).not.toContain("read_key");
    expect([...kv.secrets, ...aws.secrets]).toEqual([]);
  });

  test("are the same by prompts as by flags", async () => {
    const [byFlags, byPrompts] = [folderWith({}), folderWith({})];
    await init(byFlags, newNest("--secrets", "vault"));
    const first = NEST_ROLES.map(fromVault);
    kv.secrets.clear();
    const person = somebody({ "Where are": "vault", "Address of": URL, "Access token": TOKEN });
    expect((await init(byPrompts, ["--name", "acme"], person)).code).toBe(0);
    expect(person.asked.map(({ message }) => message)).toEqual(["Where are the Nest's deploy keys to be kept?", "Address of the Nest's GitLab project (Enter: there is none yet)", "Access token for gitlab.example.org with the scope api, used once and not kept (Enter: none)"]);
    expect(contentOf(byPrompts)).toEqual(contentOf(byFlags));
    expect(registered()).toEqual(BOTH());
    expect(NEST_ROLES.map(fromVault)).not.toEqual(first);
    const nobody = somebody({});
    await init(byPrompts, [], nobody);
    expect(nobody.asked).toEqual([]);
  });

  test("without an address are made, and it is said how to tell it; the next init puts it beside them", async () => {
    const folder = folderWith({});
    const { code, stdout, stderr } = await init(folder, ["--name", "acme", "--secrets", "vault"]);
    expect(code).toBe(0);
    expect(stderr).toContain("Say it: git remote add origin URL, or gosling init --url URL");
    expect(stdout).toContain("the Nest's GitLab project → Settings → Repository → Deploy keys");
    expect(inVault("read")["url"]).toBeUndefined();
    await init(folder, ["--url", `https://${SERVER}/acme/nest`]);
    expect(NEST_ROLES.map((role) => inVault(role)["url"])).toEqual([URL, URL]);
  });

  test("prints data with --json, no private key among it", async () => {
    env["GITLAB_TOKEN"] = TOKEN;
    const { stdout } = await init(folderWith({}), newNest("--secrets", "vault", "--json"));
    const { access } = JSON.parse(stdout) as { access: { keys: readonly unknown[] } };
    expect(access).toMatchObject({ url: URL, page: "https://gitlab.example.com/acme/nest/-/settings/repository#js-deploy-keys-settings", project_id: 7, problem: null });
    expect(access.keys).toEqual(NEST_ROLES.map((role) => ({ role, reference: `vault://secret/gosling/acme/${role}/deploy-key`, public_key: `${fromVault(role)} gosling acme/${role}`, fingerprint: expect.stringMatching(/^SHA256:/) as string, made: true, url: "made", at_gitlab: "made" })));
    expect(JSON.parse((await init(folderWith({}), ["--name", "acme", "--json"])).stdout)).toMatchObject({ access: null });
  });
});

describe("a Nest that is there already", () => {
  test("gets keys where --secrets asks for them, and nest.fly is left to its owner", async () => {
    const folder = folderWith({ "nest.fly": 'nest {\n  name = "acme"\n}\n' });
    const { stderr } = await init(folder, ["--secrets", "vault", "--url", URL]);
    expect(stderr).toContain('nest.fly does not name the keys. Write into its block repository: read_key = "vault://secret/gosling/acme/read/deploy-key" and write_key = "vault://secret/gosling/acme/write/deploy-key"');
    expect(readFileSync(join(folder, "nest.fly"), "utf8")).not.toContain("read_key");
    expect(NEST_ROLES.map((role) => inVault(role)["url"])).toEqual([URL, URL]);
  });

  test("keeps the keys that it has, also those of another program, and takes the project that nest.fly names", async () => {
    const there = folderWith({});
    await init(there, newNest("--secrets", "vault"));
    const key = inVault("read")["deploy-key"] ?? "";
    kv.put("team/own", { key });
    gitlab.addProject(9, "acme/other");
    env["GITLAB_TOKEN"] = TOKEN;
    const folder = folderWith({ "nest.fly": `variable "where" {\n  type    = string\n  default = "team/own"\n}\n\nnest {\n  name = "acme"\n  repository {\n    server     = "${SERVER}"\n    project_id = 9\n    read_key   = "vault://\${var.where}/key"\n  }\n}\n` });
    expect((await init(folder, [])).code).toBe(0);
    expect(deployKeysOf(gitlab.world, 9).map(({ schema }) => [schema.title, schema.key.split(" ")[1], schema.can_push])).toEqual([["gosling acme/read", publicKeyOf("x", key).split(" ")[1], false]]);
    expect(kv.secrets.get("team/own")?.versions).toHaveLength(1);
    expect(deployKeysOf(gitlab.world, 7)).toEqual([]);
  });

  test("a project's number is one of the server that nest.fly means, also by default, wherever the repository is cloned from", async () => {
    Object.assign(env, { GITLAB_TOKEN: TOKEN, GOSLING_GITLAB_ADDRESSES: `gitlab.com=${gitlab.url}` });
    const folder = folderWith({ "nest.fly": `nest {\n  name = "acme"\n  repository {\n    project_id = 7\n    url        = "${URL}"\n    read_key   = "vault://team/own/key"\n  }\n}\n` });
    expect((await init(folder, [])).code).toBe(0);
    expect(registered()).toHaveLength(1);
  });

  test("--secrets none leaves the stores alone", async () => {
    const folder = folderWith({});
    await init(folder, newNest("--secrets", "vault"));
    (kv.requests as unknown[]).length = 0;
    expect((await init(folder, ["--secrets", "none"])).stdout).toContain("nothing was changed");
    expect(kv.requests).toEqual([]);
  });

  test("rights that somebody has changed are set back, and a key of an earlier time is told of", async () => {
    env["GITLAB_TOKEN"] = TOKEN;
    const folder = folderWith({});
    await init(folder, newNest("--secrets", "vault"));
    for (const { schema } of deployKeysOf(gitlab.world, 7)) schema.can_push = schema.can_push !== true;
    const { schema } = addDeployKey(gitlab.world, 7, { title: "gosling acme/read", key: "ssh-ed25519 AAAAolder gosling acme/read" });
    addDeployKey(gitlab.world, 7, { title: "somebody's", key: "ssh-ed25519 AAAAother somebody" });
    const { stdout, stderr } = await init(folder, []);
    expect(stdout).toMatch(/^~ {2}read .* rights set back$/m);
    expect(registered().slice(0, 2)).toEqual(BOTH());
    expect(stderr).toContain(`GitLab has another key called gosling acme/read (number ${schema.id}), whose private half is not the one that is kept.`);
    expect(stderr).not.toContain("somebody");
  });

  test("another address in nest.fly goes beside the keys", async () => {
    const folder = folderWith({});
    await init(folder, newNest("--secrets", "vault"));
    const text = readFileSync(join(folder, "nest.fly"), "utf8").replace(URL, `ssh://git@${SERVER}:2222/acme/nest.git`);
    const moved = folderWith({ "nest.fly": text });
    const keys = NEST_ROLES.map(fromVault);
    await init(moved, []);
    expect(NEST_ROLES.map((role) => inVault(role)["url"])).toEqual(Array(2).fill(`ssh://git@${SERVER}:2222/acme/nest.git`));
    expect(NEST_ROLES.map(fromVault)).toEqual(keys);
  });
});

describe("wrong use is refused before anything is made", () => {
  test.each<readonly [readonly string[], string]>([
    [["--secrets", "env"], '--secrets: "env" is no place for keys. It is one of none, aws-sm, yc-lockbox, vault, file, or a place in one of them, such as vault://kv/team.'],
    [["--secrets", "file://../keys"], "is no place for keys"],
    [["--secrets", "aws-sm://a#1"], "is no place for keys"],
    [["--secrets", "vault", "--url", "https://gitlab.example.org:8443/acme/nest"], "--url: a deploy key works by SSH: write the project's address like git@gitlab.com:acme/nest.git"],
    [["--url", URL], "--url is for the Nest's deploy keys, and none are wanted"],
    [["--api-token", "env://TOKEN"], "--api-token is for the Nest's deploy keys"],
    [["--secrets", "vault", "--api-token", "glpat-canary"], "--api-token takes a reference to a token, such as env://GITLAB_TOKEN, and never the token itself."],
  ])("%j", async (args, message) => {
    const folder = folderWith({});
    expect(await init(folder, ["--name", "acme", ...args])).toMatchObject({ code: 64, stderr: expect.stringContaining(message) as string });
    expect(contentOf(folder)).toEqual({});
    expect(kv.requests).toEqual([]);
  });

  test.each<readonly [readonly string[], string]>([
    [["--secrets", "file"], "nest.fly names vault://secret/gosling/acme/read/deploy-key as read_key already"],
    [["--url", "git@gitlab.com:acme/other.git"], `nest.fly says that the Nest's repository is ${URL}`],
  ])("%j against what nest.fly says", async (args, message) => {
    const folder = folderWith({});
    await init(folder, newNest("--secrets", "vault"));
    expect(await init(folder, args)).toMatchObject({ code: 64, stderr: expect.stringContaining(message) as string });
  });
});

describe("what goes wrong is named, with a way out, and the next init goes on from there", () => {
  test.each<readonly [string, () => void, RegExp, RegExp]>([
    ["a token without the scope", () => gitlab.addToken(TOKEN, ["read_api"]), /The token behind env:\/\/GITLAB_TOKEN lacks the scope api for deploy keys/, /Make a token with the scope api/],
    ["a token whose owner may not", () => gitlab.addToken(TOKEN, ["api"], { role: "developer" }), /gitlab\.example\.org refuses GET projects\/7\/deploy_keys/, /Maintainer/],
    ["an unknown token", () => gitlab.world.tokens.clear(), /does not accept the token.*\(behind env:\/\/GITLAB_TOKEN\)/, /make another one with the scope api/],
    ["an unknown project", () => gitlab.world.projects.clear(), /knows no projects\/acme%2Fnest/, /owner is a member/],
    ["a server that fails", () => gitlab.fail(/./, { kind: "status", status: 502 }, 99), /fails at GET/, /Try again later/],
  ])("%s", async (_, prepare, message, hint) => {
    env["GITLAB_TOKEN"] = TOKEN;
    prepare();
    const folder = folderWith({});
    const { code, stdout, stderr } = await init(folder, newNest("--secrets", "vault"));
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(hint);
    // What to do by hand, all the same.
    for (const role of NEST_ROLES) expect(stdout).toContain(`    ${fromVault(role)} gosling acme/${role}\n`);
    const keys = NEST_ROLES.map(fromVault);
    gitlab.heal();
    gitlab.addToken(TOKEN, ["api"]);
    gitlab.addProject(7, "acme/nest");
    expect((await init(folder, [])).code).toBe(0);
    expect(registered()).toEqual(BOTH());
    expect(NEST_ROLES.map(fromVault)).toEqual(keys);
  });

  test("a store that denies one of the two", async () => {
    kv.denied.add("secret/data/gosling/acme/write");
    env["GITLAB_TOKEN"] = TOKEN;
    const folder = folderWith({});
    const { code, stdout, stderr } = await init(folder, newNest("--secrets", "vault"));
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/error: vault:\/\/secret\/gosling\/acme\/write\/deploy-key can't be read: Vault at \S+ denies it: .*\n {2}\S/) as string });
    expect(stdout).toContain("The Nest acme is in");
    expect(gitlab.writes()).toEqual([]);
    kv.denied.clear();
    const read = fromVault("read");
    expect((await init(folder, [])).code).toBe(0);
    expect(fromVault("read")).toBe(read);
    expect(registered()).toEqual(BOTH());
  });

  test("a store that nobody is signed in to", async () => {
    delete env["VAULT_TOKEN"];
    const folder = folderWith({});
    expect(await init(folder, newNest("--secrets", "vault"))).toMatchObject({ code: 1, stderr: expect.stringContaining("there is nothing to sign in to Vault with") as string });
    expect(existsSync(join(folder, "nest.fly"))).toBe(true);
  });

  test("an answer of GitLab's that is lost after it was done", async () => {
    env["GITLAB_TOKEN"] = TOKEN;
    gitlab.fail(/POST projects\/7\/deploy_keys/, { kind: "done-and-drop" });
    expect((await init(folderWith({}), newNest("--secrets", "vault"))).code).toBe(0);
    expect(registered()).toEqual(BOTH());
    expect(gitlab.writes()).toHaveLength(2);
  });

  test("a key that is none, and one key behind both", async () => {
    kv.put("secret/gosling/acme/read", { "deploy-key": "private-canary" });
    const folder = folderWith({});
    expect(await init(folder, newNest("--secrets", "vault"))).toMatchObject({ code: 1, stderr: expect.stringContaining("vault://secret/gosling/acme/read/deploy-key is no private key in OpenSSH's format") as string });
    kv.secrets.clear();
    await init(folder, []);
    kv.put("secret/gosling/acme/write", inVault("read"));
    env["GITLAB_TOKEN"] = TOKEN;
    expect(await init(folder, [])).toMatchObject({ code: 1, stderr: expect.stringContaining("One key is behind vault://secret/gosling/acme/read/deploy-key and behind vault://secret/gosling/acme/write/deploy-key") as string });
    expect(gitlab.writes()).toEqual([]);
  });

  test("a key that stands where the other one's address would: it stays", async () => {
    await init(folderWith({}), newNest("--secrets", "vault"));
    kv.put("team/nest", { url: inVault("write")["deploy-key"] });
    const folder = folderWith({ "nest.fly": `nest {\n  name = "acme"\n  repository {\n    url       = "${URL}"\n    read_key  = "vault://team/nest/read"\n    write_key = "vault://team/nest/url"\n  }\n}\n` });
    expect((await init(folder, [])).code).toBe(0);
    expect(kv.secrets.get("team/nest")?.versions.at(-1)?.data["url"]).toBe(inVault("write")["deploy-key"]);
  });

  test("somebody who was faster with the same secret", async () => {
    const other = folderWith({});
    await init(other, newNest("--secrets", "vault"));
    const theirs = inVault("read");
    kv.secrets.delete("secret/gosling/acme/read");
    // Vault says that there is none, and refuses to make the first version when it comes to it.
    kv.faults.push(vaultError(404), vaultError(404));
    kv.put("secret/gosling/acme/read", theirs);
    const { stdout } = await init(folderWith({}), newNest("--secrets", "vault"));
    expect(inVault("read")).toEqual(theirs);
    expect(stdout).toContain(publicKeyOf("x", theirs["deploy-key"] ?? ""));
  });
});

test("two at once, from two folders, end with the same keys", async () => {
  env["GITLAB_TOKEN"] = TOKEN;
  const [one, other] = await Promise.all([init(folderWith({}), newNest("--secrets", "vault", "--json")), init(folderWith({}), newNest("--secrets", "vault", "--json"))]);
  const keys = ({ stdout }: CommandLineResult) => (JSON.parse(stdout) as { access: { keys: { public_key: string }[] } }).access.keys.map(({ public_key }) => public_key.split(" ").slice(0, 2).join(" "));
  expect({ one: keys(one), other: keys(other) }).toEqual({ one: NEST_ROLES.map(fromVault), other: NEST_ROLES.map(fromVault) });
  expect(registered()).toEqual(BOTH());
});

describeWithMoto("in Secrets Manager as moto plays it", () => {
  let moto: Moto;

  beforeAll(async () => {
    moto = await startMoto();
  }, 70_000);

  afterAll(() => moto?.close());

  test("both keys are kept, and a second init changes nothing", async () => {
    Object.assign(env, awsEnvironment({ url: moto.endpoint }));
    const folder = folderWith({});
    const first = await init(folder, newNest("--secrets", "aws-sm"));
    expect(first.code).toBe(0);
    expect(await gosling(folder, ["secrets", "check"], env)).toMatchObject({ code: 0 });
    const again = await init(folder, []);
    expect(again.stdout).toContain("nothing was changed");
    const keys = (text: string) => text.match(/ssh-ed25519 \S+/g);
    expect(keys(again.stdout)).toEqual(keys(first.stdout));
    expect(keys(first.stdout)).toHaveLength(2);
  });
});
