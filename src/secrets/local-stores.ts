import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, realpath, rename, rm } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { GoslingError } from "../vocabulary/error";
import { formatSecretReference, type SecretReference } from "../vocabulary/secret";
import { secretExists } from "./secret-entry";
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
    howToWrite: ({ name }) => `Set the environment variable ${name} where gosling runs.`,
  };
}

/**
 * `file://PATH`: a file in the Nest, read anew each time. An empty one counts as missing, one that is
 * reached through a symbolic link out of the Nest can't be read. Written in one step, mode 0600.
 */
export function fileStore(nestRoot: string): SecretStore {
  const store: SecretStore = {
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
    async write(reference, value, { replace }) {
      if (!replace && (await isThere(store, reference))) throw secretExists(reference);
      try {
        await writeInside(nestRoot, reference, value);
      } catch (error) {
        if (error instanceof GoslingError) throw error;
        const { code = String(error) } = error as NodeJS.ErrnoException;
        throw unwritable(reference, code === "EISDIR" ? "it is a folder" : code === "EEXIST" || code === "ENOTDIR" ? "a part of its path is a file" : code);
      }
    },
  };
  return store;
}

async function isThere(store: SecretStore, reference: SecretReference): Promise<boolean> {
  return store.read(reference).then(
    () => true,
    (error: unknown) => {
      if (error instanceof GoslingError && error.code === "SECRET_MISSING") return false;
      throw error;
    },
  );
}

function unwritable(reference: SecretReference, why: string): GoslingError {
  return new GoslingError("SECRET_UNREADABLE", `${formatSecretReference(reference)} can't be written: ${why}`, { hint: "Check who owns the file and its folder." });
}

/** Whoever reads sees the old content or the new one. A link in the file's place is replaced, not followed. */
async function writeInside(nestRoot: string, reference: SecretReference, value: string): Promise<void> {
  const path = join(nestRoot, reference.name);
  const root = await realpath(nestRoot);
  const nearest = await nearestFolder(dirname(path));
  if (nearest !== root && !nearest.startsWith(root + sep)) throw unwritable(reference, "a symbolic link in its path leaves the Nest");
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      // Ends as a text file does; the newline is no part of the value, and would swallow a "\r" before it.
      await file.writeFile(value.endsWith("\r") ? value : `${value}\n`);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Where the nearest folder upwards that exists really is. */
async function nearestFolder(folder: string): Promise<string> {
  return realpath(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" && dirname(folder) !== folder) return nearestFolder(dirname(folder));
    throw error;
  });
}

/** Editors and `echo` end a file with a newline that is no part of the secret. */
function withoutLastNewline(text: string): string {
  return text.replace(/\r?\n$/, "");
}
