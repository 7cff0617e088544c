import fc from "fast-check";
import { EggsBucket, type EggsBucketProps } from "../../constructs";
import { TerraformStack } from "../../constructs/cdktf";
import { jsonOf, newApp } from "../constructs/egg-props";

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,12}$/);
const gitlab = fc
  .record({ server: fc.constantFrom("gitlab.com", "gitlab.example.org", "gitlab.example.org:8443"), id: fc.integer({ min: 1, max: 1e9 }), group: fc.boolean() })
  .map(({ server, id, group }) => (group ? { server, groupId: id } : { server, projectId: id }));
const bucket: fc.Arbitrary<EggsBucketProps> = fc.record({
  nest: fc.constant("acme"),
  name,
  type: fc.constantFrom("vm" as const, "serverless" as const, "auto" as const),
  cloud: fc.constant({ provider: "local" as const }),
  resources: fc.record({ cpu: fc.integer({ min: 1, max: 4 }), memory: fc.integer({ min: 512, max: 4096 }), disk: fc.integer({ min: 5, max: 20 }) }),
  runner: fc.record({ tags: fc.uniqueArray(name, { minLength: 1, maxLength: 4 }), concurrent: fc.integer({ min: 1, max: 20 }), timeout: fc.constantFrom("10m", "1h") }),
  environment: fc.dictionary(fc.stringMatching(/^[A-Z]{1,8}$/), fc.string({ maxLength: 8 }).filter((text) => !text.includes("\u0000"))),
  repositories: fc.uniqueArray(fc.record({ name, gitlab }), { minLength: 1, maxLength: 8, selector: (repo) => repo.name }).map((repo) => ({ repo })),
});

test("P42: all repositories of a bucket share its type, resources and cloud", () => {
  const app = newApp();
  fc.assert(
    fc.property(bucket, (props) => {
      const stack = new TerraformStack(app, "team");
      try {
        const made = new EggsBucket(stack, "Default", props);
        // One resource tells every runner of the bucket one and the same thing, and it names each repository.
        const told = Object.values(jsonOf(stack).resource.terraform_data).flatMap(({ input }) => ("configuration" in input ? [JSON.parse(input.configuration) as typeof made.configuration] : []));
        expect(told).toEqual([made.configuration]);
        expect(told[0]).toMatchObject({ type: props.type === "vm" ? "vm" : "serverless", cloud: "local", tags: props.runner.tags, environment: props.environment });
        expect(told[0]?.repositories.map(({ name: repository, url, projectId, groupId }) => ({ name: repository, gitlab: { server: url.slice("https://".length), ...(projectId && { projectId }), ...(groupId && { groupId }) } }))).toEqual(props.repositories.repo);
      } finally {
        app.node.tryRemoveChild("team");
      }
    }),
    { numRuns: Number(process.env["FC_RUNS"] ?? 100) },
  );
});
