import { randomBytes } from "node:crypto";
import { chmod, open, rename, rm } from "node:fs/promises";

/**
 * Replaces a file in one step: readers see the old content or the new one, never a part. The mode is
 * exact, whatever the umask. The folder must exist.
 * @param durable whether it must be on the disk before it counts; not worth its price for what is written every few seconds.
 */
export async function writeFileAtomically(path: string, content: string, mode = 0o600, durable = true): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    // Made unreadable for others from its first moment: the content may hold a token.
    const file = await open(temporary, "wx", mode & 0o700);
    try {
      await file.writeFile(content);
      if (durable) await file.datasync();
    } finally {
      await file.close();
    }
    await chmod(temporary, mode);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
