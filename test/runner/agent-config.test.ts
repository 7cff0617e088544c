import { agentConfig } from "../../src/runner/agent-config";
import { runnerFolder } from "../../src/runner/folder";
import type { RunnerFile } from "../../src/runner/runner-file";
import { runnerFile } from "../support/runner-file";

const text = (over: Partial<RunnerFile> = {}, tokens: Record<string, string> = { "my-app": "glrt-1" }): Promise<string> =>
  agentConfig({ runner: runnerFile(over), folder: runnerFolder("/nest", "my-app", "r1"), tokens: new Map(Object.entries(tokens)), secrets: new Map(), metricsPort: 9252 });

interface Config {
  readonly runners: readonly Record<string, unknown>[];
}

async function runners(over: Partial<RunnerFile>, tokens?: Record<string, string>): Promise<Config["runners"]> {
  const { parse } = await import("smol-toml");
  return (parse(await text(over, tokens)) as unknown as Config).runners;
}

test("a runner of the shell executor", async () => {
  expect(await text({ environment: { A: "$1" } })).toBe(`concurrent = 1
check_interval = 3
shutdown_timeout = 30
listen_address = "127.0.0.1:9252"
log_format = "json"

[[runners]]
builds_dir = "/nest/.gosling/runners/my-app/r1/work/builds"
cache_dir = "/nest/.gosling/runners/my-app/r1/work/cache"
name = "acme-my-app-r1"
url = "https://gitlab.com"
token = "glrt-1"
executor = "shell"
limit = 1
environment = [ "A=$$1" ]

`);
});

test("a bucket's runner has one section per repository, each with its own server and token", async () => {
  const sections = await runners(
    {
      egg: "team",
      repositories: [
        { name: "api", url: "https://gitlab.com", projectId: 1, runnerToken: "file://a" },
        { name: "web", url: "https://gitlab.example.org", groupId: 2, runnerToken: "file://b" },
      ],
    },
    { api: "glrt-a", web: "glrt-b" },
  );
  expect(sections.map(({ name, url, token, limit }) => ({ name, url, token, limit }))).toEqual([
    { name: "acme-team-r1-api", url: "https://gitlab.com", token: "glrt-a", limit: 1 },
    { name: "acme-team-r1-web", url: "https://gitlab.example.org", token: "glrt-b", limit: 1 },
  ]);
});

test("agent_config is merged deeply; what Gosling writes itself wins", async () => {
  const [section] = await runners({
    executor: "docker",
    image: "node:22",
    agentConfig: { builds_dir: "/builds", request_concurrency: 2, token: "mine", limit: 9, docker: { privileged: true, volumes: ["/cache"], image: "other", memory: null }, cache: { Type: "s3", s3: { BucketName: "b" } } },
  });
  expect(section).toEqual({
    name: "acme-my-app-r1",
    url: "https://gitlab.com",
    token: "glrt-1",
    executor: "docker",
    limit: 1,
    environment: [],
    builds_dir: "/builds",
    request_concurrency: 2,
    docker: { image: "node:22", privileged: true, volumes: ["/cache"] },
    cache: { Type: "s3", s3: { BucketName: "b" } },
  });
});

test("the image of docker jobs may come from agent_config, and has a default", async () => {
  expect((await runners({ executor: "docker", agentConfig: { docker: { image: "alpine" } } }))[0]?.["docker"]).toEqual({ image: "alpine" });
  expect((await runners({ executor: "docker" }))[0]?.["docker"]).toEqual({ image: "debian:stable-slim" });
});

test("a company's certificate is named by its file", async () => {
  expect((await runners({ caCertificate: "-----BEGIN CERTIFICATE-----" }))[0]?.["tls-ca-file"]).toBe("/nest/.gosling/runners/my-app/r1/ca.pem");
});
