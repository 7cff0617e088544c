import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gosling } from "../support/command-line";
import { eventually } from "../support/eventually";
import { type GitlabServer, gitlabServer } from "../support/gitlab-server";
import { type LocalRunner, localRunner } from "../support/local-runner";
import { eggText } from "../support/nest-files";
import { awsEnvironment, type SecretsManager, secretsManager } from "../support/secrets-manager";

const HOST = "gitlab.example.org";
const API_TOKEN = "glpat-of-the-tests";

let runner: LocalRunner;
let gitlab: GitlabServer;
let aws: SecretsManager;
let env: Record<string, string>;

beforeEach(async () => {
  [runner, gitlab, aws] = await Promise.all([localRunner(), gitlabServer(), secretsManager()]);
  gitlab.addToken(API_TOKEN, ["api"]);
  gitlab.addProject(1, "acme/my-app");
  await runner.write("secrets/api-token", API_TOKEN);
  env = { ...awsEnvironment(aws), GOSLING_GITLAB_ADDRESSES: `${HOST}=${gitlab.url}` };
});

afterEach(async () => {
  await runner.dispose();
  await Promise.all([gitlab.close(), aws.close()]);
});

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const tokens = (): readonly string[] => [...gitlab.world.runners.values()].map(({ token }) => token ?? "");

/** A Nest of one Egg, connected, with a runner that is up. */
async function running(reference: string, startEnv: Record<string, string> = {}): Promise<void> {
  await runner.write("Eggs/my-app/config.fly", eggText("my-app", { gitlab: `server       = "${HOST}"\n    project_id   = 1\n    api_token    = "file://secrets/api-token"\n    runner_token = "${reference}"` }));
  expect(await gosling(runner.nest, ["connect", "--yes"], env)).toMatchObject({ code: 0 });
  await runner.create({ repositories: [{ name: "my-app", url: `https://${HOST}`, projectId: 1, runnerToken: reference }] });
  await runner.start(startEnv);
  await runner.state("idle");
}

/** The runner has told its agent before the agent has looked; only what the agent has loaded shows that it has. */
async function agentHasTheNewToken(): Promise<void> {
  const [, current = ""] = tokens();
  await eventually("the agent has the new token", async () => (await runner.agent.loaded())?.tokens[0] === sha256(current));
}

/** Its own next reading is five minutes away. */
async function takesTheNewToken(): Promise<void> {
  const [former = ""] = tokens();
  expect((await runner.agent.loaded())?.tokens).toEqual([sha256(former)]);
  const { code, stdout, stderr } = await gosling(runner.nest, ["rotate", "--egg", "my-app", "--yes"], env);
  expect(code).toBe(0);
  await agentHasTheNewToken();
  expect(await readFile(runner.folder.agentConfig, "utf8")).not.toContain(former);
  expect(await runner.log()).toContain("reloaded secrets and configuration");
  expect(stdout + stderr + (await runner.log())).not.toMatch(/glrt-|glpat-/);
}

test("a local runner has its new token at once", async () => {
  await running("file://secrets/runner-token");
  await takesTheNewToken();
});

test("from a cloud's store too, as whoever this machine is; keys of the one who deploys don't reach it", async () => {
  const keys = join(dirname(runner.nest), "credentials");
  await runner.write("../credentials", "[default]\naws_access_key_id = AKIAOFTHEMACHINE\naws_secret_access_key = of-the-machine\n");
  await running("aws-sm://team/my-app/runner-token", { ...awsEnvironment(aws), AWS_SHARED_CREDENTIALS_FILE: keys });
  await takesTheNewToken();
  expect(aws.requests.at(-1)?.headers["authorization"]).toContain("AKIAOFTHEMACHINE");
});

test("a rotation that changes nothing tells nobody", async () => {
  await running("file://secrets/runner-token");
  await gosling(runner.nest, ["rotate", "--egg", "my-app", "--yes"], env);
  await agentHasTheNewToken();
  const { loads } = (await runner.agent.loaded()) ?? {};
  expect((await gosling(runner.nest, ["rotate", "--egg", "my-app", "--yes"], env)).stdout).toContain("waiting");
  await runner.cli("stop");
  expect((await runner.agent.loaded())?.loads).toBe(loads);
});
