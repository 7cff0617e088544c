/** AWS's own API, for what the engine can't do: machines and security groups that its state has lost. */
export type { AwsPlace } from "./ec2";
export { type AwsMachine, type AwsMachineState, endMachines, listMachines } from "./machines";
export { findSecurityGroups } from "./security-groups";
