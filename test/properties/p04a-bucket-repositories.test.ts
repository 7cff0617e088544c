import fc from "fast-check";
import { buildNest } from "../../src/nest/build-nest";
import { checkNest } from "../../src/nest/check-nest";
import type { EggsBucket } from "../../src/nest/model";
import { NEST } from "../support/nest-files";

const RUNS = { numRuns: Number(process.env["FC_RUNS"] ?? 100) };

const label = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,10}$/);
const repo = fc.record({
  name: label,
  server: fc.constantFrom("gitlab.com", "https://gitlab.com", "gitlab.example.org", "gitlab.example.org:8443"),
  kind: fc.constantFrom("project_id" as const, "group_id" as const),
  id: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  token: fc.option(fc.constantFrom("env://TOKEN", "file://tokens/one"), { nil: undefined }),
});
type Repo = typeof repo extends fc.Arbitrary<infer T> ? T : never;

const repos = fc.uniqueArray(repo, { minLength: 1, maxLength: 12, selector: ({ name }) => name }).filter((all) => new Set(all.map(({ kind, id }) => `${kind} ${id}`)).size === all.length);
const shared = fc.record({
  type: fc.constantFrom("vm", "serverless", "auto"),
  cpu: fc.integer({ min: 1, max: 64 }),
  memory: fc.integer({ min: 128, max: 65_536 }),
  disk: fc.integer({ min: 1, max: 500 }),
});
type Shared = typeof shared extends fc.Arbitrary<infer T> ? T : never;

function repoText({ name, server, kind, id, token }: Repo, inside = ""): string {
  return `    repo "${name}" {\n${inside}      gitlab {\n        server = "${server}"\n        ${kind} = ${id}\n${token ? `        runner_token = "${token}"\n` : ""}      }\n    }\n`;
}

function bucketText({ type, cpu, memory, disk }: Shared, all: readonly string[]): string {
  return `eggsbucket "team" {
  type = "${type}"
  cloud {
    provider = "local"
  }
  resources {
    cpu    = ${cpu}
    memory = ${memory}
    disk   = ${disk}
  }
  runner {
    tags       = ["x"]
    concurrent = 3
  }
  repositories {
${all.join("")}  }
}
`;
}

function check(text: string): ReturnType<typeof checkNest> {
  return checkNest({
    files: [
      { path: "nest.fly", text: NEST },
      { path: "Eggs/team/config.fly", text },
    ],
  });
}

function bucketOf(text: string): EggsBucket {
  const checked = check(text);
  expect(checked.diagnostics).toEqual([]);
  const egg = buildNest(checked, "/nest")?.eggs[0];
  if (egg?.kind !== "eggsbucket") throw new Error("no bucket");
  return egg;
}

test("P04a: every repo of an eggsbucket is in the model", () => {
  fc.assert(
    fc.property(shared, repos, (values, all) => {
      const { repositories } = bucketOf(bucketText(values, all.map((each) => repoText(each))));
      expect(repositories).toEqual(
        all.map(({ name, server, kind, id, token }) => {
          const host = server.replace("https://", "");
          const convention = `file://gitlab/${host.replace(":", "_")}/team/${name}`;
          const gitlab = { server: host, apiToken: `${convention}/api-token`, runnerToken: token ?? `${convention}/runner-token`, webhookSecret: `${convention}/webhook-secret` };
          return { name, gitlab: { ...gitlab, ...(kind === "project_id" ? { projectId: id } : { groupId: id }) } };
        }),
      );
    }),
    RUNS,
  );
});

test("P42: all repositories of a bucket in a Nest share its type, resources and cloud, and none has its own", () => {
  const own = fc.constantFrom('      cloud {\n        provider = "aws"\n      }\n', "      resources {\n        cpu = 1\n      }\n", '      type = "vm"\n', '      runner {\n        tags = ["y"]\n      }\n');
  fc.assert(
    fc.property(shared, repos, own, fc.nat(), (values, all, inside, place) => {
      const { values: model, repositories, runnerType } = bucketOf(bucketText(values, all.map((each) => repoText(each))));
      expect(model).toMatchObject({ type: values.type, cloud: { provider: "local" }, resources: { cpu: values.cpu, memory: values.memory, disk: values.disk } });
      expect(runnerType.type).toBe(values.type === "auto" ? "serverless" : values.type);
      for (const repository of repositories) expect(Object.keys(repository).sort()).toEqual(["gitlab", "name"]);
      const { diagnostics } = check(bucketText(values, all.map((each, index) => repoText(each, index === place % all.length ? inside : ""))));
      expect(diagnostics.map(({ code }) => code)).toEqual([expect.stringMatching(/^FLY10[12]$/)]);
    }),
    RUNS,
  );
});
