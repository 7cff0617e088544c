import type { RunnerFile } from "../../src/runner/runner-file";

/** What a runner is told, with what a test cares for. */
export function runnerFile(over: Partial<RunnerFile> = {}): RunnerFile {
  return {
    format: 1,
    nest: "acme",
    egg: "my-app",
    id: "r1",
    revision: "rev1",
    cloud: "local",
    type: "vm",
    repositories: [{ name: "my-app", url: "https://gitlab.com", projectId: 1, runnerToken: "file://secrets/token" }],
    executor: "shell",
    tags: ["linux"],
    runUntagged: false,
    protected: false,
    locked: true,
    timeoutSeconds: 3600,
    agentConfig: {},
    environment: {},
    secrets: {},
    ...over,
  };
}
