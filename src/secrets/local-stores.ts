import { type FileHandle, open, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { GoslingError } from "../vocabulary/error";
import { formatSecretReference } from "../vocabulary/secret";
import type { SecretStore } from "./secret-store";

/** No environment variable of a process can be longer on Linux. */
const LIMIT_BYTES = 128 * 1024 - 1;

/** `env://NAME`: a variable of this process. An empty one counts as missing. */
export function environmentStore(env: Readonly<Record<string, string | undefined>>): SecretStore {
  return {
    backend: "env",
    async read(reference) {
      const value = withoutLastNewline(env[reference.name] ?? "");
      if (value === "") throw new GoslingError("SECRET_MISSING", `there is nothing behind ${formatSecretReference(reference)}`, { hint: `Set the environment variable ${reference.name}.` });
      return value;
    },
  };
}

/**
 * `file://PATH`: a file in the Nest, read anew each time. An empty one counts as missing, one that is
 * reached through a symbolic link out of the Nest can't be read.
 */
export function fileStore(nestRoot: string): SecretStore {
  return {
    backend: "file",
    async read(reference) {
      const named = formatSecretReference(reference);
      const missing = (): GoslingError => new GoslingError("SECRET_MISSING", `there is nothing behind ${named}`, { hint: `Write the secret to the file ${reference.name} in the Nest, mode 0600, and keep it out of Git.` });
      const unreadable = (why: string): GoslingError => new GoslingError("SECRET_UNREADABLE", `${named} can't be read: ${why}`);
      let file: FileHandle | undefined;
      try {
        const path = await realpath(join(nestRoot, reference.name));
        if (!path.startsWith((await realpath(nestRoot)) + sep)) throw unreadable("it is a symbolic link that leaves the Nest");
        file = await open(path, "r");
        const { size } = await file.stat();
        if (size > LIMIT_BYTES) throw unreadable(`it has ${size} bytes, and no environment variable can have more than ${LIMIT_BYTES}`);
        const value = withoutLastNewline(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await file.readFile()));
        if (value === "") throw missing();
        return value;
      } catch (error) {
        if (error instanceof GoslingError) throw error;
        const { code } = error as NodeJS.ErrnoException;
        if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") throw unreadable("it is no UTF-8 text");
        if (code === "ENOENT" || code === "ENOTDIR") throw missing();
        throw unreadable(code ?? String(error));
      } finally {
        await file?.close();
      }
    },
  };
}

/** Editors and `echo` end a file with a newline that is no part of the secret. */
function withoutLastNewline(text: string): string {
  return text.replace(/\r?\n$/, "");
}
