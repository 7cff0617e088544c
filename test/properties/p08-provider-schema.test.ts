import fc from "fast-check";
import { type EggRunnerProps, EggStack } from "../../constructs";
import { checkStack, problemText, type SynthesizedStack } from "../../constructs/bindings/schema-check";
import { renderStack } from "../../src/synth/render-stack";
import { checkEggProps } from "../../src/vocabulary/check";
import { newApp } from "../constructs/egg-props";

const numRuns = Number(process.env["FC_RUNS"] ?? 100);
const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/);
/** Any text, with what the engine or its library could take for theirs; no process can be told a NUL. */
const text = fc.oneof(fc.string({ unit: "grapheme", maxLength: 20 }), fc.constantFrom("${var.x}", "%{ if a }", "#{TfToken[1]}", '"\\', "a\nb")).filter((value) => !value.includes("\0") && !/\p{Surrogate}/u.test(value));
const word = fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/);
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const without = <T extends object>(value: T): T => Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T;

const awsCloud = fc
  .record({
    provider: fc.constant("aws" as const),
    region: fc.constantFrom("eu-central-1", "us-east-1"),
    zones: maybe(fc.constantFrom(["eu-central-1a"], ["eu-central-1a", "eu-central-1b"])),
    preemptible: fc.boolean(),
    tags: fc.dictionary(word, fc.stringMatching(/^[A-Za-z0-9 _.:/=+@-]{0,20}$/), { maxKeys: 5 }),
    network: maybe(fc.record({ vpcId: maybe(fc.constant("vpc-1")), subnetIds: maybe(fc.constantFrom(["subnet-1"], ["subnet-1", "subnet-2"])), assignPublicIp: fc.boolean() }).map(without)),
    role: maybe(fc.record({ policies: fc.constantFrom([], ["arn:aws:iam::aws:policy/ReadOnlyAccess"]), permissionsBoundary: maybe(fc.constant("arn:aws:iam::111122223333:policy/b")) }).map(without)),
  })
  .map(without);
const yandexCloud = fc
  .record({
    provider: fc.constant("yandex" as const),
    region: fc.constant("ru-central1"),
    folderId: fc.constant("b1g0a1b2c3d4e5f6g7h8"),
    zones: maybe(fc.constantFrom(["ru-central1-a"], ["ru-central1-b", "ru-central1-a"])),
    preemptible: fc.boolean(),
    tags: fc.dictionary(word, fc.stringMatching(/^[a-z0-9_./@-]{0,20}$/), { maxKeys: 5 }),
    network: maybe(fc.record({ vpcId: maybe(fc.constant("enp1")), subnetIds: maybe(fc.constantFrom(["e9b1"], ["e9b1", "e9b2"])), assignPublicIp: fc.boolean() }).map(without)),
    role: maybe(fc.record({ policies: fc.constantFrom([], ["storage.viewer"]) })),
  })
  .map(without);

const egg = (cloud: fc.Arbitrary<EggRunnerProps["cloud"]>, secret: string, architectures: readonly ("amd64" | "arm64")[]): fc.Arbitrary<EggRunnerProps> =>
  fc
    .record({
      nest: fc.stringMatching(/^[a-z0-9-]{1,20}$/),
      name,
      type: fc.constantFrom("vm" as const, "serverless" as const, "auto" as const),
      cloud,
      resources: fc.record({ cpu: fc.constantFrom(1, 2, 4), memory: fc.constantFrom(128, 512, 2048, 8192), disk: fc.constantFrom(1, 10, 30), architecture: fc.constantFrom(...architectures) }),
      runner: fc
        .record({
          tags: fc.uniqueArray(word, { minLength: 1, maxLength: 3 }),
          concurrent: fc.constantFrom(1, 3, 150),
          timeout: fc.constantFrom("5m", "15m", "1h", "3h"),
          executor: fc.constantFrom("shell" as const, "docker" as const),
          serverlessEngine: maybe(fc.constantFrom("fargate" as const, "lambda" as const)),
          startupScript: maybe(text),
          agentConfig: fc.dictionary(fc.constantFrom("builds_dir", "docker"), text),
        })
        .map(without),
      gitlab: fc.constant({ server: "gitlab.example.com:8443", projectId: 7 }),
      environment: fc.dictionary(fc.stringMatching(/^[A-Z]{1,8}$/), text, { maxKeys: 4 }),
      secrets: fc.dictionary(fc.stringMatching(/^S_[A-Z]{1,8}$/), fc.constant(secret), { maxKeys: 2 }),
      proxy: maybe(fc.constant({ http: "http://proxy:3128", noProxy: ["10.0.0.0/8"] })),
      shard: fc.constantFrom(1, 2),
    })
    .map(without)
    // Rules across attributes (Docker without a machine, times that are too long …): only valid Eggs are meant.
    .filter(({ nest: _nest, name: _name, shard: _shard, ...props }) => checkEggProps(props).problems.every(({ severity }) => severity !== "error"));

/** What a valid Egg may still ask for in vain: something that the cloud does not have, or can't be told. */
const REFUSALS = ["CONFIGURATION_TOO_LARGE", "NO_MACHINE_IMAGE"];

describe.each([
  ["aws", egg(awsCloud, "aws-sm://team/token/key", ["amd64", "arm64"])],
  ["yandex", egg(yandexCloud, "yc-lockbox://e6q0a1b2c3d4e5f6g7h8/key", ["amd64"])],
] as const)("P08: the resources of every valid Egg on %s fit the provider's schema", (_, eggs) => {
  test("all of its attributes are known, of the right type, and complete", () => {
    const app = newApp();
    let made = 0;
    fc.assert(
      fc.property(eggs, (props) => {
        try {
          const stack = new EggStack(app, "stack", { egg: props });
          expect(checkStack(JSON.parse(renderStack(stack)) as SynthesizedStack).map(problemText)).toEqual([]);
          made += 1;
        } catch (error) {
          if (!REFUSALS.includes((error as { code?: string }).code ?? "")) throw error;
        } finally {
          app.node.tryRemoveChild("stack");
        }
      }),
      { numRuns },
    );
    expect(made).toBeGreaterThan(numRuns * 0.9);
  });
});
