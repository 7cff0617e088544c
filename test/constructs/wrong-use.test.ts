import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bindings, EggRunner, type EggRunnerProps } from "../../constructs";
import { TerraformStack } from "../../constructs/cdktf";
import type { Diagnostic } from "../../src/fly/diagnostic";
import { readNest } from "../../src/nest";
import { synthesize } from "../../src/synth";
import { folderWith } from "../support/folder";
import { eggText, type EggParts, nestFiles } from "../support/nest-files";
import { egg, newApp } from "./egg-props";

type Changes = Partial<Record<keyof EggRunnerProps, unknown>>;
const withChanges = (changes: Changes): EggRunnerProps => ({ ...egg, ...changes }) as EggRunnerProps;

/** What a program of a user's own is told, from making the construct to writing the stack. */
function toldToProgram(changes: Changes, prepare: (stack: TerraformStack) => void = () => undefined): string {
  const app = newApp();
  Object.assign(app, { skipValidation: false });
  const stack = new TerraformStack(app, "ci");
  try {
    prepare(stack);
    new EggRunner(stack, "runners", withChanges(changes));
    app.synth();
  } catch (error) {
    return (error as Error).message;
  }
  return readFileSync(join(app.outdir, "stacks/ci/cdk.tf.json"), "utf8");
}

/** What the author of a Fly file is told of the same Egg: the rule's words, without the place. */
async function toldInFly(parts: EggParts, name = "my-app"): Promise<readonly string[]> {
  const { nest, diagnostics } = await readNest(folderWith(nestFiles({ [name]: eggText(name, parts) })));
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0 || !nest) return errors.map(inOneLine);
  const refused = await synthesize(nest).then(
    () => "synthesized",
    (error: unknown) => (error as Error).message,
  );
  return [refused.replace(/^Eggs\/my-app\/config\.fly:\d+: /, "")];
}

const inOneLine = ({ summary, detail }: Diagnostic): string => (detail === undefined ? summary : `${summary}. ${detail}`);

const aws = { provider: "aws", region: "eu-central-1" };
const yandex = { provider: "yandex", region: "ru-central1", folderId: "b1g0123456789abcdefg" };
const AWS = 'provider = "aws"\n region = "eu-central-1"';
const YANDEX = 'provider = "yandex"\n region = "ru-central1"\n folder_id = "b1g0123456789abcdefg"';
const tags = 'tags = ["shell"]\n concurrent = 3';
const longName = "a".repeat(64);

/** A wrong use, the same in Fly, where the message says that it is, and the rule's words. */
const CASES: readonly (readonly [what: string, Changes, EggParts | "no runner", where: string, words: string])[] = [
  ["a value of the wrong type", { runner: { tags: ["shell"], concurrent: "many" } }, { runner: 'tags = ["shell"]\n concurrent = "many"' }, "runner.concurrent", "concurrent must be an integer, not a string"],
  ["a serverless job that may last longer than 60m", { type: "serverless", runner: { ...egg.runner, timeout: "2h" } }, { type: '"serverless"', runner: `${tags}\n timeout = "2h"` }, "runner.timeout", "a timeout of 2h is over the 60m of serverless runners"],
  ["Lambda on another cloud than AWS", { type: "serverless", cloud: yandex, runner: { ...egg.runner, timeout: "5m", serverlessEngine: "lambda" } }, { type: '"serverless"', cloud: YANDEX, runner: `${tags}\n timeout = "5m"\n serverless_engine = "lambda"` }, "runner.serverlessEngine", "serverless_engine is for AWS, not for yandex"],
  ["a pool with room for more jobs than may run", { pool: { apex: { maxCount: 9 } } }, { more: "pool {\n apex {\n max_count = 9\n }\n }" }, "pool.apex.maxCount", "Apex is larger than concurrent"],
  ["a secret's value in place of its reference", { secrets: { TOKEN: "hunter2" } }, { more: 'secrets = { TOKEN = "hunter2" }' }, "secrets.TOKEN", "secret"],
  ["a key of agent_config that Gosling sets itself", { runner: { ...egg.runner, agentConfig: { token: "x" } } }, { runner: `${tags}\n agent_config = { token = "x" }` }, "runner.agentConfig.token", "token"],
  ["a duration that is none", { runner: { ...egg.runner, timeout: "one hour" } }, { runner: `${tags}\n timeout = "one hour"` }, "runner.timeout", "timeout is no duration"],
  ["a block that is missing", { runner: undefined }, "no runner", "", "egg lacks its runner block"],
  ["a property that there isn't", { colour: "red" } as object, { more: 'colour = "red"' }, "colour", 'egg has no attribute "colour"'],
  ["AWS without a region", { cloud: { provider: "aws" } }, { cloud: 'provider = "aws"' }, "cloud", "region"],
];

describe("what is wrong in TypeScript is told in the words of Fly, with the construct's path and the property", () => {
  test.each(CASES)("%s", async (_, changes, parts, where, words) => {
    const fly = parts === "no runner" ? await toldWithoutRunner() : await toldInFly(parts);
    expect(fly).toHaveLength(1);
    expect(fly[0]).toContain(words);
    const [heading, line, ...more] = toldToProgram(changes).split("\n");
    expect(heading).toBe("ci/runners: the props of this Egg have a mistake:");
    expect(line?.startsWith(`  ${where === "" ? "" : `${where}: `}${fly[0]}`)).toBe(true);
    expect(more).toEqual([]);
    expect(line).not.toContain("hunter2");
  });

  async function toldWithoutRunner(): Promise<readonly string[]> {
    const text = eggText("my-app").replace(/runner \{[^}]*\}/, "");
    const { diagnostics } = await readNest(folderWith(nestFiles({ "my-app": text })));
    return diagnostics.map(inOneLine);
  }

  test("a name that is too long", async () => {
    const [fly] = await toldInFly({}, longName);
    expect(toldToProgram({ name: longName })).toContain(`ci/runners: the props of this Egg have a mistake:\n  name: ${fly}`);
  });
});

describe("what a cloud has not is told with the construct's path", () => {
  const on = (cloud: "aws" | "yandex") => (stack: TerraformStack) => void (cloud === "aws" ? new bindings.aws.AwsProvider(stack, "aws", { region: "eu-central-1" }) : new bindings.yandex.YandexProvider(stack, "yandex", {}));
  const size = "cpu = 1\n memory = 512\n disk = 10";
  test.each<[string, "aws" | "yandex", Changes, EggParts, string]>([
    ["an instance type that there isn't", "aws", { cloud: aws, resources: { cpu: 1, memory: 512, disk: 10, instanceTypes: ["m7i.huge"] } }, { cloud: AWS, resources: `${size}\n instance_types = ["m7i.huge"]` }, "m7i.huge"],
    ["more than any machine has", "aws", { cloud: aws, resources: { cpu: 4000, memory: 512, disk: 10 } }, { cloud: AWS, resources: size.replace("cpu = 1", "cpu = 4000") }, "AWS has no amd64 machine with 4000 vCPU"],
    ["arm64 on Yandex Cloud", "yandex", { cloud: yandex, resources: { cpu: 1, memory: 512, disk: 10, architecture: "arm64" } }, { cloud: YANDEX, resources: `${size}\n architecture = "arm64"` }, "Yandex Cloud has no arm64 machines"],
    ["a secret's name that could mean many", "aws", { cloud: aws, secrets: { A: "aws-sm://*/key" } }, { cloud: AWS, more: 'secrets = { A = "aws-sm://*/key" }' }, "is no secret of Secrets Manager"],
  ])("%s", async (_, cloud, changes, parts, words) => {
    const fly = await toldInFly(parts);
    expect(fly).toEqual([expect.stringContaining(words)]);
    expect(toldToProgram(changes, on(cloud))).toBe(`ci/runners: ${fly[0]}`);
  });
});

describe("a stack of one's own without the cloud's provider", () => {
  test.each([
    ["aws", aws, 'new AwsProvider(this, "aws", { region: "eu-central-1" });'],
    ["yandex", yandex, "new YandexProvider(this"],
  ])("is told which line to add: %s", (_, cloud, line) => {
    const message = toldToProgram({ cloud });
    expect(message).toContain("ci/runners makes runners on");
    expect(message).toContain(`Add this line to the stack: ${line}`);
  });
});

test("none of it is asked of an Egg that is right", () => {
  expect(toldToProgram({})).toContain('"terraform_data"');
});
