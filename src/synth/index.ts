/** Synthesis: a Nest's model becomes the engine's configuration on disk. */
export type { Manifest, ManifestStack } from "./manifest";
export { STACK_FILE, stackFile } from "./output";
export { unitsOf } from "./plan-stacks";
export { OUTPUT_FOLDER, synthesize, type SynthesizeOptions, type Synthesis, type SynthesizedStack } from "./synthesize";
export { nameOf, type Unit, unitSpecification } from "./unit-specification";
