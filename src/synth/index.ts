/** Synthesis: a Nest's model becomes the engine's configuration on disk. */
export { lastSynthesis, type NestOrigin, rememberSynthesis } from "./last-synthesis";
export type { Manifest, ManifestStack } from "./manifest";
export { configurationHash, OUTPUT_FOLDER, STACK_FILE, stackFile } from "./output";
export { selectUnits, unitsOf } from "./plan-stacks";
export { describeRunnerSize } from "./runner-size";
export { synthesize, type SynthesizeOptions, type Synthesis, type SynthesizedStack } from "./synthesize";
export { type Service, servicesOf } from "./plan-services";
export { nameOf, type Unit, unitSpecification } from "./unit-specification";
