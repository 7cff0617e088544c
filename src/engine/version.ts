import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { engineEnvironment, type Environment } from "./environment";

/** What a binary says about itself. */
export interface EngineVersion {
  readonly name: "tofu" | "terraform";
  /** Such as `1.12.6` or `1.13.0-beta1`. */
  readonly version: string;
}

/** The oldest engines with all that Gosling's stacks use. */
export const MINIMUM = { tofu: "1.8.0", terraform: "1.9.0" } as const;
/** The release of OpenTofu that is installed where nobody asks for another. */
export const DEFAULT_VERSION = "1.12.6";
export const PRODUCT = { tofu: "OpenTofu", terraform: "Terraform" } as const;

const ANSWER_WITHIN_MS = 20_000;
/**
 * Engines take 60 MB and more. Something smaller is a version manager's shim: what it answers
 * depends on folder and environment, so that it is asked each time.
 */
const SHIM_BELOW_BYTES = 32 * 1024 * 1024;

/**
 * Asks the binary, or remembers what it said when its path, size and time were the same. The answer
 * is kept in `cacheFolder`; a cache that is damaged or cannot be written costs 60 ms, no error.
 *
 * @returns nothing where the binary does not answer as an engine does, with what it said instead.
 */
export async function probeVersion(path: string, env: Environment, cacheFolder: string): Promise<EngineVersion | { readonly problem: string }> {
  const { size, mtimeMs } = await stat(path);
  const key = `${path}\n${size}\n${mtimeMs}`;
  const file = join(cacheFolder, "engine-versions.json");
  const remembered = size < SHIM_BELOW_BYTES ? {} : await readCache(file);
  const known = remembered[key];
  if (known !== undefined) return known;
  const answer = await askVersion(path, env);
  if ("version" in answer && size >= SHIM_BELOW_BYTES) await writeCache(file, { ...remembered, [key]: answer });
  return answer;
}

/**
 * The plain `version` says which of the two it is; with `-json` OpenTofu calls itself Terraform.
 * Warnings about the CLI configuration may stand before and after the line.
 */
async function askVersion(path: string, env: Environment): Promise<EngineVersion | { readonly problem: string }> {
  let answer = await runVersion(path, env);
  // A binary that was just written may still be open for writing in a process that is about to start.
  for (let tries = 0; tries < 20 && answer.error?.code === "ETXTBSY"; tries++) {
    await delay(10);
    answer = await runVersion(path, env);
  }
  const { error, stdout } = answer;
  const [, product, version] = /^(OpenTofu|Terraform) v(\d+\.\d+\.\d+\S*)\s*$/m.exec(stdout) ?? [];
  if (product !== undefined && version !== undefined) return { name: product === "OpenTofu" ? "tofu" : "terraform", version };
  if (error === null) return { problem: "does not answer `version` as OpenTofu or Terraform do" };
  if (error.killed) return { problem: `gave no answer to \`version\` within ${ANSWER_WITHIN_MS / 1000} seconds` };
  return { problem: typeof error.code === "string" ? `cannot be run (${error.code})` : `fails when it is asked for its version (exit code ${error.code ?? "none"})` };
}

interface VersionAnswer {
  readonly stdout: string;
  readonly error: (Error & { readonly code?: string | number | null; readonly killed?: boolean }) | null;
}

function runVersion(path: string, env: Environment): Promise<VersionAnswer> {
  return new Promise((resolve) => {
    const options = { env: engineEnvironment(env), cwd: tmpdir(), timeout: ANSWER_WITHIN_MS, maxBuffer: 1024 * 1024, killSignal: "SIGKILL" as const };
    const child = execFile(path, ["version"], options, (error, stdout) => resolve({ stdout, error }));
    child.stdin?.end();
  });
}

/** Less than 0 where `a` is older, 0 for the same; a pre-release is older than its release. */
export function compareVersions(a: string, b: string): number {
  const [releaseA = "", ...preA] = a.split("-");
  const [releaseB = "", ...preB] = b.split("-");
  const numbersA = releaseA.split(".").map(Number);
  const numbersB = releaseB.split(".").map(Number);
  for (let index = 0; index < 3; index++) {
    const difference = (numbersA[index] ?? 0) - (numbersB[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (preA.length === 0 || preB.length === 0) return preB.length - preA.length;
  return preA.join("-").localeCompare(preB.join("-"), "en", { numeric: true });
}

export function isTooOld({ name, version }: EngineVersion): boolean {
  return compareVersions(version, MINIMUM[name]) < 0;
}

async function readCache(file: string): Promise<Record<string, EngineVersion>> {
  try {
    const entries = Object.entries(JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>);
    return Object.fromEntries(entries.filter((entry): entry is [string, EngineVersion] => isVersion(entry[1])));
  } catch {
    return {};
  }
}

function isVersion(value: unknown): value is EngineVersion {
  const { name, version } = (value ?? {}) as Partial<EngineVersion>;
  return (name === "tofu" || name === "terraform") && typeof version === "string" && /^\d+\.\d+\.\d+/.test(version);
}

async function writeCache(file: string, entries: Readonly<Record<string, EngineVersion>>): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString("hex")}`;
  try {
    await mkdir(join(file, ".."), { recursive: true });
    // The newest hundred: a machine does not have more engines than that.
    await writeFile(temporary, JSON.stringify(Object.fromEntries(Object.entries(entries).slice(-100))));
    await rename(temporary, file);
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}
