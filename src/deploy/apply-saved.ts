import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Applied, Stack } from "../engine";

const PLAN_FILE = "gosling-saved.tfplan";

/** Applies a plan that the engine made earlier. It refuses one whose state has changed since. */
export async function applySaved(stack: Stack, plan: Buffer): Promise<Applied> {
  const file = join(stack.folder, PLAN_FILE);
  try {
    await writeFile(file, plan, { mode: 0o600 });
    return await stack.apply({ plan: PLAN_FILE });
  } finally {
    await rm(file, { force: true });
  }
}
