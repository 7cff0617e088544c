/** AWS's own API, for what the engine can't do: machines that its state has lost. */
export { type AwsMachine, type AwsMachineState, type AwsPlace, endMachines, listMachines } from "./machines";
