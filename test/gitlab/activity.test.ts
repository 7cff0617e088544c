import { activityOf, askActivities, type Gitlab, type Manager, openGitlab } from "../../src/gitlab";
import { addRunner, type GitlabServer, gitlabServer } from "../support/gitlab-server";

test.each<[string, Partial<Manager> | undefined, ReturnType<typeof activityOf>]>([
  ["online without a job", { status: "online", jobs: "idle" }, "idle"],
  ["online with a job", { status: "online", jobs: "active" }, "busy"],
  ["not heard of for hours, with a job", { status: "offline", jobs: "active" }, "busy"],
  ["not heard of for hours", { status: "offline", jobs: "idle" }, "unknown"],
  ["not heard of for days", { status: "stale", jobs: "idle" }, "unknown"],
  ["never heard of", { status: "never_contacted", jobs: "idle" }, "unknown"],
  ["online, and the server doesn't say", { status: "online" }, "unknown"],
  ["not there", undefined, "unknown"],
])("a machine %s", (_, manager, activity) => {
  expect(activityOf(manager ? [{ systemId: "s_1", status: "online", ...manager }] : [], "s_1")).toBe(activity);
  // Another machine of the registration says nothing of this one.
  expect(activityOf(manager ? [{ systemId: "s_2", status: "online", ...manager }] : [], "s_1")).toBe("unknown");
});

describe("asked of a server", () => {
  let server: GitlabServer;
  let gitlab: Gitlab;

  beforeEach(async () => {
    server = await gitlabServer();
    server.addToken("t", ["manage_runner"]);
    gitlab = await openGitlab({ server: "gitlab.com", token: "t", env: { GOSLING_GITLAB_ADDRESSES: `gitlab.com=${server.url}` } });
  });

  afterEach(async () => {
    await gitlab.close();
    await server.close();
  });

  function machine(more: Partial<{ status: "online" | "offline"; job_execution_status: "active" | "idle" }> = {}) {
    const runner = addRunner(server.world, { kind: "project", id: 1 });
    runner.managers.push({ system_id: "s_0123456789ab", status: "online", contacted_at: "2026-11-27T12:00:00.000Z", ...more });
    return runner;
  }

  test("its machines, as GitLab knows them", async () => {
    const { schema } = machine({ job_execution_status: "idle" });
    expect(await gitlab.managers(schema.id)).toEqual([{ systemId: "s_0123456789ab", status: "online", contactedAt: "2026-11-27T12:00:00.000Z", jobs: "idle" }]);
  });

  const ask = async (id: number) => (await askActivities(gitlab, id, ["s_0123456789ab"])).get("s_0123456789ab");

  test("an older server that doesn't say of machines is asked for the jobs that run", async () => {
    const runner = machine();
    expect(await ask(runner.schema.id)).toBe("idle");
    runner.running.push("s_other");
    expect(await ask(runner.schema.id)).toBe("idle");
    runner.running.push("s_0123456789ab");
    expect(await ask(runner.schema.id)).toBe("busy");
  });
});
