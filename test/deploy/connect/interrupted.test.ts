import fc from "fast-check";
import { connectNest } from "../../../src/deploy/connect";
import { type Nest, readNest } from "../../../src/nest";
import { folderWith } from "../../support/folder";
import { memorySecrets } from "../../support/gitlab/memory-secrets";
import { type Fault, type GitlabServer, gitlabServer } from "../../support/gitlab-server";
import { eggText, nestFiles } from "../../support/nest-files";

const SERVER = "gitlab.example.org";
const TOKEN = "glpat-of-the-tests";

const FAULTS: readonly Fault[] = [{ kind: "drop" }, { kind: "done-and-drop" }, { kind: "half" }, { kind: "status", status: 500 }, { kind: "status", status: 400 }, { kind: "status", status: 429, headers: { "retry-after": "7" } }];
const WRITES = ["POST user/runners", "PUT runners/", "POST runners/\\d+/reset", "POST projects/1/hooks", "POST projects/2/pipeline", "PUT projects/2/pipeline", "POST projects/2/.*variables", "GET projects/1/runners", "GET projects/2/runners"];

let nest: Nest;

beforeAll(async () => {
  const files = nestFiles(
    { web: eggText("web", { gitlab: `server = "${SERVER}"\n    project_id = 1` }) },
    {
      "nest.fly": `nest {\n  name = "test"\n  repository {\n    server     = "${SERVER}"\n    project_id = 2\n  }\n}\n`,
      "MG/config.fly": 'mothergoose {\n  cloud {\n    provider = "local"\n  }\n  api {\n    domain = "goose.example.org"\n  }\n}\n',
      "Jobs/nightly.fly": 'job "nightly" {\n  schedule = "0 2 * * *"\n  task     = "drift"\n  runner {\n  }\n  cloud {\n    provider = "local"\n  }\n}\n',
    },
  );
  nest = (await readNest(folderWith(files))).nest as Nest;
});

test("however a first run is disturbed, the next ends in what the Nest says, with every token and secret kept", async () => {
  const disturbance = fc.record({ write: fc.constantFrom(...WRITES), fault: fc.constantFrom(...FAULTS), times: fc.integer({ min: 1, max: 6 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(disturbance, { maxLength: 3 }), fc.integer({ min: 0, max: 3 }), async (disturbances, failingWrite) => {
      const server: GitlabServer = await gitlabServer();
      try {
        let clock = Date.UTC(2026, 10, 27);
        server.world.now = () => clock;
        server.addToken(TOKEN, ["api"]);
        server.addProject(1, "acme/web");
        server.addProject(2, "acme/nest");
        const secrets = memorySecrets({ [`file://gitlab/${SERVER}/web/api-token`]: TOKEN, [`file://gitlab/${SERVER}/job.nightly/api-token`]: TOKEN });
        let writes = 0;
        const options = {
          env: { GOSLING_GITLAB_ADDRESSES: `${SERVER}=${server.url}` },
          resolve: secrets.resolve,
          secrets: { write: async (reference: string, value: string) => (++writes === failingWrite ? Promise.reject(new Error("the store is away")) : secrets.writer.write(reference, value)) },
          now: () => clock,
          random: () => 0,
          pause: async (milliseconds: number) => void (clock += milliseconds),
        };
        for (const { write, fault, times } of disturbances) server.fail(new RegExp(`^${write}`), fault, times);
        await connectNest(nest, options);
        server.heal();
        writes = 100;
        const repaired = await connectNest(nest, options);
        expect(repaired.units.flatMap(({ errors }) => errors)).toEqual([]);
        expect((await connectNest(nest, options)).changes).toBe(false);

        const [web, job] = [...server.world.runners.values()].sort((a, b) => a.owner.id - b.owner.id);
        expect([server.world.runners.size, server.world.hooks.size, server.world.schedules.size]).toEqual([2, 1, 1]);
        expect(secrets.values.get(`file://gitlab/${SERVER}/web/runner-token`)).toBe(web?.token);
        expect(secrets.values.get(`file://gitlab/${SERVER}/job.nightly/runner-token`)).toBe(job?.token);
        expect(secrets.values.get(`file://gitlab/${SERVER}/web/webhook-secret`)).toBe([...server.world.hooks.values()][0]?.token);
        expect([...server.world.schedules.values()][0]?.schema).toMatchObject({ active: true, variables: [{ key: "GOSLING_JOB", value: "nightly" }] });
      } finally {
        await server.close();
      }
    }),
    { numRuns: Number(process.env["FC_RUNS"] ?? 40) },
  );
});
