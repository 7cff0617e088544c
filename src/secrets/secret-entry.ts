import { GoslingError } from "../vocabulary/error";
import { nearest } from "../vocabulary/nearest";
import { formatSecretReference, type SecretReference } from "../vocabulary/secret";

/** The keys of a secret with their values. */
export type SecretEntries = Readonly<Record<string, unknown>>;

/**
 * The value of the reference's key.
 * @throws GoslingError `SECRET_KEY`; `SECRET_FORMAT` where the value is no text; `SECRET_MISSING` where it is empty
 */
export function entryOf(entries: SecretEntries, reference: SecretReference): string {
  const named = formatSecretReference(reference);
  const { key = "" } = reference;
  if (!Object.hasOwn(entries, key)) {
    // Only a key that looks like it: names of keys are nobody's business who doesn't know them.
    const similar = nearest(key, Object.keys(entries));
    throw new GoslingError("SECRET_KEY", `${named}: the secret ${reference.name} has no key ${key}`, {
      hint: similar === undefined ? `Put it there: gosling secrets set ${unversioned(reference)}` : `Did you mean ${similar}?`,
    });
  }
  const value = entries[key];
  if (typeof value !== "string") {
    const what = value === null ? "null" : Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : `a ${typeof value}`;
    throw new GoslingError("SECRET_FORMAT", `${named}: the value is ${what}, and a secret's value is a text`, { hint: "Write it in quotes." });
  }
  if (value === "") throw new GoslingError("SECRET_MISSING", `${named}: the value is empty`, { hint: `Put it there: gosling secrets set ${unversioned(reference)}` });
  return value;
}

/**
 * The keys of a secret with `value` behind the reference's key.
 * @throws GoslingError `SECRET_EXISTS` where there is a value that must not be replaced
 */
export function withEntry(entries: SecretEntries, reference: SecretReference, value: string, replace: boolean): SecretEntries {
  const { key = "" } = reference;
  const old = Object.hasOwn(entries, key) ? entries[key] : "";
  if (!replace && old !== "") throw secretExists(reference);
  // Not by assignment: a key may be called __proto__.
  return Object.fromEntries([...Object.entries(entries).filter(([name]) => name !== key), [key, value]]);
}

export function secretExists(reference: SecretReference): GoslingError {
  return new GoslingError("SECRET_EXISTS", `there is a value behind ${formatSecretReference(reference)} already`, { hint: "To replace it: --force" });
}

/**
 * The keys of a secret that is kept as JSON text. A secret of one bare value has no keys: its store may know
 * such ones, references don't.
 * @throws GoslingError `SECRET_FORMAT`
 */
export function parseEntries(text: string, reference: SecretReference): SecretEntries {
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch {
    // JSON's own message quotes the text.
  }
  if (typeof entries === "object" && entries !== null && !Array.isArray(entries)) return entries as SecretEntries;
  throw notEntries(reference, "is no JSON object");
}

export function notEntries(reference: SecretReference, what: string): GoslingError {
  return new GoslingError("SECRET_FORMAT", `${formatSecretReference(reference)}: the secret ${reference.name} ${what}, so it has no key ${reference.key ?? ""}`, {
    hint: `Keep it as a JSON object with a text behind each key: {"${reference.key ?? ""}": "…"}`,
  });
}

/** The reference as it can be written to: its current version. */
export function unversioned(reference: SecretReference): string {
  return formatSecretReference({ ...reference, version: undefined });
}
