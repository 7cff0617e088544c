import type { Draft } from "../check-block";
import * as problems from "../problems";
import type { Problem } from "../schema";
import type { UglyFoxValues } from "../types";
import { sizeRules } from "./egg";

/** Rules across the attributes of the `uglyfox` block. */
export function uglyFoxRules(uglyfox: Draft<UglyFoxValues>): readonly Problem[] {
  const found: Problem[] = [];
  const seen = new Map<string, { readonly path: problems.Path; readonly condition: string }>();
  for (const condition of uglyfox.runnersCondition ?? []) {
    const name = condition.name ?? "";
    const path = ["runners_condition", name];
    found.push(...sizeRules([...path, "apex"], condition.apex), ...sizeRules([...path, "nadir"], condition.nadir));
    const entities = condition.eggsEntities ?? [];
    for (const [index, entity] of entities.entries()) {
      const at = [...path, "eggs_entities", index];
      const first = seen.get(entity);
      if (entity === "*" && entities.length > 1) found.push(problems.starAmongNames(at));
      else if (first) found.push(problems.entityTwice(at, entity, first));
      else seen.set(entity, { path: at, condition: name });
    }
  }
  return found;
}
