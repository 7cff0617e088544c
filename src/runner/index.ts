/**
 * Runner mode, and the local runners of a Nest. The command line loads single files of this room where it
 * has to be quick.
 */
export type { Heartbeat, RunnerState } from "./heartbeat";
export { drainRunner, readRunner, readRunners, reloadRunner, type RunnerRecord } from "./records";
export { machineProcesses, type Processes, type ProcessIdentity } from "./processes";
export { type RunnerFolder, runnerFolder, runnersRoot } from "./folder";
export type { RunnerFile } from "./runner-file";
