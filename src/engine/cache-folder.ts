import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Environment } from "./environment";
import { compareVersions } from "./version";

/** Where Gosling keeps what it can get again: `GOSLING_CACHE`, else `gosling` under `XDG_CACHE_HOME`, else `~/.cache/gosling`. */
export function cacheFolder(env: Environment): string {
  if (env["GOSLING_CACHE"]) return resolve(env["GOSLING_CACHE"]);
  return join(env["XDG_CACHE_HOME"] || join(env["HOME"] || homedir(), ".cache"), "gosling");
}

/** Folder of the OpenTofu releases that `gosling engine install` unpacked, one subfolder per version. */
export function installedEnginesFolder(env: Environment): string {
  return join(cacheFolder(env), "engines", "opentofu");
}

/** Name of the binary inside of a version's folder. */
export const BINARY = process.platform === "win32" ? "tofu.exe" : "tofu";

/** The versions that have a folder, whatever is in it, newest first. */
export async function versionFolders(env: Environment): Promise<readonly string[]> {
  const names = await readdir(installedEnginesFolder(env)).catch(() => []);
  return names.filter((name) => /^\d+\.\d+\.\d+/.test(name)).sort((a, b) => compareVersions(b, a));
}
