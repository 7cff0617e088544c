import { type NamedUnit, unitTags } from "../../names";
import { checkedTags } from "./unit";

/** Tags of what is no Egg's: `gosling:rift` or `gosling:service` stands where an Egg's resources have `gosling:egg`. */
export function serviceTags(kind: "rift" | "service", unit: NamedUnit, name: string, own: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { "gosling:egg": _, ...tags } = unitTags(unit, own);
  return checkedTags({ ...tags, [`gosling:${kind}`]: name }, unit.unit);
}
