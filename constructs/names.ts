import { sha256 } from "./canonical-json";

/** Whose resources are named. */
export interface NamedUnit {
  /** `nest.name`. */
  readonly nest: string;
  /** Egg's or bucket's name, `job.NAME` for a Job, a Rift's name. */
  readonly unit: string;
}

/** What a cloud's service allows in a name. */
export interface NameRule {
  /** Most characters. */
  readonly limit: number;
  /** All other characters than these. */
  readonly forbidden: RegExp;
  /** Whether capitals become small letters. */
  readonly lowerCase?: boolean;
}

/** Longest part of {@link resourceName}; with it, every name has room for the Nest's and a part of the unit's. */
const LONGEST_PART = 12;
const HASH_LENGTH = 8;

/**
 * `gosling-{nest}-{unit}-{part}`, in the form that a service allows: what it forbids is replaced by `-`,
 * and what is too long is cut. A name that lost something gets a hash, so that two units have no name in
 * common; all names of a unit that are cut are cut alike.
 *
 * @param part One word of letters and digits, at most 12, so that no unit's name with a part is
 *   another's with a different part.
 */
export function resourceName({ nest, unit }: NamedUnit, part: string, { limit, forbidden, lowerCase = false }: NameRule): string {
  if (!/^[a-z0-9]+$/.test(part) || part.length > LONGEST_PART) throw new TypeError(`"${part}" is no part of a name.`);
  const written = lowerCase ? unit.toLowerCase() : unit;
  const allowed = written.replace(new RegExp(forbidden.source, "g"), "-");
  // No two units differ only in case, or in - against _ (a rule of the vocabulary): such a change loses nothing.
  const lost = allowed.replaceAll("_", "-") !== written.replaceAll("_", "-");
  const hash = sha256(`${nest}/${unit}`).slice(0, HASH_LENGTH);
  const plain = `gosling-${nest}-${allowed}${lost ? `-${hash}` : ""}-${part}`;
  if (plain.length <= limit) return plain;
  const room = limit - `gosling-${nest}--${hash}-${part}`.length;
  return `gosling-${nest}-${allowed.slice(0, room).replace(/[-_.]+$/, "")}-${hash}-${part}`;
}

/** What every resource of a unit is tagged with, in the order of tags: the unit's own first, Gosling's last. */
export function unitTags({ nest, unit }: NamedUnit, own: Readonly<Record<string, string>>, revision?: string): Readonly<Record<string, string>> {
  return {
    ...own,
    "gosling:nest": nest,
    "gosling:egg": unit,
    "gosling:managed-by": "gosling",
    ...(revision !== undefined && { "gosling:config": revision }),
  };
}
