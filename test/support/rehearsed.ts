import { renderStack } from "../../src/synth/render-stack";
import type { TerraformStack } from "../../constructs/cdktf";
import { rehearse, type RehearsalResult } from "../../src/rehearsal";
import type { TestEngine } from "./engines";
import { folderWith } from "./folder";

/** Takes a stack through its whole life with a real engine, over providers in this process. */
export function rehearsed(stack: TerraformStack, engine: TestEngine): Promise<RehearsalResult> {
  const folder = folderWith({ "cdk.tf.json": renderStack(stack) });
  return rehearse(folder, { engine: { ...engine, origin: "path" }, env: { PATH: process.env["PATH"], HOME: folder } });
}

/** What of a rehearsal a test is about: how it went, and the engine's words where it failed. */
export function outcomeOf(result: RehearsalResult): unknown {
  if (result.outcome === "skipped") return result;
  return { outcome: result.outcome, steps: result.steps.map(({ name, outcome }) => `${name}: ${outcome}`), ...(result.failure && { failure: result.failure }) };
}

/** A rehearsal without runners that passed. */
export const PASSED = { outcome: "passed", steps: ["validate: passed", "plan: passed", "apply: passed", "plan again: passed", "destroy: passed"] };
