export { findEngine, installedEngines, listEngines, type Engine, type EngineCandidate, type EngineOrigin, type FindOptions } from "./find";
export { openStack, type Applied, type Plan, type PlanOptions, type Stack, type StackOptions, type StackOutput, type StackVariables } from "./stack";
export type { StateResource } from "./state";
export type { ResourceOutcome } from "./outcome";
export type { Action, Change, ChangeSummary, EngineDiagnostic, EngineEvent, OutputChange, ResourceName } from "./events";
export { EngineFailure, type EngineFailureCode, type StateLock } from "./failure";
export { Interrupts } from "./interrupts";
export { mapConcurrent, type Settled } from "./concurrency";
export { UMASK_VARIABLE, type Environment } from "./environment";
