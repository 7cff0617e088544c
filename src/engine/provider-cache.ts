import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { GoslingError } from "../vocabulary/error";
import { cacheFolder } from "./cache-folder";
import type { Environment } from "./environment";
import type { Engine } from "./find";
import { isSetUp } from "./init-stamp";
import { CLI_CONFIG_VARIABLE, providerMirror, writeCliConfig } from "./provider-mirror";
import { requiredProviders, type RequiredProviders } from "./required-providers";
import { runCommand } from "./run";
import type { StackOptions } from "./stack";
import { trustEnvironment } from "./trust";

const CACHE_VARIABLE = "TF_PLUGIN_CACHE_DIR";
const LOCK_FILE = ".terraform.lock.hcl";

/** Where the engine keeps the providers that it got, for all stacks of this machine. */
export function providerCacheFolder(env: Environment): string {
  return join(cacheFolder(env), "providers");
}

/**
 * Variables that tell an engine where providers come from and where they are kept: the mirror's configuration
 * file and the shared cache, each unless the user has set it.
 *
 * @throws GoslingError of `providerMirror` and `writeCliConfig`; `CACHE_NOT_WRITABLE`.
 */
export async function providerEnvironment(env: Environment, engine: Pick<Engine, "name" | "version">): Promise<Environment> {
  const mirror = env[CLI_CONFIG_VARIABLE] ? undefined : providerMirror(env);
  const config = mirror && { [CLI_CONFIG_VARIABLE]: await writeCliConfig(mirror, engine, env) };
  if (env[CACHE_VARIABLE] || (config === undefined && (await hasOwnCache(env)))) return config ?? {};
  const folder = providerCacheFolder(env);
  try {
    // The engine makes none: without the folder it fails.
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new GoslingError("CACHE_NOT_WRITABLE", `The folder ${folder} cannot be made (${(error as NodeJS.ErrnoException).code}).`, { hint: "Set GOSLING_CACHE to a folder of yours.", cause: error });
  }
  // Measured: without the second, a stack without a lock file downloads all again, and Terraform writes over what others run.
  return { ...config, [CACHE_VARIABLE]: folder, TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: "1" };
}

/** Whether the user's configuration of the engine names a cache of its own. */
async function hasOwnCache(env: Environment): Promise<boolean> {
  const home = env["HOME"] || homedir();
  const files = env[CLI_CONFIG_VARIABLE] ? [env[CLI_CONFIG_VARIABLE]] : [".tofurc", ".terraformrc"].map((name) => join(home, name));
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
  return texts.some((text) => /^\s*"?plugin_cache_dir\b/m.test(text));
}

/** Providers of a stack that is not set up yet, and the versions that its lock file holds it to. */
interface WantedSet {
  readonly stack: StackOptions;
  readonly providers: RequiredProviders;
  readonly lock: string | undefined;
}

/**
 * Fills the provider cache before stacks are set up in parallel, so that they only read it: one init for each
 * distinct set of providers, in a temporary folder and one after the other. Stacks that are set up, that
 * need no providers, or whose providers cannot be told cost nothing, and neither does a single one. What cannot
 * be got is no error here: the init of the stack that wants it will tell.
 *
 * @throws GoslingError of `providerEnvironment`; `ENGINE_VANISHED`, `INTERRUPTED`.
 */
export async function warmProviderCache(stacks: readonly StackOptions[]): Promise<void> {
  const wanted: WantedSet[] = [];
  for (const stack of stacks) {
    const providers = await installedProviders(stack);
    if (providers === undefined || isEmpty(providers) || (await isSetUp(stack.folder, stack.engine))) continue;
    wanted.push({ stack, providers, lock: await readFile(join(stack.folder, LOCK_FILE), "utf8").catch(() => undefined) });
  }
  if (wanted.length < 2) return;
  const sets = new Map(wanted.map((set) => [JSON.stringify([set.stack.engine.path, set.providers, set.lock]), set]));
  for (const set of sets.values()) await installOnce(set);
}

/** Without the stack's backend and variables: its providers are all that is wanted, and no key or state is needed for that. */
async function installOnce({ stack: { engine, env, interrupts }, providers, lock }: WantedSet): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "gosling-providers-"));
  try {
    await writeFile(join(folder, "main.tf.json"), JSON.stringify({ terraform: { required_providers: providers } }));
    if (lock !== undefined) await writeFile(join(folder, LOCK_FILE), lock);
    const args = ["init", "-backend=false", "-input=false", "-no-color"];
    await runCommand({ path: engine.path, args, folder, env, extra: { ...(await providerEnvironment(env, engine)), ...(await trustEnvironment(env)) }, ...(interrupts && { interrupts }) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What an engine's run over a stack is to be told about providers: nothing where it installs none. */
export async function stackProviderEnvironment(stack: StackOptions): Promise<Environment> {
  const providers = await installedProviders(stack);
  return providers !== undefined && isEmpty(providers) ? {} : providerEnvironment(stack.env, stack.engine);
}

/** Providers that somebody plays (a rehearsal) are not installed. */
async function installedProviders({ folder, extra }: StackOptions): Promise<RequiredProviders | undefined> {
  return extra?.["TF_REATTACH_PROVIDERS"] ? {} : requiredProviders(folder);
}

function isEmpty(providers: RequiredProviders): boolean {
  return Object.keys(providers).length === 0;
}
