import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface TestEngine {
  readonly name: "tofu" | "terraform";
  readonly path: string;
  readonly version: string;
}

/** Folders that are searched before the PATH: CI names here where it has built an engine. */
const EXTRA = process.env["GOSLING_TEST_ENGINES"] ?? "";

/** Every engine that this machine has, one per name. End-to-end tests run once with each. */
export function enginesHere(): readonly TestEngine[] {
  return (["tofu", "terraform"] as const).flatMap((name) => {
    const folder = [EXTRA, process.env["PATH"] ?? ""].join(delimiter).split(delimiter).find((entry) => entry !== "" && existsSync(join(entry, name)));
    if (folder === undefined) return [];
    const path = join(folder, name);
    // The plain form: OpenTofu prints warnings about its surroundings on standard output, in front of the JSON.
    const answer = spawnSync(path, ["version"], { encoding: "utf8", env: { ...process.env, CHECKPOINT_DISABLE: "1" } });
    const version = /^(?:OpenTofu|Terraform) v(\S+)$/m.exec(answer.stdout ?? "")?.[1];
    return version === undefined ? [] : [{ name, path, version }];
  });
}

/** `describe` once per engine; where there is none, one skipped test that says so. */
export function describeWithEngines(title: string, tests: (engine: TestEngine) => void): void {
  describeWith(enginesHere(), title, tests);
}

/**
 * `describe` with one engine: for what a test tells of our stacks or of the rehearsed cloud, and not of the engine.
 * On cdktf it is the first engine that is here, on cdktn (jest.cdktn.config.json) the last one, so that none is left out.
 */
export function describeWithOneEngine(title: string, tests: (engine: TestEngine) => void): void {
  const isCdktn = require.resolve("cdktf").includes(join("test", "cdktn"));
  describeWith(enginesHere().slice(...(isCdktn ? [-1] : [0, 1])), title, tests);
}

function describeWith(engines: readonly TestEngine[], title: string, tests: (engine: TestEngine) => void): void {
  if (engines.length === 0) {
    describe(title, () => {
      test.skip("skipped: neither tofu nor terraform is on the PATH", () => undefined);
    });
  }
  for (const engine of engines) describe(`${title} [${engine.name} ${engine.version}]`, () => tests(engine));
}
