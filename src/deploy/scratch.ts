import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Workspace } from "./workspace";

/** A workspace for a look that leaves nothing behind. */
export async function inScratch<T>(work: (scratch: Workspace) => Promise<T>): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), "gosling-"));
  try {
    return await work({ root });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
