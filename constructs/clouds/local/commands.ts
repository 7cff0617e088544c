import type { LocalExecProvisioner } from "../../cdktf";

/**
 * What the engine runs for a local runner. This is the whole contract with `gosling runner`:
 *
 * - `create --egg EGG --id ID` writes the runner's folder and record; its configuration (a
 *   `RunnerConfiguration` as JSON) comes in the environment variable `GOSLING_RUNNER_CONFIGURATION`.
 * - `start --egg EGG --id ID` launches the runner's process and returns when it has spoken for the first time.
 * - `stop --egg EGG --id ID` drains: it waits for the running job and returns when the process has ended.
 * - `remove --egg EGG --id ID` removes the runner's folder and record.
 *
 * All four may be run again and come to the same end. They find Gosling in `GOSLING_BIN` (else on the
 * PATH) and the Nest in `GOSLING_NEST` (else three folders above the working folder, which is the
 * stack's), so that the configuration holds no path of this machine.
 */
export type RunnerCommand = "create" | "start" | "stop" | "remove";

/** Environment variable that carries the configuration to `create`. */
export const CONFIGURATION_VARIABLE = "GOSLING_RUNNER_CONFIGURATION";

/** Largest configuration in bytes: Linux gives no process a longer environment variable than 128 KiB. */
export const CONFIGURATION_LIMIT = 128 * 1024 - CONFIGURATION_VARIABLE.length - 2;

/** The provisioner that runs one of the commands for the instance that it belongs to, whose `input` holds `egg` and `id`. */
export function runnerCommand(command: RunnerCommand): LocalExecProvisioner {
  return {
    type: "local-exec",
    // The engine would take ${…} for a template of its own: $${…} reaches the shell as ${…}.
    // Neither name needs quotes: the Egg's is of the vocabulary, and the id is checked by the pool's variable.
    command: `"$\${GOSLING_BIN:-gosling}" runner ${command} --egg \${self.input.egg} --id \${self.input.id}`,
    ...(command === "create" && { environment: { [CONFIGURATION_VARIABLE]: "${self.input.configuration}" } }),
    ...((command === "stop" || command === "remove") && { when: "destroy" as const }),
  };
}
