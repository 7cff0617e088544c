import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { GoslingError } from "../vocabulary/error";
import { activeChoice, type Choice, writeChoice } from "./active";
import { BINARY, cacheFolder, installedEnginesFolder, versionFolders } from "./cache-folder";
import type { Environment } from "./environment";
import { type EngineVersion, isTooOld, MINIMUM, probeVersion, PRODUCT } from "./version";

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
  /** Whether `gosling engine use` chose it. */
  readonly isActive?: boolean;
  /** Why it cannot be used. */
  readonly problem?: GoslingError;
}

export interface FindOptions {
  readonly env: Environment;
  /** Where a relative `GOSLING_ENGINE` or PATH entry starts. */
  readonly cwd: string;
}

/**
 * The engine to use: `GOSLING_ENGINE` (a path or a name), else the one that `gosling engine use` chose,
 * else `tofu` on the PATH, else `terraform`, else the newest that Gosling installed. Where the one on
 * the PATH cannot be used, the newest that Gosling installed takes its place; nothing takes the place of
 * one that a person named or chose. Costs no process where the binary's version is known from before.
 *
 * @throws GoslingError `ENGINE_MISSING`, `ENGINE_TOO_OLD`, `ENGINE_UNUSABLE` or `ENGINE_CHOICE_DAMAGED`, with the way out.
 */
export async function findEngine(options: FindOptions): Promise<Engine> {
  let problem: GoslingError | undefined;
  for await (const candidate of candidates(options)) {
    const engine = toEngine(candidate);
    // What stands on the PATH decides; after a failure only Gosling's own may step in.
    if (engine !== undefined && (problem === undefined || engine.origin === "installed")) return engine;
    if (candidate.problem !== undefined && isWanted(candidate)) throw candidate.problem;
    problem ??= candidate.problem;
  }
  throw problem ?? missing();
}

/**
 * The engine of exactly one version (an Egg's or a Nest's `tofu.version`), looked for in the order of
 * `findEngine`; without a version what `findEngine` gives.
 *
 * @throws GoslingError `ENGINE_VERSION_MISSING` where no engine here has it, with the command that gets it;
 *   the errors of `findEngine` where the one that has it cannot be used.
 */
export async function engineFor(version: string | undefined, options: FindOptions): Promise<Engine> {
  if (version === undefined) return findEngine(options);
  const here: string[] = [];
  let problem: GoslingError | undefined;
  for await (const candidate of candidates(options)) {
    const engine = candidate.version === version ? toEngine(candidate) : undefined;
    if (engine !== undefined) return engine;
    if (candidate.version === version) problem ??= candidate.problem;
    if (candidate.origin === "GOSLING_ENGINE") throw candidate.problem ?? otherVersion(version, candidate);
    if (candidate.name !== undefined) here.push(`${PRODUCT[candidate.name]} ${candidate.version ?? "?"}`);
  }
  throw problem ?? versionMissing(version, here);
}

/** Every engine that is there, in the order in which they are looked for, and the one that `findEngine` gives. */
export async function listEngines(options: FindOptions): Promise<{ readonly candidates: readonly EngineCandidate[]; readonly used?: Engine }> {
  const all: EngineCandidate[] = [];
  for await (const candidate of candidates(options)) all.push(candidate);
  const usable = all.map(toEngine);
  const [first] = all;
  const used = first?.problem === undefined ? usable[0] : isWanted(first) ? undefined : usable.find((engine) => engine?.origin === "installed");
  return used === undefined ? { candidates: all } : { candidates: all, used };
}

/** The engines that Gosling installed, newest first. */
export async function installedEngines(env: Environment): Promise<readonly { readonly version: string; readonly path: string }[]> {
  const folder = installedEnginesFolder(env);
  const versions = await versionFolders(env);
  const paths = await Promise.all(versions.map(async (version) => ({ version, path: join(folder, version, BINARY), there: await isExecutable(join(folder, version, BINARY)) })));
  return paths.filter(({ there }) => there).map(({ version, path }) => ({ version, path }));
}

/**
 * Chooses one of the installed engines: `findEngine` gives it from now on, before what is on the PATH.
 * Without a version a choice is taken back.
 *
 * @throws GoslingError `ENGINE_MISSING` where that version is not installed; the errors of `findEngine` where it cannot
 *   be used; `CACHE_NOT_WRITABLE`. Then the choice is what it was.
 */
export async function chooseEngine(version: string | undefined, options: FindOptions): Promise<void> {
  if (version === undefined) return writeChoice(options.env, undefined);
  const installed = await installedEngines(options.env);
  const chosen = installed.find((engine) => engine.version === version);
  if (chosen === undefined) {
    const there = installed.length === 0 ? "None is." : `There is ${installed.map((engine) => engine.version).join(", ")}.`;
    throw new GoslingError("ENGINE_MISSING", `OpenTofu ${version} is not installed. ${there}`, { hint: `Run \`gosling engine install ${version}\`.` });
  }
  const { problem } = await candidate(chosen.path, "installed", options);
  if (problem !== undefined) throw problem;
  await writeChoice(options.env, version);
}

async function* candidates(options: FindOptions): AsyncGenerator<EngineCandidate> {
  const { env, cwd } = options;
  const named = env["GOSLING_ENGINE"];
  if (named) {
    yield await namedCandidate(named, options);
    return;
  }
  const active = await activeChoice(env);
  if (active !== undefined) yield await activeCandidate(active, options);
  for (const name of ["tofu", "terraform"]) {
    const path = await onPath(name, env, cwd);
    if (path !== undefined) yield await candidate(path, "path", options);
  }
  for (const { version, path } of await installedEngines(env)) {
    if (active === undefined || !("version" in active) || version !== active.version) yield await candidate(path, "installed", options);
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

async function activeCandidate(choice: Choice, options: FindOptions): Promise<EngineCandidate> {
  if ("problem" in choice) return { path: choice.file, origin: "installed", isActive: true, problem: choice.problem };
  const { version } = choice;
  const path = join(installedEnginesFolder(options.env), version, BINARY);
  if (await isExecutable(path)) return { ...(await candidate(path, "installed", options)), isActive: true };
  const problem = new GoslingError("ENGINE_UNUSABLE", `OpenTofu ${version}, which \`gosling engine use\` chose, is not installed any more.`, {
    hint: `Run \`gosling engine install ${version}\`, or choose another: \`gosling engine use VERSION\`, \`gosling engine use --system\`.`,
  });
  return { path, origin: "installed", isActive: true, problem };
}

/** Whether a person named or chose it, so that no other may take its place. */
function isWanted({ origin, isActive }: EngineCandidate): boolean {
  return origin === "GOSLING_ENGINE" || isActive === true;
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

function otherVersion(version: string, { path, name, version: found }: EngineCandidate): GoslingError {
  return new GoslingError("ENGINE_VERSION_MISSING", `Version ${version} of the engine is asked for (tofu.version), and GOSLING_ENGINE names ${name ? PRODUCT[name] : "an engine"} ${found ?? "?"}: ${path}.`, {
    hint: `Unset GOSLING_ENGINE and run \`gosling engine install ${version}\`, or set GOSLING_ENGINE to an engine of that version.`,
  });
}

function versionMissing(version: string, here: readonly string[]): GoslingError {
  const there = here.length === 0 ? "there is no engine at all" : `there is ${here.join(", ")}`;
  return new GoslingError("ENGINE_VERSION_MISSING", `Version ${version} of the engine is asked for (tofu.version), and it is not on this machine: ${there}.`, { hint: `Run \`gosling engine install ${version}\`; other versions stay beside it.` });
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
