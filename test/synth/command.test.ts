import { spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { contentOf, folderWith, writeFiles } from "../support/folder";
import { GOSLING } from "../support/local-runner";
import { localEgg, NEST } from "./local-egg";

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `gosling synth …` as a process of its own. */
function synth(root: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const child = spawn(process.execPath, [GOSLING, "synth", ...args], { cwd: root, env: { PATH: process.env["PATH"], NO_COLOR: "1", ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data) => (stdout += String(data)));
  child.stderr.on("data", (data) => (stderr += String(data)));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

const output = (root: string): Record<string, string> => contentOf(join(root, "gosling.out"));

test("it says what it made, and then that nothing changed", async () => {
  const root = folderWith(NEST);
  expect(await synth(root)).toEqual({ code: 0, stderr: "", stdout: "synthesized  a\nsynthesized  b\n2 stacks in gosling.out: 2 synthesized, 0 unchanged\n" });
  expect(await synth(root)).toEqual({ code: 0, stderr: "", stdout: "2 stacks in gosling.out: 0 synthesized, 2 unchanged\n" });
  writeFiles(root, { "Eggs/b/config.fly": localEgg("b", 3) });
  rmSync(join(root, "Eggs/a"), { recursive: true });
  expect(await synth(root)).toEqual({ code: 0, stderr: "", stdout: "synthesized  b\nremoved      a\n1 stack in gosling.out: 1 synthesized, 0 unchanged, 1 removed\n" });
});

test("--json tells the same as data", async () => {
  const root = folderWith(NEST);
  const { stdout } = await synth(root, ["--json", "--target", "b"]);
  expect(JSON.parse(stdout)).toMatchObject({ stacks: [{ name: "b", unit: "b", kind: "egg", status: "synthesized", hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string }], removed: [] });
});

test("the same bytes in another folder, language, time zone and home, whatever order the files were made in", async () => {
  const [one, other] = [folderWith(NEST), folderWith(Object.fromEntries(Object.entries(NEST).reverse()))];
  await synth(one, [], { LANG: "C", TZ: "UTC", HOME: "/nowhere" });
  await synth(other, [], { LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8", TZ: "Asia/Kathmandu", HOME: other, USER: "somebody", CDKTF_CONTEXT_JSON: '{"excludeStackIdFromLogicalIds":"true"}', SYNTH_HCL_OUTPUT: "true" });
  expect(output(other)).toEqual(output(one));
  expect(Object.keys(output(one))).toContain("stacks/a/cdk.tf.json");
});

test("two at once end in one whole output", async () => {
  const root = folderWith(NEST);
  const outcomes = await Promise.all([synth(root), synth(root), synth(root)]);
  expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0]);
  const alone = folderWith(NEST);
  await synth(alone);
  expect(output(root)).toEqual(output(alone));
});

describe("where something is wrong, nothing is written:", () => {
  const mistakes: [string, Record<string, string>, number, RegExp][] = [
    ["a mistake in an Egg", { "Eggs/c/config.fly": localEgg("c", 3, "colour = 1") }, 1, /colour/],
    ["a Rift on this machine, which is not supported yet", { "rifts.fly": 'rift "main" {\n  cloud {\n    provider = "local"\n  }\n  resources {\n    cpu    = 1\n    memory = 1024\n    disk   = 10\n  }\n}\n' }, 1, /rifts\.fly:1: rift "main"/],
  ];
  test.each(mistakes)("%s", async (_, files, code, message) => {
    const root = folderWith({ ...NEST, ...files });
    const outcome = await synth(root);
    expect(outcome).toMatchObject({ code, stdout: "", stderr: expect.stringMatching(message) as string });
    expect(existsSync(join(root, "gosling.out"))).toBe(false);
  });

  test("a target that there is not", async () => {
    const root = folderWith(NEST);
    expect(await synth(root, ["--target", "zzz"])).toMatchObject({ code: 64, stderr: expect.stringContaining('named "zzz"') as string });
    expect(existsSync(join(root, "gosling.out"))).toBe(false);
  });
});

test("a secret behind a reference is in no file of the output", async () => {
  const root = folderWith({ ...NEST, "secrets/npm": "canary-5f1c", "Eggs/c/config.fly": localEgg("c", 3, 'secrets = { NPM = "file://secrets/npm", TOKEN = "env://CANARY" }') });
  const { code, stdout } = await synth(root, [], { CANARY: "canary-5f1c", TOKEN: "canary-5f1c" });
  expect({ code, found: [stdout, ...Object.values(output(root)), ...Object.values(contentOf(join(root, ".gosling")))].some((text) => text.includes("canary-5f1c")) }).toEqual({ code: 0, found: false });
});
