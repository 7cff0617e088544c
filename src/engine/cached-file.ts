import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GoslingError } from "../vocabulary/error";
import { cacheFolder } from "./cache-folder";
import type { Environment } from "./environment";

/**
 * A file for the engine in the cache, named by what is in it, so that runs at the same time write the same.
 * @returns its path.
 * @throws GoslingError `CACHE_NOT_WRITABLE`
 */
export async function cachedFile(prefix: string, extension: string, text: string, env: Environment): Promise<string> {
  const folder = join(cacheFolder(env), "engine-config");
  const file = join(folder, `${prefix}-${createHash("sha256").update(text).digest("hex").slice(0, 16)}.${extension}`);
  if ((await readFile(file, "utf8").catch(() => undefined)) === text) return file;
  const temporary = `${file}.${randomBytes(6).toString("hex")}`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(temporary, text);
    await rename(temporary, file);
    return file;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new GoslingError("CACHE_NOT_WRITABLE", `The folder ${folder} cannot be written (${(error as NodeJS.ErrnoException).code}).`, { hint: "Set GOSLING_CACHE to a folder of yours.", cause: error });
  }
}
