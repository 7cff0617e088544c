import { chmod, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { GoslingError } from "../vocabulary/error";
import { BINARY } from "./cache-folder";

/** Ten times what an engine takes. */
const MAX_BINARY_BYTES = 1024 * 1024 * 1024;

/**
 * Unpacks the engine's binary out of a release's archive into `folder`, and nothing else: an entry
 * counts by its exact name and as a plain file, so that no path and no link can lead elsewhere.
 *
 * @throws GoslingError `ENGINE_ARCHIVE_BROKEN` where the archive cannot be read or holds no binary.
 */
export async function unpackEngine(archive: string, folder: string): Promise<string> {
  const tar = await import("tar");
  const binary = join(folder, BINARY);
  await mkdir(folder, { recursive: true });
  const broken = (why: string, cause?: unknown) =>
    new GoslingError("ENGINE_ARCHIVE_BROKEN", `The release's archive ${why}. Nothing was installed.`, { hint: "Try again, or take another version: `gosling engine install VERSION`.", cause });
  try {
    await tar.x({
      file: archive,
      cwd: folder,
      strict: true,
      filter: (path, entry) => path === BINARY && "type" in entry && entry.type === "File" && entry.size <= MAX_BINARY_BYTES,
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") throw error;
    throw broken("cannot be unpacked", error);
  }
  const unpacked = await stat(binary).catch(() => undefined);
  if (unpacked === undefined || unpacked.size === 0) throw broken(`holds no ${BINARY}`);
  await chmod(binary, 0o755);
  return binary;
}
