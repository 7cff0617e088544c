import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomically } from "../runner/atomic-file";
import { configurationHash as hashOf } from "../synth";
import { GoslingError } from "../vocabulary/error";
import type { DeploymentSite } from "./site";
import { CONFIGURATION, stackFolder, stateFolder, type Workspace } from "./workspace";

/** A stack as it was deployed. */
export interface DeployedStack {
  readonly name: string;
  readonly configurationHash: string;
}

/** Puts a stack's configuration into its working folder. */
export async function putConfiguration(workspace: Workspace, stack: string, text: string): Promise<void> {
  const folder = stackFolder(workspace, stack);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await mkdir(stateFolder(workspace), { recursive: true, mode: 0o700 });
  const target = join(folder, CONFIGURATION);
  const same = await readFile(target, "utf8").then((old) => old === text, () => false);
  if (!same) await writeFileAtomically(target, text);
}

/**
 * The configuration that a stack was deployed with last: that of the working folder where it is still the same, else
 * that of the record, since another machine may have deployed it.
 * @throws GoslingError `CONFIGURATION_LOST`
 */
export async function deployedConfiguration({ workspace, store }: DeploymentSite, { name, configurationHash }: DeployedStack): Promise<string> {
  const here = await readFile(join(stackFolder(workspace, name), CONFIGURATION), "utf8").catch(() => undefined);
  if (here !== undefined && hashOf(here) === configurationHash) return here;
  const kept = await store.configuration(configurationHash);
  if (kept !== undefined) return kept;
  throw new GoslingError("CONFIGURATION_LOST", `The configuration that ${name} was deployed with is not kept any more`, {
    hint: `Restore .gosling from a backup, or put the configuration (cdk.tf.json, SHA-256 ${configurationHash}) into ${stackFolder(workspace, name)}.`,
  });
}

/** Puts the configuration that a stack was deployed with last into its folder in `target`. */
export async function restoreConfiguration(site: DeploymentSite, stack: DeployedStack, target: Workspace = site.workspace): Promise<void> {
  await putConfiguration(target, stack.name, await deployedConfiguration(site, stack));
}
