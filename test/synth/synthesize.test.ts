import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Nest } from "../../src/nest/model";
import { synthesize, type Synthesis } from "../../src/synth";
import type { CloudValues } from "../../src/vocabulary/types";
import { folderWith } from "../support/folder";
import { bucketNamed, eggNamed, gooseOn, jobNamed, local, nestOf, poolOf, riftNamed, shell, small } from "./model-nest";

let root: string;
beforeEach(() => {
  root = folderWith({});
});

const stackPath = (name: string): string => join(root, "gosling.out/stacks", name, "cdk.tf.json");
const manifestPath = (): string => join(root, "gosling.out/manifest.json");
const readStack = (name: string): { [key: string]: never } => JSON.parse(readFileSync(stackPath(name), "utf8")) as { [key: string]: never };
const statuses = (synthesis: Synthesis): Record<string, string> => Object.fromEntries(synthesis.stacks.map(({ name, status }) => [name, status]));
/** Every file below the output with its text. */
function snapshot(folder = join(root, "gosling.out")): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(folder.length), readFileSync(path, "utf8")]),
  );
}

describe("what is written", () => {
  test("one stack per Egg, bucket and active Job, and a manifest that names them", async () => {
    const synthesis = await synthesize(nestOf(root, { eggs: [bucketNamed("team", ["api", "web"]), eggNamed("my-app")], jobs: [jobNamed("drift"), jobNamed("asleep", false)] }));
    expect(statuses(synthesis)).toEqual({ "job.drift": "synthesized", "my-app": "synthesized", team: "synthesized" });
    expect(Object.keys(snapshot())).toEqual(["/manifest.json", "/stacks/job.drift/cdk.tf.json", "/stacks/my-app/cdk.tf.json", "/stacks/team/cdk.tf.json"]);
    expect(JSON.parse(readFileSync(manifestPath(), "utf8"))).toEqual(synthesis.manifest);
    expect(synthesis.manifest.stacks["job.drift"]).toMatchObject({ unit: "job.drift", kind: "job", cloud: "local", runnerType: "vm", shard: 1 });
  });

  test("an Egg and a Job of one name have a stack each", async () => {
    const { manifest } = await synthesize(nestOf(root, { eggs: [eggNamed("nightly")], jobs: [jobNamed("nightly")] }));
    expect(Object.keys(manifest.stacks)).toEqual(["job.nightly", "nightly"]);
  });

  test("an Egg of more than 100 runners has a stack for each hundred, every one with the whole limit", async () => {
    const { manifest } = await synthesize(nestOf(root, { eggs: [eggNamed("big", {}, poolOf(200, 50))] }));
    expect(Object.entries(manifest.stacks).map(([name, { unit, shard }]) => [name, unit, shard])).toEqual([
      ["big", "big", 1],
      ["big.2", "big", 2],
      ["big.3", "big", 3],
    ]);
    expect(readFileSync(stackPath("big.2"), "utf8")).toContain("runner.shard == 2");
    expect(readFileSync(stackPath("big.2"), "utf8")).toContain("<= 250");
  });

  test("a pinned engine version is the only one that may apply the stack", async () => {
    await synthesize(nestOf(root, { eggs: [eggNamed("own", { tofu: { version: "1.10.6" } }), eggNamed("shared")], values: { tofu: { version: "1.12.6" } } }));
    expect(readStack("own")["terraform"]).toMatchObject({ required_version: "1.10.6" });
    expect(readStack("shared")["terraform"]).toMatchObject({ required_version: "1.12.6" });
  });

  test("nothing in it tells where the Nest is", async () => {
    await synthesize(nestOf(root, { eggs: [eggNamed("my-app")], jobs: [jobNamed("drift")] }));
    for (const text of Object.values(snapshot())) expect(text).not.toContain(root);
  });

  test("--out puts it elsewhere", async () => {
    const synthesis = await synthesize(nestOf(root, { eggs: [eggNamed("my-app")] }), { out: "elsewhere" });
    expect(synthesis.out).toBe(join(root, "elsewhere"));
    expect(existsSync(join(root, "elsewhere/stacks/my-app/cdk.tf.json"))).toBe(true);
    expect(existsSync(join(root, "gosling.out"))).toBe(false);
  });
});

describe("what did not change is not made again", () => {
  test("a second run writes nothing", async () => {
    const nest = nestOf(root, { eggs: [eggNamed("a"), eggNamed("b")] });
    await synthesize(nest);
    const before = snapshot();
    expect(statuses(await synthesize(nest))).toEqual({ a: "unchanged", b: "unchanged" });
    expect(snapshot()).toEqual(before);
  });

  test("a changed Egg changes its own stack only", async () => {
    await synthesize(nestOf(root, { eggs: [eggNamed("a"), eggNamed("b")] }));
    const before = snapshot();
    expect(statuses(await synthesize(nestOf(root, { eggs: [eggNamed("a", { environment: { LEVEL: "2" } }), eggNamed("b")] })))).toEqual({ a: "synthesized", b: "unchanged" });
    const after = snapshot();
    expect(after["/stacks/b/cdk.tf.json"]).toBe(before["/stacks/b/cdk.tf.json"]);
    expect(after["/stacks/a/cdk.tf.json"]).not.toBe(before["/stacks/a/cdk.tf.json"]);
  });

  test("a limit that comes from the policy changes the stack too, and not the revision", async () => {
    const first = await synthesize(nestOf(root, { eggs: [eggNamed("a", {}, poolOf(2))] }));
    const second = await synthesize(nestOf(root, { eggs: [eggNamed("a", {}, poolOf(3))] }));
    expect(statuses(second)).toEqual({ a: "synthesized" });
    expect(second.stacks[0]?.revision).toBe(first.stacks[0]?.revision);
  });

  test("the same texts as a synthesis from nothing, after any change", async () => {
    const changed = nestOf(root, { eggs: [eggNamed("a", { runner: { ...shell, tags: ["new"] } }), eggNamed("b")] });
    await synthesize(nestOf(root, { eggs: [eggNamed("a"), eggNamed("b"), eggNamed("c")] }));
    await synthesize(changed);
    const incremental = snapshot();
    rmSync(join(root, "gosling.out"), { recursive: true });
    await synthesize(changed);
    expect(incremental).toEqual(snapshot());
  });
});

describe("damage is noticed and mended", () => {
  let nest: Nest;
  let before: Record<string, string>;
  beforeEach(async () => {
    nest = nestOf(root, { eggs: [eggNamed("a"), eggNamed("b")] });
    await synthesize(nest);
    before = snapshot();
  });

  const damages: [string, () => void][] = [
    ["an edited stack", () => writeFileSync(stackPath("a"), `${readFileSync(stackPath("a"), "utf8")} `)],
    ["an empty stack", () => writeFileSync(stackPath("a"), "")],
    ["a missing stack", () => rmSync(join(root, "gosling.out/stacks/a"), { recursive: true })],
  ];
  test.each(damages)("%s is made again, and it alone", async (_, damage) => {
    damage();
    expect(statuses(await synthesize(nest))).toEqual({ a: "synthesized", b: "unchanged" });
    expect(snapshot()).toEqual(before);
  });

  const manifests: [string, string][] = [
    ["cut off", '{"format": 1, "gosling": "0.0'],
    ["of another format", '{"format": 2}'],
    ["no object", "[]"],
    ["with damaged stacks", '{"format": 1, "gosling": "", "library": "", "stacks": {"a": {"inputHash": 1}}}'],
    ["empty", ""],
  ];
  test.each(manifests)("a manifest that is %s: everything is made again", async (_, text) => {
    writeFileSync(manifestPath(), text);
    expect(statuses(await synthesize(nest))).toEqual({ a: "synthesized", b: "synthesized" });
    expect(snapshot()).toEqual(before);
  });

  test("a manifest that was written by hand deceives nobody", async () => {
    const manifest = JSON.parse(readFileSync(manifestPath(), "utf8")) as { stacks: Record<string, { inputHash: string }> };
    (manifest.stacks["a"] as { inputHash: string }).inputHash = "0".repeat(64);
    writeFileSync(manifestPath(), JSON.stringify(manifest));
    expect(statuses(await synthesize(nest))).toEqual({ a: "synthesized", b: "unchanged" });
    expect(snapshot()).toEqual(before);
  });
});

describe("Eggs that are gone", () => {
  test("leave the output", async () => {
    await synthesize(nestOf(root, { eggs: [eggNamed("a"), eggNamed("b")] }));
    const synthesis = await synthesize(nestOf(root, { eggs: [eggNamed("b")] }));
    expect(synthesis.removed).toEqual(["a"]);
    expect(Object.keys(snapshot())).toEqual(["/manifest.json", "/stacks/b/cdk.tf.json"]);
  });

  test("leave it also when the manifest is lost", async () => {
    await synthesize(nestOf(root, { eggs: [eggNamed("a"), eggNamed("b")] }));
    rmSync(manifestPath());
    expect((await synthesize(nestOf(root, { eggs: [eggNamed("b")] }))).removed).toEqual(["a"]);
  });

  test("take nothing along that somebody else put there", async () => {
    await synthesize(nestOf(root, { eggs: [eggNamed("a")] }));
    writeFileSync(join(root, "gosling.out/stacks/a/terraform.tfstate"), "{}");
    mkdirSync(join(root, "gosling.out/stacks/a/.terraform/providers"), { recursive: true });
    expect((await synthesize(nestOf(root, {}))).removed).toEqual(["a"]);
    expect(Object.keys(snapshot())).toEqual(["/manifest.json", "/stacks/a/terraform.tfstate"]);
  });

  test("an Egg that shrinks leaves its further stacks", async () => {
    await synthesize(nestOf(root, { eggs: [eggNamed("big", {}, poolOf(250))] }));
    expect((await synthesize(nestOf(root, { eggs: [eggNamed("big", {}, poolOf(90))] }))).removed).toEqual(["big.2", "big.3"]);
  });
});

describe("targets", () => {
  test("only they are synthesized, and nothing is removed", async () => {
    await synthesize(nestOf(root, { eggs: [eggNamed("a"), eggNamed("b"), eggNamed("gone")] }));
    const synthesis = await synthesize(nestOf(root, { eggs: [eggNamed("a", { description: "x", environment: { A: "1" } }), eggNamed("b", { environment: { B: "1" } })] }), { targets: ["a"] });
    expect(statuses(synthesis)).toEqual({ a: "synthesized" });
    expect(synthesis.removed).toEqual([]);
    expect(Object.keys(synthesis.manifest.stacks)).toEqual(["a", "b", "gone"]);
  });

  test("a Job may be named with and without its prefix", async () => {
    const nest = nestOf(root, { eggs: [eggNamed("a")], jobs: [jobNamed("drift")] });
    expect(statuses(await synthesize(nest, { targets: ["drift"] }))).toEqual({ "job.drift": "synthesized" });
    expect(statuses(await synthesize(nest, { targets: ["job.drift"] }))).toEqual({ "job.drift": "unchanged" });
  });

  test("an unknown one is an error that names the nearest", async () => {
    await expect(synthesize(nestOf(root, { eggs: [eggNamed("my-app")] }), { targets: ["my-ap"] })).rejects.toThrow(expect.objectContaining({ code: "UNKNOWN_TARGET", exitCode: 64, hint: 'Did you mean "my-app"?' }));
    expect(existsSync(join(root, "gosling.out"))).toBe(false);
  });
});

describe("what this version can't synthesize", () => {
  test("is told all at once, with its place, and nothing is written", async () => {
    const nest = nestOf(root, { eggs: [eggNamed("a")], rifts: [riftNamed("main")] });
    await expect(synthesize(nest)).rejects.toThrow(/rifts\.fly:7: rift "main"/);
    expect(existsSync(join(root, "gosling.out"))).toBe(false);
  });

  test("does not stand in the way of a target", async () => {
    const nest = nestOf(root, { eggs: [eggNamed("a")], rifts: [riftNamed("main")] });
    expect(statuses(await synthesize(nest, { targets: ["a"] }))).toEqual({ a: "synthesized" });
  });
});

describe("what runs beside the runners", () => {
  const aws: CloudValues = { ...local, provider: "aws", region: "eu-central-1" };
  const whole = (): Nest => nestOf(root, { eggs: [eggNamed("a")], rifts: [riftNamed("main", aws)], mothergoose: gooseOn(aws), values: { state: { backend: "s3", bucket: "acme-state", region: "eu-central-1" } } });

  test("has stacks of its own, in the manifest too", async () => {
    const { stacks, manifest } = await synthesize(whole());
    expect(stacks.map(({ name, kind, cloud }) => [name, kind, cloud])).toEqual([["a", "egg", "local"], ["rift.main", "rift", "aws"], ["service.mothergoose", "mothergoose", "aws"]]);
    expect(Object.keys(manifest.stacks)).toEqual(["a", "rift.main", "service.mothergoose"]);
    expect(readStack("rift.main")).toMatchObject({ resource: { aws_instance: expect.anything() as object } });
    expect(backendOf("service.mothergoose")).toMatchObject({ s3: { key: "tofu-states/service.mothergoose/terraform.tfstate" } });
  });

  test("MotherGoose uses the bucket that the Nest's state is in", async () => {
    await synthesize(whole());
    expect(JSON.stringify(readStack("service.mothergoose"))).toContain("arn:aws:s3:::acme-state/*");
    expect(Object.keys((readStack("service.mothergoose")["resource"] as unknown as { aws_s3_bucket: object }).aws_s3_bucket)).toEqual(["work"]);
  });

  test("is made only where it has changed, and by name", async () => {
    await synthesize(whole());
    expect(statuses(await synthesize(whole()))).toEqual({ a: "unchanged", "rift.main": "unchanged", "service.mothergoose": "unchanged" });
    expect(statuses(await synthesize(whole(), { targets: ["main", "mothergoose"] }))).toEqual({ "rift.main": "unchanged", "service.mothergoose": "unchanged" });
  });

  test("on the local cloud MotherGoose needs no resources", async () => {
    expect(statuses(await synthesize(nestOf(root, { eggs: [eggNamed("a")], mothergoose: gooseOn(local) })))).toEqual({ a: "synthesized" });
  });

  test("what the cloud refuses is told with its place", async () => {
    const nest = nestOf(root, { rifts: [{ ...riftNamed("main", aws), values: { ...riftNamed("main", aws).values, resources: { ...small, cpu: 5000 } } }] });
    await expect(synthesize(nest)).rejects.toThrow(/^rifts\.fly:7: .*5000 vCPU/);
  });
});

test("shared state is the back end of every stack, and part of what a stack is made from", async () => {
  const nest = (values?: object): Nest => nestOf(root, { eggs: [eggNamed("a")], ...(values && { values }) });
  await synthesize(nest());
  expect(statuses(await synthesize(nest({ state: { backend: "s3", bucket: "b", region: "r" } })))).toEqual({ a: "synthesized" });
  expect(backendOf("a")).toMatchObject({ s3: { bucket: "b", key: "tofu-states/a/terraform.tfstate" } });
  await synthesize(nest({ state: { backend: "gitlab" }, repository: { server: "gitlab.example.org", projectId: 5, branch: "main" } }));
  expect(backendOf("a")).toMatchObject({ http: { address: "https://gitlab.example.org/api/v4/projects/5/terraform/state/a" } });
});

function backendOf(stack: string): unknown {
  const { terraform } = JSON.parse(readFileSync(join(root, "gosling.out/stacks", stack, "cdk.tf.json"), "utf8")) as { terraform: { backend: unknown } };
  return terraform.backend;
}

test("a synthesis that fails leaves the last output as it was", async () => {
  await synthesize(nestOf(root, { eggs: [eggNamed("a"), eggNamed("b")] }));
  const before = snapshot();
  const huge = eggNamed("b", { environment: { BIG: "x".repeat(200_000) } });
  await expect(synthesize(nestOf(root, { eggs: [eggNamed("a", { environment: { A: "1" } }), huge] }))).rejects.toThrow(expect.objectContaining({ code: "CONFIGURATION_TOO_LARGE" }));
  expect(snapshot()).toEqual(before);
});

describe("an output that can't be written", () => {
  const obstacles: [string, () => void, RegExp][] = [
    ["a file in the place of the output", () => writeFileSync(join(root, "gosling.out"), ""), /gosling\.out.* can't be written: a file stands where a folder should be/],
    ["a folder in the place of a stack's file", () => mkdirSync(stackPath("a"), { recursive: true }), /can't be written: a folder stands where a file should be/],
    ["a file in the place of a stack", () => (mkdirSync(join(root, "gosling.out/stacks"), { recursive: true }), writeFileSync(join(root, "gosling.out/stacks/a"), "")), /can't be written: a file stands where a folder should be/],
  ];
  test.each(obstacles)("%s is told, and nothing half-written stays", async (_, obstruct, message) => {
    obstruct();
    const error: unknown = await synthesize(nestOf(root, { eggs: [eggNamed("a")] })).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "OUTPUT_UNWRITABLE", message: expect.stringMatching(message) as string });
    expect(readdirSync(root, { recursive: true }).filter((name) => String(name).endsWith(".tmp"))).toEqual([]);
  });
});
