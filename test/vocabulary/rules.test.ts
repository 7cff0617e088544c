import { type Problem, PROBLEM_CODES, checkEgg, checkEggsBucket, checkJob, checkMotherGoose, checkNest, checkRift, checkUglyFox, decideRunners, problems } from "../../src/vocabulary";
import { block, bucket, condition, egg, job, line, uglyfox } from "./inputs";

const AWS = { provider: "aws", region: "eu-central-1" };
const YANDEX = { provider: "yandex", region: "ru-central1", folder_id: "b1g" };
const pool = (apex: Readonly<Record<string, unknown>>, nadir: Readonly<Record<string, unknown>> = {}) => ({ pool: block({}, { apex: block(apex), nadir: block(nadir) }) });
const state = (attributes: Readonly<Record<string, unknown>>, encryption?: Readonly<Record<string, unknown>>) =>
  checkNest(block({ name: "acme" }, { state: block(attributes, encryption ? { encryption: block(encryption) } : {}) })).problems;
const S3 = { backend: "s3", bucket: "b", region: "eu-central-1" };

/** What is wrong → what is said. */
const cases: readonly (readonly [string, readonly Problem[], readonly string[]])[] = [
  ["serverless over 60m", checkEgg(egg({ egg: { type: "serverless" }, runner: { timeout: "61m" } })).problems, ['FLY130 runner.timeout: a timeout of 61m is over the 60m of serverless runners | Lower timeout to "60m". Or use type = "vm".']],
  ["lambda over 15m", checkEgg(egg({ egg: { type: "serverless" }, cloud: AWS, resources: { disk: 10 }, runner: { timeout: "16m", serverless_engine: "lambda" } })).problems, ['FLY131 runner.timeout: a timeout of 16m is over the 15m of Lambda | The platform ends every run after 15 minutes. Lower timeout to "15m", or use serverless_engine = "fargate".']],
  ["lambda over 60m, told once", checkEgg(egg({ egg: { type: "serverless" }, cloud: AWS, resources: { disk: 10 }, runner: { timeout: "2h", serverless_engine: "lambda" } })).problems, ['FLY131 runner.timeout: a timeout of 2h is over the 15m of Lambda | The platform ends every run after 15 minutes. Lower timeout to "15m", or use serverless_engine = "fargate".']],
  ["lambda outside AWS", checkEgg(egg({ egg: { type: "serverless" }, runner: { timeout: "15m", serverless_engine: "lambda" } })).problems, ["FLY132 runner.serverless_engine: serverless_engine is for AWS, not for local | Other clouds have one way to run serverless runners. Remove it."]],
  ["serverless with Docker", checkEgg(egg({ egg: { type: "serverless" }, runner: { executor: "docker" } })).problems, ['FLY133 runner.executor: the docker executor needs a machine | Serverless runners have no Docker: use executor = "shell". Or use type = "vm".']],
  ["serverless with a Nadir", checkEgg(egg({ egg: { type: "serverless" }, more: pool({}, { max_count: 1 }) })).problems, ['FLY134 pool.nadir.max_count: a Nadir needs machines | Nothing of a serverless runner can sleep: remove nadir. Or use type = "vm".']],
  ["serverless with more than Yandex has", checkEgg(egg({ egg: { type: "serverless", environment: { A: "x".repeat(4096) } }, cloud: YANDEX, resources: { cpu: 8, memory: "16GiB", disk: 20, architecture: "arm64" } })).problems, [
    'FLY135 resources.cpu: cpu of 8 vCPU is over the 4 vCPU of Yandex Serverless Containers | Lower cpu to 4. Or use type = "vm".',
    'FLY135 resources.memory: memory of 16384 MB is over the 8192 MB of Yandex Serverless Containers | Lower memory to 8192. Or use type = "vm".',
    'FLY135 resources.disk: disk of 20 GB is over the 10 GB of Yandex Serverless Containers | Lower disk to 10. Or use type = "vm".',
    'FLY135 resources.architecture: Yandex Serverless Containers have no arm64 | Use architecture = "amd64". Or use type = "vm".',
    'FLY135 environment: an environment of 4097 bytes is over the 4096 of Yandex Serverless Containers | Shorten it; secrets count too. Or use type = "vm".',
  ]],
  ["serverless on Yandex with an image of another registry, and a script that leaves no room", checkEgg(egg({ egg: { type: "serverless" }, cloud: YANDEX, resources: { disk: 10 }, runner: { image: "debian:13", startup_script: "x".repeat(4097) } })).problems, [
    'FLY135 runner.image: Yandex Serverless Containers can\'t run an image of another registry | Use cr.yandex/REGISTRY/NAME:TAG. Or use type = "vm".',
    'FLY135 environment: an environment of 4097 bytes is over the 4096 of Yandex Serverless Containers | Shorten it; secrets count too. Or use type = "vm".',
  ]],
  ["serverless with a machine type and image", checkEgg(egg({ egg: { type: "serverless" }, cloud: AWS, resources: { instance_types: ["m7g.large"], machine_image: "ami-1" } })).problems, [
    'FLY135 resources.instance_types: instance_types asks for machines | Remove it. Or use type = "vm".',
    'FLY135 resources.machine_image: machine_image asks for machines | Remove it. Or use type = "vm".',
  ]],
  ["a serverless Job with more than Yandex has", checkJob(job({}, { runner: block({ type: "serverless" }), cloud: block(YANDEX), resources: block({ cpu: 5 }) })).problems, ['FLY135 resources.cpu: cpu of 5 vCPU is over the 4 vCPU of Yandex Serverless Containers | Lower cpu to 4. Or use type = "vm".']],
  ["a minimum over its maximum", checkEgg(egg({ more: pool({ min_count: 3, max_count: 2 }, { min_count: 1 }) })).problems, [
    "FLY136 pool.apex.min_count: min_count is over max_count | min_count is 3, max_count is 2. Lower the one or raise the other.",
    "FLY136 pool.nadir.min_count: min_count is over max_count | min_count is 1, max_count is 0. Lower the one or raise the other.",
  ]],
  ["a minimum over concurrent", checkEgg(egg({ more: pool({ min_count: 4 }) })).problems, ["FLY136 pool.apex.min_count: min_count is over max_count | min_count is 4, max_count is 3. Lower the one or raise the other."]],
  ["a minimum over its maximum in a condition", checkUglyFox(uglyfox([condition("a", ["*"], { min_count: 2, max_count: 1 })])).problems, ["FLY136 runners_condition.a.apex.min_count: min_count is over max_count | min_count is 2, max_count is 1. Lower the one or raise the other."]],
  ["more instances at least than at most", checkMotherGoose(block({}, { cloud: block({ provider: "local" }), service: block({ min_instances: 11 }) })).problems, ["FLY136 service.min_instances: min_instances is over max_instances | min_instances is 11, max_instances is 10. Lower the one or raise the other."]],
  ["a pool over concurrent", checkEgg(egg({ more: pool({ max_count: 4 }, { max_count: 5 }) })).problems, [
    "FLY137 pool.apex.max_count: Apex is larger than concurrent | max_count is 4, runner.concurrent of the Egg is 3. Lower max_count or raise concurrent.",
    "FLY137 pool.nadir.max_count: Nadir is larger than concurrent | max_count is 5, runner.concurrent of the Egg is 3. Lower max_count or raise concurrent.",
  ]],
  ["spot machines that sleep", checkEgg(egg({ cloud: { ...AWS, preemptible: true }, more: pool({}, { max_count: 1 }) })).problems, ["FLY138 pool.nadir.max_count: spot machines can't sleep in a Nadir | AWS can't stop and keep a spot machine. Remove the Nadir, or set preemptible = false."]],
  ["secrets of this machine in a cloud", checkEgg(egg({ egg: { secrets: { A: "file://a", B: "vault://a/b" } }, cloud: AWS, gitlab: { api_token: "env://TOKEN" } })).problems, [
    "FLY139 secrets.A: A is a secret of this machine | A runner in aws can't read file://. Put the secret into the cloud's store and write aws-sm://NAME/KEY.",
    "FLY139 gitlab.api_token: api_token is a secret of this machine | A runner in aws can't read env://. Put the secret into the cloud's store and write aws-sm://NAME/KEY.",
  ]],
  ["secrets of this machine in a bucket in a cloud", checkEggsBucket(bucket({ cloud: YANDEX, gitlab: { runner_token: "file://a" } })).problems, ["FLY139 repositories.repo.api.gitlab.runner_token: runner_token is a secret of this machine | A runner in yandex can't read file://. Put the secret into the cloud's store and write yc-lockbox://NAME/KEY."]],
  ["secrets of this machine in a Job in a cloud", checkJob(job({ secrets: { A: "env://A" } }, { cloud: block(AWS) })).problems, ["FLY139 secrets.A: A is a secret of this machine | A runner in aws can't read env://. Put the secret into the cloud's store and write aws-sm://NAME/KEY."]],
  ["keys that Gosling owns", checkEgg(egg({ runner: { agent_config: { url: "x", token: "x", name: "x", limit: 1, executor: "x", environment: [], builds_dir: "/b", constructor: 1 } } })).problems, [
    'FLY140 runner.agent_config.url: agent_config can\'t set "url" | Gosling writes url itself. Remove it; it comes from gitlab.server.',
    'FLY140 runner.agent_config.token: agent_config can\'t set "token" | Gosling writes token itself. Remove it; it comes from gitlab.runner_token.',
    'FLY140 runner.agent_config.name: agent_config can\'t set "name" | Gosling writes name itself. Remove it; it comes from the names of the Nest and the Egg.',
    'FLY140 runner.agent_config.limit: agent_config can\'t set "limit" | Gosling writes limit itself. Remove it; each runner takes one job; runner.concurrent says how many runners there may be.',
    'FLY140 runner.agent_config.executor: agent_config can\'t set "executor" | Gosling writes executor itself. Remove it; use runner.executor.',
    'FLY140 runner.agent_config.environment: agent_config can\'t set "environment" | Gosling writes environment itself. Remove it; use environment and secrets of the Egg.',
  ]],
  ["no tags, no untagged jobs", checkEgg(egg({ runner: { tags: [] } })).problems, ["FLY141 runner.tags: a runner without tags would get no job | GitLab gives untagged jobs only to runners that ask for them. Add a tag, or run_untagged = true."]],
  ["no region", checkEgg(egg({ cloud: { provider: "aws" } })).problems, ['FLY142 cloud: cloud lacks "region" | aws needs it. Add region = "eu-central-1".']],
  ["no folder", checkRift(block({}, { cloud: block({ provider: "yandex", region: "ru-central1" }), resources: block({ cpu: 1, memory: 1024, disk: 10 }) })).problems, ['FLY143 cloud: cloud lacks "folder_id" | yandex needs it, here or in mothergoose.cloud. Add folder_id with the id of the folder.']],
  ["tags that AWS refuses", checkEgg(egg({ cloud: { ...AWS, tags: { "aws:x": "1", "a!": "1", a: "x".repeat(257), "gosling:egg": "1", "Cost Center": "42" } } })).problems, [
    'FLY144 cloud.tags.aws:x: tag "aws:x" is Amazon\'s own | Names that start with aws: are taken. Rename it.',
    'FLY144 cloud.tags.a!: tag "a!" is no tag of AWS | A tag\'s name has 1–128 letters, digits, spaces and _ . : / = + - @. Rename it.',
    'FLY144 cloud.tags.a: tag "a" has a value that AWS refuses | A tag\'s value has at most 256 letters, digits, spaces and _ . : / = + - @. Change it.',
    'FLY144 cloud.tags.gosling:egg: tag "gosling:egg" is Gosling\'s own | Names that start with gosling: or gosling- are taken. Rename it.',
  ]],
  ["labels that Yandex Cloud refuses", checkEgg(egg({ cloud: { ...YANDEX, tags: { Team: "web", team: "Web" } } })).problems, [
    'FLY144 cloud.tags.Team: tag "Team" is no label of Yandex Cloud | A label\'s name has 1–63 lower-case letters, digits and - _ . / \\ @, a letter first. Rename it.',
    'FLY144 cloud.tags.team: tag "team" has a value that Yandex Cloud refuses | A label\'s value has at most 63 lower-case letters, digits and - _ . / \\ @. Change it.',
  ]],
  ["a variable plain and secret", checkEgg(egg({ egg: { environment: { A: "x" }, secrets: { A: "env://A" } } })).problems, ["FLY145 secrets.A: A stands in environment and in secrets | Only one of the two could reach the job. Remove one."]],
  ["a shared state in clear text", state(S3), ['FLY146 state: state in s3 lacks encryption | State holds what others must not read, and an engine that can encrypt is not started without it. Make a key with `gosling secrets generate REF` and add encryption { key = "REF" }, or encryption { enabled = false }.']],
  ["an encryption without a key", state(S3, {}), ["FLY105 state.encryption: encryption needs key or kms_key | Exactly one of key, kms_key must be given, and none is. Add one."]],
  ["an encryption with two keys", state(S3, { key: "env://KEY", kms_key: "arn:aws:kms:eu-central-1:111122223333:key/0a1b" }), ["FLY105 state.encryption.kms_key: encryption has both key and kms_key | Exactly one of key, kms_key must be given. Remove the other."]],
  ["a state without its bucket", state({ backend: "s3" }, { enabled: false }), ['FLY147 state: state lacks "bucket" | The back end s3 needs it. Add bucket.', 'FLY147 state: state lacks "region" | The back end s3 needs it. Add region.']],
  ["messages that come back too early", checkMotherGoose(block({}, { cloud: block({ provider: "local" }), workers: block({ timeout: "30m" }) })).problems, ["FLY148 queue.visibility_timeout: visibility_timeout is under the workers' timeout | It is 20m, workers.timeout is 30m: a message would come back while its worker still works. Raise it to at least \"30m\"."]],
  ["a Job without a cloud", checkJob(block({ schedule: "0 2 * * *", task: "drift" }, { runner: block({}) })).problems, ["FLY149 : the Job has no cloud | There is neither a cloud block in it nor a mothergoose block to take it from. Add cloud { … }."]],
  ["an engine for machines", checkEgg(egg({ cloud: AWS, runner: { serverless_engine: "fargate" } })).problems, ['FLY150 runner.serverless_engine: serverless_engine has no effect here | The runners are machines (type = "vm"). Remove it.']],
  ["a bucket for local state", state({ bucket: "b" }), ['FLY150 state.bucket: bucket has no effect here | The back end is "local". Remove it.']],
  ["an entity in two conditions", checkUglyFox(uglyfox([condition("a", ["x", "y"]), condition("b", ["y"])])).problems, ['FLY167 runners_condition.b.eggs_entities.0: "y" is in two conditions | runners_condition "a" names it already. Keep it in one.']],
  ["two conditions for all", checkUglyFox(uglyfox([condition("a", ["*"]), condition("b", ["*"])])).problems, ['FLY167 runners_condition.b.eggs_entities.0: "*" is in two conditions | runners_condition "a" names it already. Keep it in one.']],
  ["all beside names", checkUglyFox(uglyfox([condition("a", ["x", "*"])])).problems, ['FLY169 runners_condition.a.eggs_entities.1: "*" stands beside names | It means all that no other condition names. Keep either ["*"] or the names.']],
  ["no nest block", [problems.missingNest()], ['FLY160 : the Nest has no nest block | Add nest { name = "…" } to nest.fly at the root.']],
  ["a second block", [problems.secondBlock(["uglyfox"], "uglyfox", ["uglyfox"])], ["FLY161 uglyfox: uglyfox stands twice in the Nest | A Nest has one. Put everything into one block."]],
  ["a block in the wrong folder", [problems.wrongFolder(["egg", "a"], "egg", "Jobs/", "Eggs/a/config.fly")], ["FLY170 egg.a: egg does not belong into Jobs/ | It belongs into Eggs/a/config.fly. Move it there."]],
  ["a folder of another name", [problems.differentFolderName(["egg", "a"], "folder", "b", "a")], ['FLY171 egg.a: the folder is called "b", its egg "a" | The label counts. Rename one of the two, so that people find it.']],
];

test.each(cases)("%s", (_, found, expected) => expect(found.map(line)).toEqual(expected));

test("every code is told of somewhere in these tests", () => {
  const here = new Set(cases.flatMap(([, found]) => found.map(({ code }) => code)));
  const elsewhere = [...Array.from({ length: 21 }, (_, index) => `FLY${101 + index}`), "FLY162", "FLY163", "FLY164", "FLY165", "FLY166", "FLY168"];
  expect(Object.keys(PROBLEM_CODES).filter((code) => !here.has(code) && !elsewhere.includes(code))).toEqual([]);
});

describe("what is allowed", () => {
  test.each([
    ["serverless of exactly 60m", checkEgg(egg({ egg: { type: "serverless" }, runner: { timeout: "60m" } }))],
    ["lambda of exactly 15m", checkEgg(egg({ egg: { type: "serverless" }, cloud: AWS, resources: { disk: 10 }, runner: { timeout: "15m", serverless_engine: "lambda" } }))],
    ["arm64 on Fargate", checkEgg(egg({ egg: { type: "serverless" }, cloud: AWS, resources: { architecture: "arm64" } }))],
    ["auto with Docker", checkEgg(egg({ egg: { type: "auto" }, runner: { executor: "docker", timeout: "3h" } }))],
    ["preemptible machines that sleep on Yandex", checkEgg(egg({ cloud: { ...YANDEX, preemptible: true }, more: pool({}, { max_count: 1 }) }))],
    ["untagged jobs only", checkEgg(egg({ runner: { tags: [], run_untagged: true } }))],
    ["secrets of this machine on this machine", checkEgg(egg({ egg: { secrets: { A: "file://a" } }, gitlab: { api_token: "env://TOKEN" } }))],
    ["a state key of this machine", checkNest(block({ name: "acme" }, { state: block(S3, { encryption: block({ key: "env://KEY" }) }) }))],
    ["a shared state in clear text, said so", checkNest(block({ name: "acme" }, { state: block({ backend: "gitlab" }, { encryption: block({ enabled: false }) }) }))],
    ["a key for local state", checkNest(block({ name: "acme" }, { state: block({}, { encryption: block({ key: "file://key" }) }) }))],
    ["no pool at all for a maximum", checkEgg(egg({ more: pool({ min_count: 3 }) }))],
  ] as const)("%s", (_, checked) => {
    expect(checked.problems.map(line)).toEqual([]);
    expect(checked.values).toBeDefined();
  });
});

describe("what follows from another mistake is not told", () => {
  test("a wrong timeout is not also too long", () => expect(checkEgg(egg({ egg: { type: "serverless" }, runner: { timeout: "2x" } })).problems.map(({ code }) => code)).toEqual(["FLY114"]));
  test("a wrong region is not also missing", () => expect(checkEgg(egg({ cloud: { provider: "aws", region: 1 } })).problems.map(({ code }) => code)).toEqual(["FLY111"]));
  test("a wrong key is not also missing", () => expect(state(S3, { key: "secret" }).map(({ code }) => code)).toEqual(["FLY114"]));
  test("an unknown cloud needs no region", () => expect(checkEgg(egg({ cloud: { provider: "gcp" } })).problems.map(({ code }) => code)).toEqual(["FLY113"]));
  test("a Job whose cloud is broken is not also without one", () => expect(checkJob(job({}, { cloud: block({ provider: "gcp" }) })).problems.map(({ code }) => code)).toEqual(["FLY113"]));
  test("without concurrent nothing is larger than it", () => expect(checkEgg(egg({ runner: { concurrent: "3" }, more: pool({ max_count: 9 }) })).problems.map(({ code }) => code)).toEqual(["FLY111"]));
});

test("a pool of an Egg is checked once, by its own rules", () => {
  const { values } = checkEgg(egg({ more: pool({ max_count: 2 }) }));
  expect(values && decideRunners("a", values, []).problems).toEqual([]);
});
