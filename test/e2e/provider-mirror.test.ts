import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { gosling } from "../support/command-line";
import { describeWithEngines } from "../support/engines";
import { folderWith } from "../support/folder";

jest.setTimeout(600_000);

/** A filesystem mirror with the real providers of AWS and Yandex Cloud, as `providers mirror` writes it. */
const MIRROR = process.env["GOSLING_PROVIDER_MIRROR"];
const withMirror = MIRROR === undefined ? test.skip : test;

describeWithEngines("the example stacks and the real providers", (engine) => {
  withMirror.each(["nest-aws", "nest-yandex", "nest-two-clouds"])(`%s: every stack is valid${MIRROR === undefined ? " (skipped: GOSLING_PROVIDER_MIRROR names no mirror)" : ""}`, async (example) => {
    const nest = folderWith({});
    cpSync(join(__dirname, "../../examples", example), nest, { recursive: true });
    const cliConfig = join(nest, "engine.rc");
    writeFileSync(cliConfig, `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(MIRROR)}\n  }\n}\n`);
    mkdirSync(join(nest, "plugins"));
    const env = { PATH: process.env["PATH"] ?? "", HOME: nest, TF_CLI_CONFIG_FILE: cliConfig, TF_PLUGIN_CACHE_DIR: join(nest, "plugins") };
    expect(await gosling(nest, ["synth"], env)).toMatchObject({ code: 0 });
    const stacks = join(nest, "gosling.out", "stacks");
    for (const stack of readdirSync(stacks)) {
      for (const args of [["init", "-backend=false", "-input=false", "-no-color"], ["validate", "-no-color"]]) {
        const { status, stdout, stderr } = spawnSync(engine.path, args, { cwd: join(stacks, stack), env, encoding: "utf8" });
        expect({ stack, args, status, output: status === 0 ? "" : stdout + stderr }).toEqual({ stack, args, status: 0, output: "" });
      }
    }
  });
});
