import { existsSync } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { putConfiguration } from "./put-configuration";
import { CONFIGURATION, stackFolder, stateFile, type Workspace } from "./workspace";

/** Copies a stack with its configuration as it was applied last; false where it has no state. */
export async function copyStack(from: Workspace, stack: string, to: Workspace): Promise<boolean> {
  if (!existsSync(stateFile(from, stack))) return false;
  await copyState(from, stack, to, stack);
  await putConfiguration(to, stack, join(stackFolder(from, stack), CONFIGURATION));
  return true;
}

/** Copies a stack's state under a name of its own there; nothing where there is none. */
export async function copyState(from: Workspace, stack: string, to: Workspace, name: string): Promise<void> {
  const source = stateFile(from, stack);
  if (!existsSync(source)) return;
  await mkdir(dirname(stateFile(to, name)), { recursive: true, mode: 0o700 });
  await copyFile(source, stateFile(to, name));
}
