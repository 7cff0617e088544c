import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import type { Environment } from "../network/dispatcher";

export type { Environment };

/** Original umask of our process, in octal, for whatever a provisioner starts: files of the engine itself are for their owner alone. */
export const UMASK_VARIABLE = "GOSLING_UMASK";

/**
 * Variables of the surroundings that never reach the engine:
 * - `TF_CLI_ARGS…` add flags behind our back: an `-out` or a missing `-json` breaks what we read;
 * - `TF_DATA_DIR` and `TF_WORKSPACE` move the working data and the state away from the stack's;
 * - `TF_VAR_…` change a plan without a trace in the Nest;
 * - `TF_INPUT` would let the engine ask on a terminal that nobody reads;
 * - `GOSLING_ENGINE_MIRROR_…` are credentials of our own, which neither the engine nor what it starts needs.
 */
const REMOVED = /^(TF_CLI_ARGS(_.*)?|TF_DATA_DIR|TF_WORKSPACE|TF_VAR_.*|TF_INPUT|GOSLING_ENGINE_MIRROR_.*)$/;

/** The environment of an engine process: `surroundings` without what would disturb it, with `extra` on top. */
export function engineEnvironment(surroundings: Environment, extra: Environment = {}, nodePath = process.execPath): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(surroundings)) {
    if (value !== undefined && !REMOVED.test(name)) environment[name] = value;
  }
  Object.assign(environment, { TF_IN_AUTOMATION: "1", CHECKPOINT_DISABLE: "1", PATH: pathWithNode(surroundings["PATH"] ?? "", nodePath) });
  for (const [name, value] of Object.entries(extra)) {
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

/** Provisioners start runners with `node`: it has to be the one that runs us. */
function pathWithNode(path: string, nodePath: string): string {
  const folder = dirname(nodePath);
  const first = path.split(delimiter).find((entry) => entry !== "" && existsSync(join(entry, "node")));
  return first === folder ? path : [folder, path].filter(Boolean).join(delimiter);
}
