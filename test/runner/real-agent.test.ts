import { spawnSync } from "node:child_process";
import { findAgent } from "../../src/runner/agent";
import { machineProcesses } from "../../src/runner/processes";
import { eventually } from "../support/eventually";
import { type LocalRunner, localRunner } from "../support/local-runner";

/** gitlab-runner itself, where this machine has it. No server is asked: nobody listens at the URL. */
const onPath = spawnSync("/bin/sh", ["-c", "command -v gitlab-runner"], { encoding: "utf8" }).stdout.trim();
const REPOSITORY = { name: "my-app", url: "http://127.0.0.1:9", projectId: 1, runnerToken: "file://secrets/token" };

if (onPath === "") {
  test.skip("skipped: gitlab-runner is not on the PATH", () => undefined);
} else {
  describe("gitlab-runner itself", () => {
    let runner: LocalRunner;
    afterEach(() => runner.dispose());

    test("takes our configuration, tells its jobs, reloads, and ends when the runner drains", async () => {
      runner = await localRunner({ token: "glrt-abcdefghij0123456789", withAgent: false });
      await runner.create({ repositories: [REPOSITORY], environment: { A: 'a"b\\c\n$HOME' }, proxy: { http: "http://127.0.0.1:9" } });
      await runner.start({ GOSLING_AGENT: (await findAgent(undefined, process.env)) ?? onPath });
      const { heartbeat } = await runner.state("idle");
      expect(heartbeat).toMatchObject({ jobs: 0, agent: { version: expect.stringMatching(/^\d+\./) as string } });
      machineProcesses.signal((await runner.record()).pid ?? 0, "SIGHUP");
      await eventually("it has reloaded", async () => (await runner.log()).includes("reloaded secrets and configuration"));
      expect(await runner.cli("stop")).toMatchObject({ code: 0, stdout: expect.stringContaining("stopped") as string });
      expect(await runner.log()).toContain("the agent ended with exit code 0");
    });

    test("ends at once when it is told to", async () => {
      runner = await localRunner({ token: "glrt-abcdefghij0123456789", withAgent: false });
      await runner.create({ repositories: [REPOSITORY] });
      await runner.start({ GOSLING_AGENT: onPath });
      await runner.state("idle");
      expect(await runner.cli("stop", ["--now"])).toMatchObject({ code: 0 });
      expect(await runner.record()).toMatchObject({ process: "none" });
    });
  });
}
