import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A secret that is looked for afterwards. Its value is random and never printed; the label is. */
export interface Canary {
  readonly label: string;
  readonly value: string;
}

/** The parts of a canary that no encoding of text changes. */
const PART = /[0-9a-f]{24,}/g;
/** So much of a part is enough to know it by: a value that was cut is found, too. */
const WINDOW = 12;

/** A canary with characters in its middle that JSON, URLs, HCL and shells write in other ways. */
export function canary(label: string, prefix = ""): Canary {
  return { label, value: `${prefix}${hex()}"<\${&%{/+ ü\\'${hex()}` };
}

/** A canary of a kind that headers and logins take. */
export function plainCanary(label: string, prefix = ""): Canary {
  return { label, value: `${prefix}${hex()}-${hex()}` };
}

/** A canary that is a key of 32 bytes in base64. */
export function keyCanary(label: string): Canary {
  return { label, value: randomBytes(32).toString("base64") };
}

/** A value that somebody else has made: GitLab's tokens, Yandex Cloud's. */
export const caught = (label: string, value: string): Canary => ({ label, value });

function hex(): string {
  return randomBytes(12).toString("hex");
}

/** Every file below a folder that holds a canary, and every text that does: `LABEL in WHERE`. */
export function sightings(canaries: readonly Canary[], texts: Readonly<Record<string, string>>, folder?: string): readonly string[] {
  const places = [...Object.entries(texts).map(([where, text]) => [where, Buffer.from(text)] as const), ...(folder === undefined ? [] : filesBelow(folder))];
  const known = canaries.map(({ label, value }) => ({ label, traces: tracesOf(value) }));
  return places.flatMap(([where, bytes]) => known.flatMap(({ label, traces }) => (traces.some((trace) => bytes.includes(trace)) ? [`${label} in ${where}`] : [])));
}

function* filesBelow(folder: string): Generator<readonly [string, Buffer]> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const bytes = entry.isFile() ? contentOf(path) : undefined;
    if (bytes) yield [path.slice(folder.length + 1), bytes];
  }
}

/** Runners work on, so a file may be gone meanwhile. */
function contentOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * What tells that a value is there, whole or cut, as it is or encoded. Made without the forms that masking knows: these
 * are parts that JSON, URLs and HCL leave as they are, and what base64 makes of them wherever they stand; and of a value
 * without such parts all windows of it.
 */
function tracesOf(value: string): readonly Buffer[] {
  const parts = value.match(PART) ?? [];
  const bytes = parts.length > 0 ? parts : [value];
  const texts = bytes.flatMap((part) => [...windows(part), ...base64Of(part), Buffer.from(part).toString("hex")]);
  return [...new Set(texts)].map((text) => Buffer.from(text));
}

function windows(text: string): readonly string[] {
  return Array.from({ length: Math.max(1, Math.floor(text.length / WINDOW)) }, (_, index) => text.slice(index * WINDOW, (index + 1) * WINDOW)).filter((piece) => piece.length === WINDOW || piece === text);
}

/** A part in the middle of something longer stands at one of three offsets; what its neighbours can't change is cut out. */
function base64Of(part: string): readonly string[] {
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), Buffer.from(part)]).toString("base64").replace(/=+$/, "");
    const core = encoded.slice(4, -4);
    return core.length < WINDOW ? [] : [core, core.replaceAll("+", "-").replaceAll("/", "_")];
  });
}
