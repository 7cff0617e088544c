/** Rehearsal: the real engine over providers in our own process, whose world is in memory. */
export { type ProviderOptions, type RehearsalCloud, type RehearsalProvider, startProvider } from "./provider";
export type { DataSourceAnswer, DataSourceAnswers } from "./data-sources";
export type { Fault, InjectedFault, JournalEntry, Operation, World, WorldObject } from "./world";
export type { Value, ValueRecord } from "./values";
export { describeWorld, type RehearsedObject } from "./describe-world";
export { type PlayedStack, rehearse, type RehearsalEvent, type RehearsalFailure, type RehearsalResult, type RehearsalStep, type RehearseOptions, type StepName } from "./rehearse";
export type { RunnerLimits } from "./runners-variable";
export { placeInFly } from "./fly-place";
