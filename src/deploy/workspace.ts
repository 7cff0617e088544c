import { join } from "node:path";

/**
 * Where deployments keep what they know, below the Nest:
 *
 * ```
 * .gosling/deployments/UNIT/   applied.json, pending.json, lock
 * .gosling/stacks/STACK/       cdk.tf.json as it was applied last, the engine's working folder
 * .gosling/state/STACK.tfstate the engine's state (mode 0600)
 * .gosling/runners/EGG/ID/     one runner: its configuration, heartbeat and log
 * ```
 */
export interface Workspace {
  /** Absolute path of the folder that holds `.gosling`: the Nest, or a temporary copy for a dry run. */
  readonly root: string;
}

export const deploymentsFolder = (w: Workspace): string => join(w.root, ".gosling", "deployments");
export const deploymentFolder = (w: Workspace, unit: string): string => join(deploymentsFolder(w), unit);
export const stackFolder = (w: Workspace, stack: string): string => join(w.root, ".gosling", "stacks", stack);
export const stateFile = (w: Workspace, stack: string): string => join(w.root, ".gosling", "state", `${stack}.tfstate`);

/** Name of the file that holds a stack's configuration. */
export const CONFIGURATION = "cdk.tf.json";
