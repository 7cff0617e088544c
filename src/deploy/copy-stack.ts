import { existsSync } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { restoreConfiguration, type DeployedStack } from "./put-configuration";
import type { DeploymentSite } from "./site";
import { stateFile, stateFolder, type Workspace } from "./workspace";

/**
 * Copies a stack, with its configuration as it was applied last, to where a dry run may look at it. Shared state stays
 * where it is: nobody writes it without its lock. False where it has no state.
 */
export async function copyStack(site: DeploymentSite, stack: DeployedStack, to: Workspace): Promise<boolean> {
  if (site.state === "local" && !existsSync(stateFile(site.workspace, stack.name))) return false;
  await copyState(site, stack.name, to, stack.name);
  await restoreConfiguration(site, stack, to);
  return true;
}

/** Copies a stack's local state under a name of its own there; nothing where there is none. */
export async function copyState({ workspace, state }: DeploymentSite, stack: string, to: Workspace, name: string): Promise<void> {
  const source = stateFile(workspace, stack);
  if (state !== "local" || !existsSync(source)) return;
  await mkdir(stateFolder(to), { recursive: true, mode: 0o700 });
  await copyFile(source, stateFile(to, name));
}
