import { join } from "node:path";

/**
 * What a deployment keeps on this machine, below the Nest:
 *
 * ```
 * .gosling/gosling.db          what was deployed, where state is local
 * .gosling/locks/UNIT/         the lock of a unit, where state is local
 * .gosling/stacks/STACK/       cdk.tf.json as it was applied last, the engine's working folder
 * .gosling/state/STACK.tfstate the engine's state (mode 0600), where state is local
 * .gosling/runners/EGG/ID/     one local runner: its configuration, heartbeat and log
 * ```
 */
export interface Workspace {
  /** Absolute path of the folder that holds `.gosling`: the Nest, or a temporary copy for a dry run. */
  readonly root: string;
}

export const databaseFile = (w: Workspace): string => join(w.root, ".gosling", "gosling.db");
export const lockFolder = (w: Workspace, unit: string): string => join(w.root, ".gosling", "locks", unit);
export const stackFolder = (w: Workspace, stack: string): string => join(w.root, ".gosling", "stacks", stack);
export const stateFolder = (w: Workspace): string => join(w.root, ".gosling", "state");
export const stateFile = (w: Workspace, stack: string): string => join(stateFolder(w), `${stack}.tfstate`);

/** Name of the file that holds a stack's configuration. */
export const CONFIGURATION = "cdk.tf.json";
