import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { randomBytes } from "node:crypto";
import { GoslingError } from "../vocabulary/error";
import { cacheFolder } from "./cache-folder";
import type { Environment } from "./environment";

/** Holds the version that `gosling engine use` chose. */
const activeFile = (env: Environment) => join(cacheFolder(env), "engines", "active.json");

/** What a person chose among the installed engines, or why that cannot be known. */
export type Choice = { readonly version: string } | { readonly problem: GoslingError; readonly file: string };

/** What `gosling engine use` chose; nothing where nobody chose. */
export async function activeChoice(env: Environment): Promise<Choice | undefined> {
  const file = activeFile(env);
  try {
    const { version } = JSON.parse(await readFile(file, "utf8")) as { version?: unknown };
    if (typeof version === "string" && /^\d+\.\d+\.\d+[-.0-9A-Za-z]*$/.test(version)) return { version };
    return { file, problem: damaged(file) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR" ? undefined : { file, problem: damaged(file, error) };
  }
}

/** Writes the choice down in one step; `undefined` takes it back. */
export async function writeChoice(env: Environment, version: string | undefined): Promise<void> {
  const file = activeFile(env);
  if (version === undefined) return rm(file, { force: true });
  const temporary = `${file}.${randomBytes(6).toString("hex")}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(temporary, `${JSON.stringify({ version })}\n`);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new GoslingError("CACHE_NOT_WRITABLE", `The choice of an engine could not be written to ${file} (${(error as NodeJS.ErrnoException).code}).`, { hint: "Set GOSLING_CACHE to a folder of yours.", cause: error });
  }
}

function damaged(file: string, cause?: unknown): GoslingError {
  return new GoslingError("ENGINE_CHOICE_DAMAGED", `${file}, which says what engine to use, cannot be read.`, { hint: "Choose again: `gosling engine use VERSION`, or `gosling engine use --system`.", cause });
}
