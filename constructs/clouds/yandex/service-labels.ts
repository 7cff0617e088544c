import type { NamedUnit } from "../../names";
import { labelValue, unitLabels } from "./labels";

/** Labels of what is no Egg's: `gosling-rift` or `gosling-service` stands where an Egg's resources have `gosling-egg`. */
export function serviceLabels(kind: "rift" | "service", unit: NamedUnit, name: string, own: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { "gosling-egg": _, ...labels } = unitLabels(unit, own);
  return { ...labels, [`gosling-${kind}`]: labelValue(name) };
}
