import { GoslingError } from "../../../src/vocabulary/error";
import { sha256 } from "../../canonical-json";
import type { NamedUnit } from "../../names";
import { plainText } from "../../template";

/** Labels of Yandex Cloud: most of one resource, and most characters of a value. Resource Manager, "Labels". */
const LABEL_LIMIT = 64;
const VALUE_LIMIT = 63;
const FORBIDDEN = /[^-_./\\@0-9a-z]/g;
const HASH_LENGTH = 8;

/**
 * What every resource of a unit is labelled with: its own tags, then Gosling's.
 *
 * @param own Checked by the vocabulary's rule of labels.
 * @param more Gosling's further labels; expressions stay as they are.
 * @throws GoslingError `PROPS` where there are more than Yandex Cloud takes.
 */
export function unitLabels({ nest, unit }: NamedUnit, own: Readonly<Record<string, string>>, more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const labels = {
    ...Object.fromEntries(Object.entries(own).map(([name, value]) => [name, plainText(value)])),
    "gosling-nest": nest,
    "gosling-egg": labelValue(unit),
    "gosling-managed-by": "gosling",
    ...more,
  };
  const count = Object.keys(labels).length;
  if (count > LABEL_LIMIT) throw new GoslingError("PROPS", `A resource of ${unit} would have ${count} labels; Yandex Cloud takes ${LABEL_LIMIT}`, { hint: "Gosling needs some of them itself. Remove entries of cloud.tags." });
  return labels;
}

/**
 * A text in the form that a label's value may have. Two units' names give two values: they never differ
 * only in case, and what loses anything else gets a hash.
 */
export function labelValue(text: string): string {
  const lower = text.toLowerCase();
  const allowed = lower.replace(FORBIDDEN, "-");
  if (allowed === lower && allowed.length <= VALUE_LIMIT) return allowed;
  return `${allowed.slice(0, VALUE_LIMIT - HASH_LENGTH - 1)}-${sha256(text).slice(0, HASH_LENGTH)}`;
}
