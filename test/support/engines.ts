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

/**
 * Every engine that this machine has, one per name; end-to-end tests run once with each. On cdktn
 * (jest.cdktn.config.json) only the last one: it gives the engines the same bytes as cdktf does.
 */
export function enginesHere(): readonly TestEngine[] {
  return (found ??= require.resolve("cdktf").includes(join("test", "cdktn")) ? findEngines().slice(-1) : findEngines());
}

let found: readonly TestEngine[] | undefined;

function findEngines(): readonly TestEngine[] {
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

/** `describe` with one engine: for what is told of our stacks, of a rehearsed cloud or of runners, and not of the engine. */
export function describeWithOneEngine(title: string, tests: (engine: TestEngine) => void): void {
  describeWith(enginesHere().slice(0, 1), title, tests);
}

/** `test` among tests with each engine, for what is not about the engine: with the first one only. */
export function testOnce(engine: TestEngine, title: string, work: () => Promise<void>): void {
  if (engine === enginesHere()[0]) test(title, work);
}

function describeWith(engines: readonly TestEngine[], title: string, tests: (engine: TestEngine) => void): void {
  // A rehearsal of a few seconds takes minutes on a machine with many other things to do.
  jest.setTimeout(300_000);
  if (engines.length === 0) {
    describe(title, () => {
      test.skip("skipped: neither tofu nor terraform is on the PATH", () => undefined);
    });
  }
  for (const engine of engines) describe(`${title} [${engine.name} ${engine.version}]`, () => tests(engine));
}
