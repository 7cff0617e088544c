import { access, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { findEngine, listEngines } from "../../engine";
import { providerCacheFolder } from "../../engine/provider-cache";
import { checkMirror, CLI_CONFIG_VARIABLE, MIRROR_VARIABLE, providerMirror } from "../../engine/provider-mirror";
import { PRODUCT } from "../../engine/version";
import { agentVersion, findAgent } from "../../runner/agent";
import { GoslingError } from "../../vocabulary/error";
import type { Context } from "../context";
import { gitVersion, gitWarnings, lookAtGit } from "../git-repository";
import { error, type HealthCheck, ok, warning } from "./check";
import { isInRange } from "./version-range";

/** Releases of Node that the tests run on. */
const TESTED_NODE = [20, 22, 24];

/** `version` as `process.version` has it; `range` is our package's own. */
export function nodeCheck(version: string, range: string): HealthCheck {
  const found = version.replace(/^v/, "");
  if (!isInRange(found, range)) return error("Node", `${found}, and Gosling needs ${range}`, `Install Node ${TESTED_NODE.at(-1)}, or another of ${TESTED_NODE.join(", ")}.`);
  if (TESTED_NODE.includes(Number(found.split(".")[0]))) return ok("Node", found);
  return warning("Node", `${found}, which Gosling is not tested with`, `Should something go wrong, use one of ${TESTED_NODE.join(", ")}.`);
}

const FOUND = { GOSLING_ENGINE: "named by GOSLING_ENGINE", path: "on the PATH", installed: "installed by gosling" } as const;

export async function engineCheck(context: Pick<Context, "env" | "cwd">): Promise<HealthCheck> {
  const { used, candidates } = await listEngines(context);
  const isChosen = candidates.some(({ path, isActive }) => path === used?.path && isActive);
  if (used) return ok("Engine", `${PRODUCT[used.name]} ${used.version}, ${isChosen ? "chosen by gosling engine use" : FOUND[used.origin]}: ${used.path}`);
  try {
    await findEngine(context);
  } catch (problem) {
    if (problem instanceof GoslingError) return error("Engine", problem.message.replace(/\.$/, ""), problem.hint ?? "Run gosling engine install.");
    throw problem;
  }
  return error("Engine", "none that can be used", "Run gosling engine install.");
}

/** Where the engine gets the providers of stacks in a cloud. */
export async function providersCheck(context: Pick<Context, "env" | "cwd">): Promise<HealthCheck> {
  const { env } = context;
  const config = env[CLI_CONFIG_VARIABLE];
  if (config && env[MIRROR_VARIABLE]) return warning("Providers", `${MIRROR_VARIABLE} is not used: ${CLI_CONFIG_VARIABLE} names ${config}, and that counts`, `Unset one of the two.`);
  if (config) return ok("Providers", `as ${config} says, which ${CLI_CONFIG_VARIABLE} names`);
  try {
    const mirror = providerMirror(env);
    const { used } = await listEngines(context);
    if (mirror !== undefined && used !== undefined) await checkMirror(mirror, used);
    const from = mirror === undefined ? "from their registries" : mirror.kind === "filesystem" ? `from ${mirror.path}` : `from ${mirror.kind === "network" ? mirror.url : `oci://${mirror.template}`}`;
    return ok("Providers", `${from}; kept in ${env["TF_PLUGIN_CACHE_DIR"] || providerCacheFolder(env)}`);
  } catch (problem) {
    if (problem instanceof GoslingError) return error("Providers", problem.message.replace(/\.$/, ""), problem.hint ?? `Unset ${MIRROR_VARIABLE}.`);
    throw problem;
  }
}

/** `nest`: the Nest that is to be in a repository, and the branch that it deploys. */
export async function gitChecks({ cwd, env }: Pick<Context, "env" | "cwd">, nest?: { readonly root: string; readonly branch?: string }): Promise<readonly HealthCheck[]> {
  const version = await gitVersion(cwd, env);
  if (version === undefined) return [warning("Git", "not found on the PATH", "Install Git: a Nest is a Git repository.")];
  const found = nest && (await lookAtGit(nest.root, env));
  const warnings = found ? gitWarnings(found, nest.branch) : [];
  const branch = found?.kind === "repository" && found.branch !== undefined ? `, branch ${found.branch}` : "";
  return [ok("Git", `${version}${branch}`), ...warnings.map((text): HealthCheck => ({ name: "Git", status: "warning", summary: text }))];
}

/** `wanted`: whether runners of this machine are to be. */
export async function agentCheck(env: Context["env"], wanted: boolean): Promise<HealthCheck> {
  const path = await findAgent(undefined, env);
  if (path === undefined) {
    if (!wanted) return ok("Agent", "no gitlab-runner on the PATH; only runners of this machine need one");
    return warning("Agent", "gitlab-runner is not on the PATH: runners of this machine wait for it", "Install it: https://docs.gitlab.com/runner/install/");
  }
  const version = await agentVersion(path, stringsOf(env));
  return version === undefined ? warning("Agent", `${path} does not tell its version`, "Install gitlab-runner anew.") : ok("Agent", `gitlab-runner ${version}: ${path}`);
}

function stringsOf(env: Context["env"]): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** How a library that the user installs is looked for; answers with its version, throws where it can't be loaded. */
export type LoadLibrary = (name: string) => string;

/** Loads it for real, so that a damaged installation is noticed too. */
export const loadLibrary: LoadLibrary = (name) => {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the name is data
  require(name);
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the name is data
  return (require(`${name}/package.json`) as { version: string }).version;
};

export function libraryChecks(peers: Readonly<Record<string, string>>, tested: Readonly<Record<string, string>>, load: LoadLibrary = loadLibrary): readonly HealthCheck[] {
  return Object.entries(peers).map(([name, range]) => {
    const hint = `Run npm install ${name}@${tested[name] ?? range}`;
    try {
      const version = load(name);
      return isInRange(version, range) ? ok("Library", `${name} ${version}`) : error("Library", `${name} ${version} is not in ${range}`, hint);
    } catch (problem) {
      const { code, message } = problem as NodeJS.ErrnoException;
      return error("Library", code === "MODULE_NOT_FOUND" ? `${name} is not installed` : `${name} can't be loaded: ${message.split("\n")[0] ?? ""}`, hint);
    }
  });
}

/** Whether files can be made in a folder, or the folder itself where it is not there yet. */
export async function folderCheck(name: string, folder: string): Promise<HealthCheck> {
  let at = folder;
  try {
    while (!(await isThere(at))) at = dirname(at);
    if (!(await stat(at)).isDirectory()) return error(name, `${at} is no folder`, "Move it away.");
    await access(at, constants.W_OK | constants.X_OK);
    return ok(name, `${folder} can be written`);
  } catch (problem) {
    const { code, message } = problem as NodeJS.ErrnoException;
    const reason = code === "EACCES" || code === "EPERM" ? "permission denied" : code === "EROFS" ? "the file system is read-only" : message;
    return error(name, `${at} can't be written: ${reason}`, `Make ${at} writable for this user.`);
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw problem;
  }
}
