import type { Nest } from "../nest/model";
import { nameOf, unitsOf, type Synthesis } from "../synth";
import type { WantedUnit } from "./decide-unit";

/** A wanted unit with its stacks' files, and the unit that it takes over. */
export interface SynthesizedUnit extends WantedUnit {
  readonly stacks: readonly { readonly name: string; readonly configurationHash: string; readonly file: string }[];
  /** `renamed_from`: what was deployed under this name becomes this unit's. */
  readonly renamedFrom?: string;
}

/** What a synthesis asks for, unit by unit, sorted by name. */
export function wantedUnits(nest: Nest, synthesis: Synthesis): readonly SynthesizedUnit[] {
  return unitsOf(nest).flatMap((unit): SynthesizedUnit[] => {
    const name = nameOf(unit);
    const stacks = synthesis.stacks.filter((stack) => stack.unit === name).sort((a, b) => a.shard - b.shard);
    const [first] = stacks;
    if (!first) return [];
    const renamedFrom = unit.kind === "job" ? undefined : unit.values.renamedFrom;
    return [
      {
        unit: name,
        kind: unit.kind,
        runnerType: first.runnerType,
        revision: first.revision,
        sizes: unit.pool,
        place: "local",
        stacks: stacks.map((stack) => ({ name: stack.name, configurationHash: stack.outputHash, file: stack.file })),
        ...(renamedFrom !== undefined && { renamedFrom }),
      },
    ];
  });
}
