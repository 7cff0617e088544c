import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EggStack, type StackState } from "../../constructs";
import { renderStack } from "../../src/synth/render-stack";
import { describeWithEngines, type TestEngine } from "../support/engines";
import { gitlabStates, s3Objects, type StateServer } from "../support/state-servers";
import { egg, jsonOf, newApp } from "./egg-props";

const bucket: StackState = { kind: "s3", bucket: "acme-state", region: "eu-central-1" };
const gitlab: StackState = { kind: "gitlab", server: "gitlab.example.org", projectId: 7 };

function terraformOf(state: StackState, engineVersion?: string): Record<string, unknown> {
  return jsonOf(new EggStack(newApp(), "my-app", { egg, state, ...(engineVersion !== undefined && { engineVersion }) })).terraform as unknown as Record<string, unknown>;
}

describe("state in a bucket", () => {
  test("has a key of its own for each stack, is encrypted and locked", () => {
    expect(terraformOf(bucket)).toEqual({
      backend: { s3: { bucket: "acme-state", key: "tofu-states/my-app/terraform.tfstate", region: "eu-central-1", encrypt: true, use_lockfile: true } },
      required_version: ">= 1.10.0",
    });
  });

  test("asks an engine that has no lock file for none", () => {
    expect(terraformOf(bucket, "1.9.3")).toEqual({ backend: { s3: expect.not.objectContaining({ use_lockfile: true }) as object }, required_version: "1.9.3" });
    expect(terraformOf(bucket, "1.10.0")).toEqual({ backend: { s3: expect.objectContaining({ use_lockfile: true }) as object }, required_version: "1.10.0" });
  });

  test("of another service is addressed by path, and nothing that only Amazon has is asked for", () => {
    expect(terraformOf({ ...bucket, endpoint: "https://storage.yandexcloud.net" })).toMatchObject({
      backend: {
        s3: {
          endpoints: { s3: "https://storage.yandexcloud.net" },
          skip_credentials_validation: true,
          skip_metadata_api_check: true,
          skip_region_validation: true,
          skip_requesting_account_id: true,
          skip_s3_checksum: true,
          use_path_style: true,
          use_lockfile: true,
        },
      },
    });
    expect(JSON.stringify(terraformOf({ ...bucket, endpoint: "https://storage.yandexcloud.net" }))).not.toContain("encrypt");
  });
});

describe("state in a GitLab project", () => {
  const address = "https://gitlab.example.org/api/v4/projects/7/terraform/state/my-app";

  test("has addresses of its own for each stack, and no credentials", () => {
    expect(terraformOf(gitlab)).toEqual({
      backend: { http: { address, lock_address: `${address}/lock`, lock_method: "POST", unlock_address: `${address}/lock`, unlock_method: "DELETE", retry_wait_min: 5 } },
      required_version: ">= 1.8.0",
    });
  });

  test("leaves the addresses to the engine's environment where the project is not named", () => {
    expect(terraformOf({ kind: "gitlab", server: "gitlab.com" })["backend"]).toEqual({ http: { lock_method: "POST", unlock_method: "DELETE", retry_wait_min: 5 } });
  });
});

describeWithEngines("a stack with shared state", (engine) => {
  let server: StateServer;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "gosling-state-"));
  });
  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("is applied with its state at GitLab, under a lock", async () => {
    server = await gitlabStates();
    const address = `${server.url}/api/v4/projects/7/terraform/state/my-app`;
    const environment = { TF_HTTP_ADDRESS: address, TF_HTTP_LOCK_ADDRESS: `${address}/lock`, TF_HTTP_UNLOCK_ADDRESS: `${address}/lock`, TF_HTTP_USERNAME: "u", TF_HTTP_PASSWORD: "p" };
    await applied(engine, folder, { kind: "gitlab", server: "gitlab.com" }, environment);
    const path = "/api/v4/projects/7/terraform/state/my-app";
    expect(stateIn(server, path)).toMatchObject({ outputs: { revision: { type: "string" } } });
    expect(server.requests.filter((request) => request.includes("/lock"))).toEqual([`POST ${path}/lock`, `DELETE ${path}/lock`]);
  });

  test("is applied with its state in a bucket of another service, under a lock", async () => {
    server = await s3Objects();
    await applied(engine, folder, { ...bucket, endpoint: server.url }, { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "s" });
    const path = "/acme-state/tofu-states/my-app/terraform.tfstate";
    expect(stateIn(server, path)).toMatchObject({ outputs: { revision: { type: "string" } } });
    expect(server.requests).toEqual(expect.arrayContaining([`PUT ${path}.tflock`, `DELETE ${path}.tflock`]));
    expect([...server.kept.keys()]).toEqual([path]);
  });
});

async function applied(engine: TestEngine, folder: string, state: StackState, environment: Readonly<Record<string, string>>): Promise<void> {
  writeFileSync(join(folder, "cdk.tf.json"), renderStack(new EggStack(newApp(), "my-app", { egg, state })));
  for (const args of [["init"], ["apply", "-auto-approve"]]) await run(engine, folder, args, environment);
}

/** Not waited for in one go: the server answers in this process. */
function run(engine: TestEngine, cwd: string, args: readonly string[], environment: Readonly<Record<string, string>>): Promise<void> {
  const env = { PATH: process.env["PATH"], HOME: cwd, TF_IN_AUTOMATION: "1", TF_INPUT: "0", CHECKPOINT_DISABLE: "1", AWS_EC2_METADATA_DISABLED: "true", ...environment };
  return new Promise((resolve, reject) => {
    execFile(engine.path, [...args, "-no-color"], { cwd, env }, (error, stdout, stderr) => (error ? reject(new Error(`${args.join(" ")}: ${stdout}${stderr}`)) : resolve()));
  });
}

function stateIn({ kept }: StateServer, path: string): unknown {
  return JSON.parse((kept.get(path) ?? Buffer.from("null")).toString());
}
