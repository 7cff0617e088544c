import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { generateSshKey } from "../../src/secrets/ssh-key";
import { decodeKey } from "../../src/secrets/state-key";
import { type CommandLineResult, gosling } from "../support/command-line";
import { contentOf, folderWith } from "../support/folder";
import { nestFiles } from "../support/nest-files";
import { somebody } from "../support/scripted-prompts";
import { awsEnvironment, awsError, type SecretsManager, secretsManager } from "../support/secrets-manager";
import { atTerminal, ENTER, TERMINAL } from "../support/terminal";
import { type Vault, VAULT_TOKEN, vault, vaultEnvironment } from "../support/vault";

const CANARY = "value-canary-4711";
const AWS = 'provider = "aws"\n    region   = "eu-west-1"';

let aws: SecretsManager;
let kv: Vault;
let env: Record<string, string>;
let log: string;

beforeAll(async () => {
  aws = await secretsManager();
  kv = await vault();
});

afterAll(() => Promise.all([aws.close(), kv.close()]));

beforeEach(() => {
  for (const server of [aws, kv]) {
    server.secrets.clear();
    server.faults.length = 0;
    (server.requests as unknown[]).length = 0;
  }
  kv.denied.clear();
  log = join(folderWith({}), "access.log");
  env = { ...awsEnvironment(aws), ...vaultEnvironment(kv), GOSLING_SECRETS_LOG: log };
});

/** Runs the command; no value and no credential is in what it prints, or in the log of accesses. */
async function run(folder: string, args: readonly string[], more: Parameters<typeof gosling>[4] = "", prompts?: Parameters<typeof gosling>[3]): Promise<CommandLineResult> {
  const result = await gosling(folder, ["secrets", ...args], env, prompts, more);
  expect(result.stdout + result.stderr + (existsSync(log) ? readFileSync(log, "utf8") : "")).not.toContain("canary");
  return result;
}

interface Report {
  readonly ok: boolean;
  readonly secrets: readonly { reference: string; region: string | null; status: string; problem: { code: string; message: string; hint: string } | null; uses: readonly { for: string; file: string; line: number; written: boolean }[] }[];
}

async function check(folder: string, code: number): Promise<Report> {
  const result = await run(folder, ["check", "--json"]);
  expect(result).toMatchObject({ code, stderr: "" });
  return JSON.parse(result.stdout) as Report;
}

describe("gosling secrets check", () => {
  test("reads every secret of the Nest once, in the region of its Egg", async () => {
    const secrets = `secrets = {\n    NPM_TOKEN = "vault://secret/npm/token"\n    AGAIN     = "vault://secret/npm/token"\n  }`;
    const folder = folderWith(nestFiles({ web: { cloud: AWS, gitlab: 'server = "gitlab.com"\n    project_id = 7\n    runner_token = "aws-sm://team/web/runner#AWSCURRENT"', more: secrets } }));
    aws.put("gitlab/gitlab.com/web", JSON.stringify({ "api-token": CANARY, "webhook-secret": CANARY }));
    aws.put("team/web", JSON.stringify({ runner: CANARY }));
    kv.put("secret/npm", { token: CANARY });
    const report = await check(folder, 0);
    expect(report.ok).toBe(true);
    expect(report.secrets.map(({ reference, region, status }) => [reference, region, status])).toEqual([
      ["vault://secret/npm/token", "eu-west-1", "ok"],
      ["aws-sm://gitlab/gitlab.com/web/api-token", "eu-west-1", "ok"],
      ["aws-sm://team/web/runner#AWSCURRENT", "eu-west-1", "ok"],
      ["aws-sm://gitlab/gitlab.com/web/webhook-secret", "eu-west-1", "ok"],
    ]);
    expect(report.secrets[0]?.uses.map((use) => use.for)).toEqual(["NPM_TOKEN of egg web", "AGAIN of egg web"]);
    expect(aws.requests).toHaveLength(3);
    expect(aws.requests.every(({ headers }) => String(headers["authorization"]).includes("/eu-west-1/"))).toBe(true);
    expect(kv.requests).toHaveLength(1);
  });

  test("says where a reference is written, or what it follows from", async () => {
    const folder = folderWith(nestFiles({ web: { gitlab: 'server = "gitlab.com"\n    project_id = 7\n    runner_token = "env://WEB_TOKEN"' } }));
    env["WEB_TOKEN"] = CANARY;
    const { stdout, code } = await run(folder, ["check"]);
    expect(code).toBe(0);
    expect(stdout).toBe(`   STATUS   SECRET                                       FOR                        WRITTEN IN
!  missing  file://gitlab/gitlab.com/web/api-token       api token of egg web       Eggs/web/config.fly:15, by convention
✓  ok       env://WEB_TOKEN                              runner token of egg web    Eggs/web/config.fly:18
!  missing  file://gitlab/gitlab.com/web/webhook-secret  webhook secret of egg web  Eggs/web/config.fly:15, by convention

! file://gitlab/gitlab.com/web/api-token
  api token of egg web: Eggs/web/config.fly:15, by convention
  there is nothing behind file://gitlab/gitlab.com/web/api-token
  → Write the secret to the file gitlab/gitlab.com/web/api-token in the Nest, mode 0600, and keep it out of Git.

! file://gitlab/gitlab.com/web/webhook-secret
  webhook secret of egg web: Eggs/web/config.fly:15, by convention
  there is nothing behind file://gitlab/gitlab.com/web/webhook-secret
  → Write the secret to the file gitlab/gitlab.com/web/webhook-secret in the Nest, mode 0600, and keep it out of Git.

3 secrets: 2 warnings.
`);
  });

  const failures: readonly (readonly [string, () => void, string, string, RegExp, RegExp])[] = [
    ["denied", () => aws.faults.push(awsError("AccessDeniedException", "User: ada is not authorized")), "aws-sm://team/web/key", "SECRET_DENIED", /denies it: User: ada is not authorized/, /Allow secretsmanager:GetSecretValue/],
    ["not found", () => undefined, "aws-sm://team/none/key", "SECRET_MISSING", /there is nothing behind aws-sm:\/\/team\/none\/key in eu-west-1/, /gosling secrets set aws-sm:\/\/team\/none\/key --region eu-west-1/],
    ["a wrong key", () => undefined, "aws-sm://team/web/kei", "SECRET_KEY", /the secret team\/web has no key kei/, /Did you mean key\?/],
    ["an expired token", () => aws.faults.push(awsError("ExpiredTokenException", "The security token is expired")), "aws-sm://team/web/key", "SECRET_CREDENTIALS", /token is expired/, /Sign in again/],
    ["broken JSON", () => aws.faults.push({ status: 200, body: `{"SecretString": ${CANARY}` }), "aws-sm://team/web/key", "SECRET_UNREACHABLE", /is no Secrets Manager/, /AWS_ENDPOINT_URL/],
    ["a value that is no JSON", () => aws.put("team/plain", CANARY), "aws-sm://team/plain/key", "SECRET_FORMAT", /is no JSON object/, /Keep it as a JSON object/],
    ["sealed", () => kv.faults.push(...Array.from({ length: 3 }, () => ({ status: 503, body: '{"errors":["Vault is sealed"]}' }))), "vault://secret/web/key", "SECRET_UNREACHABLE", /is sealed/, /vault operator unseal/],
    ["denied by Vault", () => void kv.denied.add("secret/data/web"), "vault://secret/web/key", "SECRET_DENIED", /denies it/, /capabilities = \["read"\]/],
    ["no address", () => void delete env["VAULT_ADDR"], "vault://secret/web/key", "SECRET_SETTINGS", /it is not said where Vault is/, /Set VAULT_ADDR/],
  ];

  test.each(failures)("%s: exit code 1, the reference, the place and a way out", async (_what, prepare, reference, code, message, hint) => {
    aws.put("team/web", JSON.stringify({ key: CANARY }));
    kv.put("secret/web", { key: CANARY });
    // The Egg's own secrets are in the other store, so that the fault meets this one.
    const other = reference.startsWith("vault") ? "aws-sm://team/web/key" : "vault://secret/web/key";
    const gitlab = `server         = "gitlab.com"\n    project_id     = 7\n    api_token      = "${other}"\n    runner_token   = "${other}"\n    webhook_secret = "${other}"`;
    prepare();
    const folder = folderWith(nestFiles({ web: { cloud: AWS, gitlab, more: `secrets = {\n    KEY = "${reference}"\n  }` } }));
    const { secrets } = await check(folder, 1);
    const found = secrets.find((secret) => secret.reference === reference);
    expect(found).toMatchObject({ status: "error", problem: { code, message: expect.stringMatching(message) as string }, uses: [{ for: "KEY of egg web", file: "Eggs/web/config.fly", line: 24, written: true }] });
    expect(found?.problem?.message).toContain(reference);
    expect(found?.problem?.hint).toMatch(hint);
    aws.faults.length = kv.faults.length = 0;
    prepare();
    const people = await run(folder, ["check"]);
    expect(people.code).toBe(1);
    expect(people.stdout).toContain(`✗ ${reference}\n  KEY of egg web: Eggs/web/config.fly:24\n`);
  });

  test("a local runner's missing token is a warning, a missing secret of its jobs an error", async () => {
    const gitlab = 'server = "gitlab.com"\n    project_id = 7\n    runner_token = "env://WEB_TOKEN"';
    const waiting = folderWith(nestFiles({ web: { gitlab } }));
    expect((await check(waiting, 0)).secrets.map(({ status }) => status)).toEqual(["warning", "warning", "warning"]);
    aws.put("team/web", JSON.stringify({ other: CANARY }));
    const elsewhere = folderWith(nestFiles({ web: { gitlab: gitlab.replace("env://WEB_TOKEN", "aws-sm://team/web/token") } }));
    expect((await check(elsewhere, 0)).secrets[1]).toMatchObject({ status: "warning", problem: { code: "SECRET_KEY" } });
    const broken = folderWith(nestFiles({ web: { gitlab, more: 'secrets = {\n    KEY = "env://NONE"\n  }' } }));
    expect((await check(broken, 1)).secrets[0]).toMatchObject({ reference: "env://NONE", status: "error", problem: { hint: "Set the environment variable NONE." } });
  });

  test("the state's key must be one", async () => {
    const nest = 'nest {\n  name = "test"\n  state {\n    backend = "s3"\n    bucket  = "b"\n    region  = "eu-north-1"\n    encryption {\n      key = "aws-sm://gosling/state-key"\n    }\n  }\n}\n';
    const folder = folderWith(nestFiles({}, { "nest.fly": nest }));
    aws.put("gosling", JSON.stringify({ "state-key": CANARY }));
    expect((await check(folder, 1)).secrets).toMatchObject([{ reference: "aws-sm://gosling/state-key", region: "eu-north-1", problem: { code: "SECRET_FORMAT", hint: "Make one: gosling secrets generate aws-sm://gosling/state-key" }, uses: [{ for: "state key", file: "nest.fly", line: 8 }] }]);
    expect((await run(folder, ["generate", "aws-sm://gosling/state-key", "--force"])).code).toBe(0);
    expect((await check(folder, 0)).ok).toBe(true);
  });

  test("the Nest's deploy keys must be keys, with the address beside them, in the region of MotherGoose", async () => {
    const nest = 'nest {\n  name = "test"\n  repository {\n    read_key  = "aws-sm://gosling/test/read/deploy-key"\n    write_key = "vault://team/nest/key"\n  }\n}\n';
    const goose = 'mothergoose {\n  cloud {\n    provider = "aws"\n    region   = "eu-west-1"\n  }\n}\n';
    const folder = folderWith(nestFiles({}, { "nest.fly": nest, "MG/config.fly": goose }));
    aws.put("gosling/test/read", JSON.stringify({ "deploy-key": CANARY, "url": "git@gitlab.com:acme/nest.git" }));
    kv.put("team/nest", { key: generateSshKey(randomBytes, "canary").privateKey });
    const { secrets } = await check(folder, 1);
    expect(secrets.map(({ reference, region, status, problem, uses: [use] }) => [reference, region, status, problem?.code, problem?.hint.split(":")[0], use?.for, use?.line])).toEqual([
      ["aws-sm://gosling/test/read/deploy-key", "eu-west-1", "error", "SECRET_FORMAT", expect.stringContaining("ssh-keygen") as unknown, "deploy key (read)", 4],
      ["aws-sm://gosling/test/read/url", "eu-west-1", "ok", undefined, undefined, "Nest URL (read)", 4],
      ["vault://team/nest/key", null, "ok", undefined, undefined, "deploy key (write)", 5],
      ["vault://team/nest/url", null, "error", "SECRET_KEY", "Make it", "Nest URL (write)", 5],
    ]);
  });

  test("what MotherGoose needs of a Nest that names no key is a warning that says how to make it", async () => {
    const folder = folderWith(nestFiles({}, { "MG/config.fly": 'mothergoose {\n  cloud {\n    provider = "aws"\n    region   = "eu-west-1"\n  }\n}\n' }));
    const { secrets } = await check(folder, 0);
    expect(secrets).toMatchObject(["deploy-key", "url"].map((key) => ({ reference: `aws-sm://gosling/test/read/${key}`, region: "eu-west-1", status: "warning", problem: { hint: "Make it: gosling init --secrets aws-sm" }, uses: [{ file: "MG/config.fly", line: 1, written: false }] })));
  });

  test("knows buckets and Jobs, and a Nest without secrets", async () => {
    const bucket = `eggsbucket "team" {\n  type = "vm"\n  cloud {\n    provider = "local"\n  }\n  resources {\n    cpu    = 1\n    memory = 512\n    disk   = 5\n  }\n  runner {\n    tags       = ["docker"]\n    concurrent = 3\n  }\n  repositories {\n    repo "api" {\n      gitlab {\n        server       = "gitlab.com"\n        project_id   = 1\n        runner_token = "env://API"\n      }\n    }\n  }\n}\n`;
    const { secrets } = await check(folderWith(nestFiles({}, { "Eggs/team/config.fly": bucket })), 0);
    expect(secrets.map(({ reference, uses }) => [reference, uses[0]?.for, uses[0]?.line, uses[0]?.written])).toEqual([
      ["file://gitlab/gitlab.com/team/api/api-token", "api token of bucket team, api", 17, false],
      ["env://API", "runner token of bucket team, api", 20, true],
      ["file://gitlab/gitlab.com/team/api/webhook-secret", "webhook secret of bucket team, api", 17, false],
    ]);
    expect((await run(folderWith(nestFiles({})), ["check"])).stdout).toBe("This Nest needs no secrets.\n");
  });

  test("keeps a log of accesses where it is asked for", async () => {
    const folder = folderWith(nestFiles({ web: { gitlab: 'server = "gitlab.com"\n    project_id = 7\n    runner_token = "env://WEB_TOKEN"' } }));
    env = { ...env, WEB_TOKEN: CANARY, GOSLING_SECRETS_LOG: "access.log" };
    await run(folder, ["check"]);
    const kept = readFileSync(join(folder, "access.log"), "utf8");
    expect(kept).not.toContain("canary");
    expect(kept.trimEnd().split("\n").map((line) => (JSON.parse(line) as { reference: string; outcome: string }).outcome).sort()).toEqual(["SECRET_MISSING", "SECRET_MISSING", "ok"]);
  });

  test("changes nothing in a Nest with errors", async () => {
    expect((await run(folderWith(nestFiles({ web: { type: '"none"' } })), ["check"])).code).toBe(1);
    expect(aws.requests).toHaveLength(0);
  });
});

describe("gosling secrets set", () => {
  test("gives the key of Jobs no tag by which MotherGoose could read it", async () => {
    const nest = 'nest {\n  name = "test"\n  repository {\n    read_key  = "aws-sm://nest/read/key"\n    write_key = "aws-sm://nest/write/key"\n  }\n}\n';
    const folder = folderWith(nestFiles({}, { "nest.fly": nest }));
    for (const role of ["read", "write"]) await run(folder, ["set", `aws-sm://nest/${role}/key`], CANARY);
    expect(aws.secrets.get("nest/read")?.tags).toContainEqual({ Key: "gosling:nest", Value: "test" });
    expect(aws.secrets.get("nest/write")?.tags).toEqual([]);
  });

  test("stores what comes from standard input, without its last newline", async () => {
    expect(await run(folderWith({}), ["set", "aws-sm://team/web/key"], `${CANARY}\n`)).toEqual({ code: 0, stdout: "aws-sm://team/web/key is set\n", stderr: "" });
    expect(currentOf("team/web")).toEqual({ key: CANARY });
    expect(await run(folderWith({}), ["set", "vault://secret/web/key", "--quiet"], "two\nlines\r\n")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(kv.secrets.get("secret/web")?.versions.at(-1)?.data).toEqual({ key: "two\nlines" });
  });

  test("replaces what is there, and the older version stays", async () => {
    aws.put("team/web", JSON.stringify({ key: "old", other: "stays" }));
    await run(folderWith({}), ["set", "aws-sm://team/web/key"], CANARY);
    expect(currentOf("team/web")).toEqual({ key: CANARY, other: "stays" });
    expect([...(aws.secrets.get("team/web")?.versions.values() ?? [])].map(({ stages }) => stages)).toEqual([["AWSPREVIOUS"], ["AWSCURRENT"]]);
  });

  test("goes to the region of the Egg that uses it, with the Nest's tag; --region says otherwise", async () => {
    const folder = folderWith(nestFiles({ web: { cloud: AWS } }));
    await run(folder, ["set", "aws-sm://gitlab/gitlab.com/web/runner-token"], CANARY);
    expect(aws.requests.every(({ headers }) => String(headers["authorization"]).includes("/eu-west-1/"))).toBe(true);
    expect(aws.secrets.get("gitlab/gitlab.com/web")?.tags).toContainEqual({ Key: "gosling:nest", Value: "test" });
    const { stdout } = await run(folder, ["set", "aws-sm://gitlab/gitlab.com/web/runner-token", "--region", "us-east-1", "--json"], CANARY);
    expect(JSON.parse(stdout)).toEqual({ reference: "aws-sm://gitlab/gitlab.com/web/runner-token", region: "us-east-1", folder_id: null, warning: null });
    expect(aws.requests.at(-1)?.headers["authorization"]).toContain("/us-east-1/");
  });

  test("asks a person, who types unseen", async () => {
    const asked = somebody({ "Value of": CANARY });
    expect((await run(folderWith({}), ["set", "vault://secret/web/key"], "", asked)).code).toBe(0);
    expect(asked.asked.map(({ message }) => message)).toEqual(["Value of vault://secret/web/key"]);
    expect(kv.secrets.get("secret/web")?.versions.at(-1)?.data).toEqual({ key: CANARY });
  });

  test("writes a file of the Nest for its owner alone, and says where Git would take it up", async () => {
    const folder = folderWith({ ...nestFiles({}), ".gitignore": "/secrets/\n", tracked: "old" });
    execFileSync("git", ["init", "--quiet", folder]);
    execFileSync("git", ["-C", folder, "add", "tracked"]);
    expect(await run(folder, ["set", "file://secrets/token"], CANARY)).toEqual({ code: 0, stdout: "file://secrets/token is set\n", stderr: "" });
    expect(statSync(join(folder, "secrets/token")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, "secrets/token"), "utf8")).toBe(`${CANARY}\n`);
    expect((await run(folder, ["set", "file://open/token"], CANARY)).stderr).toBe("warning: Git does not ignore open/token: add /open/token to .gitignore before the next git add.\n");
    expect((await run(folder, ["set", "file://tracked"], CANARY)).stderr).toMatch(/^warning: Git tracks tracked, .*git rm --cached tracked/);
  });

  test.each<[string, readonly string[], string | Buffer, number, string]>([
    ["an empty value", ["aws-sm://app/key"], "\n", 64, "SECRET_INPUT"],
    ["no text", ["aws-sm://app/key"], Buffer.from([0xff, 0xfe]), 64, "SECRET_INPUT"],
    ["a zero byte", ["aws-sm://app/key"], `${CANARY}\0`, 64, "SECRET_INPUT"],
    ["more than a variable can hold", ["aws-sm://app/key"], "x".repeat(1_000_000), 64, "SECRET_INPUT"],
    ["the value in place of the reference", [CANARY], "", 64, "SECRET_REFERENCE"],
    ["the environment", ["env://TOKEN"], CANARY, 1, "SECRET_READ_ONLY"],
    ["a version", ["aws-sm://app/key#AWSPREVIOUS"], CANARY, 1, "SECRET_READ_ONLY"],
    ["a file outside of any Nest", ["file://token"], CANARY, 1, "NEST_NOT_FOUND"],
  ])("refuses %s", async (_what, args, input, code, error) => {
    const folder = folderWith({});
    const result = await run(folder, ["set", ...args, "--json"], input);
    expect(result).toMatchObject({ code, stdout: "" });
    expect(JSON.parse(result.stderr)).toMatchObject({ error: { code: error } });
    expect(contentOf(folder)).toEqual({});
    expect(aws.requests).toHaveLength(0);
  });

  test("a store that denies says so, with exit code 1", async () => {
    kv.denied.add("secret/data/web");
    const { code, stderr } = await run(folderWith({}), ["set", "vault://secret/web/key"], CANARY);
    expect(code).toBe(1);
    expect(stderr).toContain("vault://secret/web/key can't be written");
    expect(stderr).toContain('capabilities = ["create", "read", "update"]');
    expect(stderr).not.toContain(VAULT_TOKEN);
  });
});

describe("gosling secrets generate", () => {
  test("stores a key of 32 random bytes, and replaces none unasked", async () => {
    expect(await run(folderWith({}), ["generate", "aws-sm://gosling/state-key"])).toEqual({ code: 0, stdout: "aws-sm://gosling/state-key holds a new key\n", stderr: "" });
    const first = currentOf("gosling")["state-key"] ?? "";
    expect(decodeKey("", first)).toHaveLength(32);
    const again = await run(folderWith({}), ["generate", "aws-sm://gosling/state-key"]);
    expect(again).toMatchObject({ code: 1, stdout: "", stderr: "error: there is a value behind aws-sm://gosling/state-key already\n  To replace it: --force\n" });
    expect(currentOf("gosling")["state-key"]).toBe(first);
    const forced = await run(folderWith({}), ["generate", "aws-sm://gosling/state-key", "--force"]);
    expect(forced.code).toBe(0);
    expect(currentOf("gosling")["state-key"]).not.toBe(first);
    expect(forced.stdout + again.stderr).not.toContain(first);
  });

  test.each(["file://secrets/state-key", "vault://secret/gosling/state-key"])("stores it at %s", async (reference) => {
    const folder = folderWith(nestFiles({}));
    expect((await run(folder, ["generate", reference])).code).toBe(0);
    expect((await run(folder, ["generate", reference])).code).toBe(1);
    const key = reference.startsWith("file") ? readFileSync(join(folder, "secrets/state-key"), "utf8").trimEnd() : String(kv.secrets.get("secret/gosling")?.versions.at(-1)?.data["state-key"]);
    expect(decodeKey(reference, key)).toHaveLength(32);
  });
});

const atLeast = TERMINAL === undefined ? test.skip : test;

atLeast("at a terminal a value that is typed is not on the screen", async () => {
  const folder = folderWith(nestFiles({}));
  const { code, screen } = await atTerminal(folder, ["secrets", "set", "file://secrets/token"], [["Value of file://secrets/token", `${CANARY}${ENTER}`]]);
  expect(code).toBe(0);
  expect(screen).not.toContain("canary");
  expect(readFileSync(join(folder, "secrets/token"), "utf8")).toBe(`${CANARY}\n`);
});

function currentOf(name: string): Record<string, string> {
  const current = [...(aws.secrets.get(name)?.versions.values() ?? [])].find(({ stages }) => stages.includes("AWSCURRENT"));
  return JSON.parse(current?.text ?? "{}") as Record<string, string>;
}
