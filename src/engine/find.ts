import { constants } from "node:fs";
import { access, readdir, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { GoslingError } from "../vocabulary/error";
import { BINARY, cacheFolder, installedEnginesFolder } from "./cache-folder";
import type { Environment } from "./environment";
import { compareVersions, type EngineVersion, isTooOld, MINIMUM, probeVersion, PRODUCT } from "./version";

/** An engine that can be used. */
export interface Engine extends EngineVersion {
  /** Absolute path of the binary. */
  readonly path: string;
  readonly origin: EngineOrigin;
}

/** Where an engine was found: named by `GOSLING_ENGINE`, on the PATH, or installed by Gosling. */
export type EngineOrigin = "GOSLING_ENGINE" | "path" | "installed";

/** An engine that is there, whether it can be used or not. */
export interface EngineCandidate {
  readonly path: string;
  readonly origin: EngineOrigin;
  readonly name?: "tofu" | "terraform";
  readonly version?: string;
  /** Why it cannot be used. */
  readonly problem?: GoslingError;
}

export interface FindOptions {
  readonly env: Environment;
  /** Where a relative `GOSLING_ENGINE` or PATH entry starts. */
  readonly cwd: string;
  /** Wanted version of an engine that Gosling installed; default: the newest. */
  readonly version?: string;
}

/**
 * The engine to use: `GOSLING_ENGINE` (a path or a name), else `tofu` on the PATH, else `terraform`,
 * else one that Gosling installed. Where the one on the PATH cannot be used, one that Gosling
 * installed takes its place. Costs no process where the binary's version is known from before.
 *
 * @throws GoslingError `ENGINE_MISSING`, `ENGINE_TOO_OLD` or `ENGINE_UNUSABLE`, with the way out.
 */
export async function findEngine(options: FindOptions): Promise<Engine> {
  let problem: GoslingError | undefined;
  for await (const candidate of candidates(options)) {
    const engine = toEngine(candidate);
    // What stands on the PATH decides; after a failure only Gosling's own may step in.
    if (engine !== undefined && (problem === undefined || engine.origin === "installed")) return engine;
    problem ??= candidate.problem;
  }
  throw problem ?? missing();
}

/** Every engine that is there, in the order in which they are looked for, and the one that `findEngine` gives. */
export async function listEngines(options: FindOptions): Promise<{ readonly candidates: readonly EngineCandidate[]; readonly used?: Engine }> {
  const all: EngineCandidate[] = [];
  for await (const candidate of candidates(options)) all.push(candidate);
  const usable = all.map(toEngine);
  const used = all[0]?.problem === undefined ? usable[0] : usable.find((engine) => engine?.origin === "installed");
  return used === undefined ? { candidates: all } : { candidates: all, used };
}

/** The engines that Gosling installed, newest first. */
export async function installedEngines(env: Environment): Promise<readonly { readonly version: string; readonly path: string }[]> {
  const folder = installedEnginesFolder(env);
  const names = await readdir(folder).catch(() => []);
  const versions = names.filter((name) => /^\d+\.\d+\.\d+/.test(name)).sort((a, b) => compareVersions(b, a));
  const paths = await Promise.all(versions.map(async (version) => ({ version, path: join(folder, version, BINARY), there: await isExecutable(join(folder, version, BINARY)) })));
  return paths.filter(({ there }) => there).map(({ version, path }) => ({ version, path }));
}

async function* candidates(options: FindOptions): AsyncGenerator<EngineCandidate> {
  const { env, cwd } = options;
  const named = env["GOSLING_ENGINE"];
  if (named) {
    yield await namedCandidate(named, options);
    return;
  }
  for (const name of ["tofu", "terraform"]) {
    const path = await onPath(name, env, cwd);
    if (path !== undefined) yield await candidate(path, "path", options);
  }
  for (const { version, path } of await installedEngines(env)) {
    if (options.version === undefined || options.version === version) yield await candidate(path, "installed", options);
  }
}

async function namedCandidate(named: string, options: FindOptions): Promise<EngineCandidate> {
  const isPath = named.includes("/") || isAbsolute(named);
  const path = isPath ? resolve(options.cwd, named) : await onPath(named, options.env, options.cwd);
  const origin = "GOSLING_ENGINE";
  const hint = "Set GOSLING_ENGINE to the path of tofu or terraform, or unset it.";
  const refuse = (what: string, at = path ?? named): EngineCandidate => ({ path: at, origin, problem: new GoslingError("ENGINE_UNUSABLE", `GOSLING_ENGINE is "${named}", ${what}.`, { hint }) });
  if (path === undefined) return refuse("and there is no such program on the PATH");
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return refuse("and there is no such file");
  if (found.isDirectory()) return refuse("and that is a folder");
  if (!(await isExecutable(path))) return refuse("and that file may not be executed");
  return candidate(path, origin, options);
}

async function candidate(path: string, origin: EngineOrigin, { env }: FindOptions): Promise<EngineCandidate> {
  const answer = await probeVersion(path, env, cacheFolder(env));
  if ("problem" in answer) {
    const hint = origin === "GOSLING_ENGINE" ? "Set GOSLING_ENGINE to the path of tofu or terraform, or unset it." : "Mend or remove it, or run `gosling engine install` to get one of Gosling's own.";
    return { path, origin, problem: new GoslingError("ENGINE_UNUSABLE", `${path} ${answer.problem}.`, { hint }) };
  }
  return isTooOld(answer) ? { path, origin, ...answer, problem: tooOld(path, origin, answer) } : { path, origin, ...answer };
}

function toEngine({ path, origin, name, version, problem }: EngineCandidate): Engine | undefined {
  return problem === undefined && name !== undefined && version !== undefined ? { name, path, version, origin } : undefined;
}

function tooOld(path: string, origin: EngineOrigin, { name, version }: EngineVersion): GoslingError {
  const minimum = MINIMUM[name].replace(/\.0$/, "");
  return new GoslingError("ENGINE_TOO_OLD", `${path} is ${PRODUCT[name]} ${version}; Gosling needs ${minimum} or newer.`, {
    hint: `Update it, or ${origin === "GOSLING_ENGINE" ? "unset GOSLING_ENGINE and " : ""}run \`gosling engine install\` to get OpenTofu beside it.`,
  });
}

function missing(): GoslingError {
  return new GoslingError("ENGINE_MISSING", "Neither OpenTofu (tofu) nor Terraform (terraform) was found on the PATH.", {
    hint: "Run `gosling engine install` to get OpenTofu, or set GOSLING_ENGINE to the path of one.",
  });
}

async function onPath(name: string, env: Environment, cwd: string): Promise<string | undefined> {
  const file = process.platform === "win32" ? `${name}.exe` : name;
  for (const entry of (env["PATH"] ?? "").split(delimiter)) {
    if (entry === "") continue;
    const path = resolve(cwd, entry, file);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

/** Whether it is a file, not a folder, that we may execute. */
async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
