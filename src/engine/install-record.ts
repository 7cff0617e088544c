import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BINARY, installedEnginesFolder, versionFolders } from "./cache-folder";
import { fileChecksum } from "./checksum";
import type { Environment } from "./environment";

/** What `installEngine` has written down beside a binary. */
export interface InstallRecord {
  readonly version: string;
  /** SHA-256 of the binary as it came out of the checked archive, in lower-case hexadecimal. */
  readonly sha256: string;
  /** The archive's address, without credentials. */
  readonly from: string;
  /** Fingerprint of the key that signed the release; null where nobody looked for a signature. */
  readonly signedBy: string | null;
  /** ISO 8601. */
  readonly at: string;
}

/** An installed engine held against its record. */
export interface VerifiedEngine {
  readonly version: string;
  readonly path: string;
  /** `damaged`: the binary is gone or is another one. `unrecorded`: nothing was written down, so that nothing can be said. */
  readonly state: "good" | "damaged" | "unrecorded";
  readonly record?: InstallRecord;
}

const RECORD = "gosling-install.json";

export async function writeRecord(folder: string, record: InstallRecord): Promise<void> {
  await writeFile(join(folder, RECORD), `${JSON.stringify(record, null, 2)}\n`);
}

/** Holds every installed engine against its record, newest first; or the one of `version`, where that one is. */
export async function verifyEngines(env: Environment, version?: string): Promise<readonly VerifiedEngine[]> {
  const versions = await versionFolders(env);
  return Promise.all(versions.filter((there) => version === undefined || there === version).map((there) => verifyEngine(env, there)));
}

/** Holds one installed engine against its record. */
export async function verifyEngine(env: Environment, version: string): Promise<VerifiedEngine> {
  const folder = join(installedEnginesFolder(env), version);
  const path = join(folder, BINARY);
  const record = await readRecord(folder, version);
  if (record === undefined) return { version, path, state: "unrecorded" };
  const sha256 = await fileChecksum(path).catch(() => undefined);
  const isExecutable = await stat(path).then(
    ({ mode }) => process.platform === "win32" || (mode & 0o100) !== 0,
    () => false,
  );
  return { version, path, state: sha256 === record.sha256 && isExecutable ? "good" : "damaged", record };
}

async function readRecord(folder: string, version: string): Promise<InstallRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(join(folder, RECORD), "utf8")) as Partial<InstallRecord>;
    const { sha256, from, signedBy, at } = record;
    const isWhole = record.version === version && /^[0-9a-f]{64}$/.test(sha256 ?? "") && typeof from === "string" && typeof at === "string" && (signedBy === null || typeof signedBy === "string");
    return isWhole ? (record as InstallRecord) : undefined;
  } catch {
    return undefined;
  }
}
