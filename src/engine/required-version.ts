import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { EngineFailure } from "./failure";
import type { Engine } from "./find";
import { compareVersions, PRODUCT } from "./version";

/** The stack's configuration as `gosling synth` writes it. */
const CONFIGURATION = "cdk.tf.json";

/**
 * Holds the engine to the stack's `required_version`. OpenTofu before 1.12 and Terraform do that themselves; OpenTofu
 * 1.12 and later take `required_version` in `*.tf` and `*.tf.json` files to be meant for Terraform alone. Checked here
 * are the forms that Gosling writes, an exact version and `>= VERSION`; others are the engine's matter.
 *
 * @throws EngineFailure `ENGINE_VERSION_WRONG`
 */
export async function checkRequiredVersion(folder: string, engine: Engine): Promise<void> {
  const required = await requiredVersion(join(folder, CONFIGURATION));
  const [, operator, version] = /^(>=|=)?\s*(\d+\.\d+\.\d+(?:-\S+)?)$/.exec(required?.trim() ?? "") ?? [];
  if (version === undefined) return;
  const difference = compareVersions(engine.version, version);
  if (operator === ">=" ? difference >= 0 : difference === 0) return;
  const wanted = operator === ">=" ? `${version} or newer` : version;
  throw new EngineFailure("ENGINE_VERSION_WRONG", `The stack is for version ${wanted} of the engine, and ${engine.path} is ${PRODUCT[engine.name]} ${engine.version}`, {
    hint: `Run \`gosling engine install ${version}\` and \`gosling engine use ${version}\`, or change tofu.version in the Nest.`,
    diagnostics: [],
    resources: [],
    stateSaved: true,
  });
}

/** What the stack asks for; nothing where it asks for nothing or can't be read: the engine says what is wrong with it. */
async function requiredVersion(file: string): Promise<string | undefined> {
  try {
    const { terraform } = JSON.parse(await readFile(file, "utf8")) as { readonly terraform?: { readonly required_version?: unknown } };
    return typeof terraform?.required_version === "string" ? terraform.required_version : undefined;
  } catch {
    return undefined;
  }
}
