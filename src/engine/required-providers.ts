import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** What a stack wants of one provider. */
export interface RequiredProvider {
  readonly source: string;
  readonly version?: string;
}

/** By local name. */
export type RequiredProviders = Readonly<Record<string, RequiredProvider>>;

interface Configuration {
  readonly terraform?: unknown;
  readonly provider?: unknown;
  readonly resource?: unknown;
  readonly data?: unknown;
}

const BUILT_IN = "terraform.io/builtin/terraform";

/**
 * The providers that the stack in a folder wants installed, by local name: those that it requires, and those
 * that its resources imply. Empty for a stack of `terraform_data` alone.
 *
 * @returns nothing where that cannot be told: the folder has configuration that is not JSON, or none that can be read.
 */
export async function requiredProviders(folder: string): Promise<RequiredProviders | undefined> {
  const names = await readdir(folder).catch(() => []);
  if (names.some((name) => /\.(tf|tofu)$/.test(name))) return undefined;
  const required: Record<string, RequiredProvider> = {};
  const implied = new Set<string>();
  try {
    for (const name of names.filter((file) => /\.(tf|tofu)\.json$/.test(file))) {
      const { terraform, provider, resource, data } = JSON.parse(await readFile(join(folder, name), "utf8")) as Configuration;
      for (const entry of objectsIn(terraform).flatMap((block) => objectsIn(block["required_providers"]))) {
        for (const [local, wanted] of Object.entries(entry)) required[local] = toRequired(local, wanted);
      }
      for (const local of objectsIn(provider).flatMap(Object.keys)) implied.add(local);
      for (const type of [...objectsIn(resource), ...objectsIn(data)].flatMap(Object.keys)) implied.add(type.replace(/_.*/, ""));
    }
  } catch {
    return undefined; // the engine will say what is wrong with it
  }
  implied.delete("terraform"); // terraform_data, terraform_remote_state
  for (const local of implied) required[local] ??= { source: `hashicorp/${local}` };
  return Object.fromEntries(Object.entries(required).filter(([, { source }]) => source !== BUILT_IN).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function toRequired(local: string, wanted: unknown): RequiredProvider {
  // The old form is a version alone.
  if (typeof wanted === "string") return { source: `hashicorp/${local}`, version: wanted };
  const { source, version } = (wanted ?? {}) as { readonly source?: unknown; readonly version?: unknown };
  return { source: typeof source === "string" ? source : `hashicorp/${local}`, ...(typeof version === "string" && { version }) };
}

/** JSON configuration writes a block as an object, or several as a list. */
function objectsIn(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return [value].flat().filter((part): part is Readonly<Record<string, unknown>> => typeof part === "object" && part !== null);
}
