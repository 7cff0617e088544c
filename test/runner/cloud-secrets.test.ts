import { type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { reloadRunner } from "../../src/runner";
import { machineProcesses } from "../../src/runner/processes";
import { awsEnvironment, awsError, type SecretsManager, secretsManager } from "../support/secrets-manager";
import { eventually } from "../support/eventually";
import { type LocalRunner, localRunner } from "../support/local-runner";
import { runnerFile } from "../support/runner-file";
import { type Vault, vault, vaultEnvironment, vaultError } from "../support/vault";
import { startYandexServer, type YandexServer } from "../support/yandex-server";

const FIRST = "glrt-the-first-token-0001";
const SECOND = "glrt-the-second-token-0002";
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

let runner: LocalRunner;
let aws: SecretsManager;
let kv: Vault;
let yandex: YandexServer;

beforeEach(async () => {
  [runner, aws, kv, yandex] = await Promise.all([localRunner(), secretsManager(), vault(), startYandexServer()]);
});

afterEach(async () => {
  await runner.dispose();
  await Promise.all([aws.close(), kv.close(), yandex.close()]);
});

/** The program as a machine's container starts it. */
function onMachine(over: Parameters<typeof runnerFile>[0], env: Readonly<Record<string, string>>): ChildProcess {
  const { id: _id, ...configuration } = runnerFile(over);
  const child = runner.spawnCli("run", [], { ...env, GOSLING_RUNNER_CONFIGURATION: JSON.stringify(configuration) });
  child.stdout?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  return child;
}

let said: string;
beforeEach(() => (said = ""));

const servedBy = (runnerToken: string) => ({ repositories: [{ name: "my-app", url: "https://gitlab.com", projectId: 1, runnerToken }] });
const config = (): Promise<string> => readFile(runner.folder.agentConfig, "utf8");
const missing = (text: string): Promise<unknown> => eventually(`${text} is missing`, async () => (await runner.record()).heartbeat?.missing.some((line) => line.includes(text)));

/** Each store: how a machine finds it, the reference of a token, and how the token comes there. */
const STORES = {
  "Secrets Manager": () => ({
    cloud: "aws" as const,
    reference: "aws-sm://gitlab/gitlab.com/my-app/runner-token",
    env: awsEnvironment(aws),
    put: (token: string) => aws.put("gitlab/gitlab.com/my-app", JSON.stringify({ "runner-token": token }), sha256(token).slice(0, 36)),
  }),
  Lockbox: () => ({
    cloud: "yandex" as const,
    reference: "yc-lockbox://gitlab/gitlab.com/my-app/runner-token",
    env: { ...yandex.env, YC_FOLDER_ID: "folder-1" },
    put(token: string) {
      const kept = yandex.secrets[0];
      if (kept) yandex.addVersion(kept, { "runner-token": token });
      else yandex.addSecret("gitlab/gitlab.com/my-app", { "runner-token": token });
    },
  }),
  Vault: () => ({ cloud: "aws" as const, reference: "vault://team/my-app/runner-token", env: vaultEnvironment(kv), put: (token: string) => kv.put("team/my-app", { "runner-token": token }) }),
};

describe.each(Object.entries(STORES))("a machine whose token is in %s", (_name, store) => {
  test("waits for it, takes it, and takes the next one when it is told to", async () => {
    const { cloud, reference, env, put } = store();
    onMachine({ cloud, ...servedBy(reference), secrets: { TOKEN_AGAIN: reference } }, env);
    await runner.state("waiting");
    await missing(`no token behind ${reference}`);
    put(FIRST);
    // It looks again by itself.
    await runner.state("idle");
    expect(await config()).toContain(`token = "${FIRST}"`);
    expect(await config()).toContain(`TOKEN_AGAIN=${FIRST}`);
    put(SECOND);
    // Five minutes before it would look by itself.
    expect(await reloadRunner(await runner.record())).toBe(true);
    await eventually("the agent has the new one", async () => (await runner.agent.loaded())?.tokens.includes(sha256(SECOND)));
    expect(await config()).not.toContain(FIRST);
    for (const text of [said, JSON.stringify(await runner.record()), await readFile(runner.folder.runnerFile, "utf8")]) expect(text).not.toMatch(/glrt-/);
    await runner.cli("stop");
    await expect(config()).rejects.toMatchObject({ code: "ENOENT" });
  });
});

test("a store that denies it, or doesn't know it, is no end: it says so, and goes on when it may", async () => {
  aws.put("team", JSON.stringify({ token: FIRST }));
  kv.put("team/npm", { token: "npm-value-1" });
  kv.denied.add("team/data/npm");
  aws.faults.push(...Array.from({ length: 2 }, () => awsError("AccessDeniedException", "not authorized to perform: secretsmanager:GetSecretValue")));
  onMachine({ cloud: "aws", ...servedBy("aws-sm://team/token"), secrets: { NPM_TOKEN: "vault://team/npm/token" } }, { ...awsEnvironment(aws), ...vaultEnvironment(kv) });
  await missing("aws-sm://team/token can't be read");
  await missing("vault://team/npm/token can't be read");
  await eventually("only one is missing", async () => (await runner.record()).heartbeat?.missing.length === 1);
  kv.denied.clear();
  await runner.state("idle");
  expect(await config()).toContain("NPM_TOKEN=npm-value-1");
});

test("a store that does not answer keeps it from nothing else: it beats, and ends when it is asked to", async () => {
  aws.put("team", JSON.stringify({ token: FIRST }));
  const child = onMachine({ cloud: "aws", ...servedBy("aws-sm://team/token") }, awsEnvironment(aws));
  await runner.state("idle");
  aws.faults.push(...Array.from({ length: 9 }, () => "silence" as const));
  const before = aws.requests.length;
  await reloadRunner(await runner.record());
  await eventually("it asks", () => aws.requests.length > before);
  const at = (await runner.record()).heartbeat?.at;
  await eventually("it beats meanwhile", async () => (await runner.record()).heartbeat?.at !== at);
  child.kill("SIGTERM");
  await runner.state("stopped");
  await expect(config()).rejects.toMatchObject({ code: "ENOENT" });
});

test("an agent keeps what it has where the store fails when it is asked again", async () => {
  aws.put("team", JSON.stringify({ token: FIRST }));
  onMachine({ cloud: "aws", ...servedBy("aws-sm://team/token") }, awsEnvironment(aws));
  await runner.state("idle");
  aws.faults.push(awsError("ExpiredTokenException", "The security token included in the request is expired"));
  machineProcesses.signal((await runner.record()).pid ?? 0, "SIGHUP");
  await eventually("it says so", () => said.includes("not reloaded, the agent keeps what it has: aws-sm://team/token can't be read"));
  expect(await config()).toContain(FIRST);
  expect((await runner.state("idle")).heartbeat).toMatchObject({ missing: [] });
});

test("what signs in to Vault is what the Egg says to its jobs, kept in the cloud's own store; a new secret id is another session", async () => {
  aws.put("team", JSON.stringify({ "secret-id": "secret-id-1" }));
  kv.put("team/my-app", { token: FIRST });
  kv.logins.set("approle", { role_id: "runner", secret_id: "secret-id-1" });
  onMachine({ cloud: "aws", ...servedBy("vault://team/my-app/token"), environment: { VAULT_ADDR: kv.url, VAULT_ROLE_ID: "runner" }, secrets: { VAULT_SECRET_ID: "aws-sm://team/secret-id" } }, awsEnvironment(aws));
  await runner.state("idle");
  expect(await config()).toContain(FIRST);
  const logins = (): number => kv.requests.filter(({ path }) => path.endsWith("/login")).length;
  expect(logins()).toBe(1);
  await reloadRunner(await runner.record());
  await eventually("it reads again", () => said.includes("reloaded secrets and configuration"));
  expect(logins()).toBe(1);

  aws.put("team", JSON.stringify({ "secret-id": "secret-id-2" }), "2".repeat(36));
  kv.logins.set("approle", { role_id: "runner", secret_id: "secret-id-2" });
  kv.put("team/my-app", { token: SECOND });
  await reloadRunner(await runner.record());
  await eventually("the agent has the new one", async () => (await runner.agent.loaded())?.tokens.includes(sha256(SECOND)));
  expect(logins()).toBe(2);
  expect(said).not.toMatch(/secret-id-\d|hvs\./);
});

test("says what Vault refuses, and nothing of what was offered", async () => {
  aws.put("team", JSON.stringify({ "secret-id": "secret-id-1" }));
  kv.faults.push(...Array.from({ length: 3 }, () => vaultError(400, "invalid secret id: secret-id-1")));
  onMachine({ cloud: "aws", ...servedBy("vault://team/my-app/token"), environment: { VAULT_ADDR: kv.url, VAULT_ROLE_ID: "runner" }, secrets: { VAULT_SECRET_ID: "aws-sm://team/secret-id" } }, awsEnvironment(aws));
  await missing("refuses to sign us in by AppRole");
  expect(JSON.stringify(await runner.record()) + said).not.toContain("secret-id-1");
});
