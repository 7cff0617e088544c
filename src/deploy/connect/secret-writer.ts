import { mkdir, realpath } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { writeFileAtomically } from "../../runner/atomic-file";
import { isSecretError, type ResolveSecret } from "../../secrets";
import { GoslingError } from "../../vocabulary/error";
import { parseSecretReference } from "../../vocabulary/secret";

/** Puts secrets where references point. */
export interface SecretWriter {
  /**
   * Writes the value that the reference gives from now on; what was there is replaced.
   * @throws GoslingError naming the reference, never the value
   */
  write(reference: string, value: string): Promise<void>;
}

/** The secret behind a reference; undefined where there is none yet. Every other reason is thrown. */
export async function secretOrNone(resolve: ResolveSecret, reference: string): Promise<string | undefined> {
  try {
    return await resolve(reference);
  } catch (error) {
    if (isSecretError(error) && error.code === "SECRET_MISSING") return undefined;
    throw error;
  }
}

/**
 * Before anything is made whose secret could then not be kept.
 * @throws GoslingError `SECRET_UNWRITABLE`
 */
export function checkWritable(reference: string, what: string): void {
  const parsed = parseSecretReference(reference);
  const why = !parsed.ok ? "it is no reference" : parsed.value.backend === "env" ? "an environment variable can only be read" : parsed.value.version !== undefined ? "it names one version" : undefined;
  if (why === undefined) return;
  throw new GoslingError("SECRET_UNWRITABLE", `${what} can't be kept behind ${reference}: ${why}`, { hint: "Name a reference of a store without a version, or put the secret there yourself." });
}

/** `file://PATH`: a file of the Nest, mode 0600, written in one step. Other references are refused. */
export function fileSecretWriter(nestRoot: string): SecretWriter {
  return {
    async write(reference, value) {
      const parsed = parseSecretReference(reference);
      if (!parsed.ok || parsed.value.backend !== "file") throw new GoslingError("SECRET_UNWRITABLE", `nothing here can write ${reference}`, { hint: "Secrets of file:// can be written." });
      const path = join(nestRoot, parsed.value.name);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const folder = await realpath(dirname(path));
      const root = await realpath(nestRoot);
      if (folder !== root && !folder.startsWith(root + sep)) throw new GoslingError("SECRET_UNWRITABLE", `${reference} can't be written: its folder is a symbolic link that leaves the Nest`);
      await writeFileAtomically(path, `${value}\n`);
    },
  };
}
