import { mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { GoslingError } from "../vocabulary/error";
import { BINARY, cacheFolder, installedEnginesFolder } from "./cache-folder";
import { expectedChecksum, fileChecksum, verifyChecksum } from "./checksum";
import { downloadBytes, type DownloadOptions, downloadFile, type DownloadProgress, printableUrl } from "./download";
import type { Environment } from "./environment";
import type { Engine } from "./find";
import { verifyEngine, writeRecord } from "./install-record";
import { mirrorOf } from "./mirror";
import { trustedKeys, verifySignature } from "./signature";
import { unpackEngine } from "./unpack";
import { compareVersions, DEFAULT_VERSION, MINIMUM, probeVersion } from "./version";

export interface InstallOptions {
  /** `GOSLING_CACHE`, the network's variables (see `DownloadOptions`), the mirror's (see `mirrorOf`) and `GOSLING_ENGINE_KEY` count. */
  readonly env: Environment;
  /** Default: {@link DEFAULT_VERSION}. */
  readonly version?: string;
  /** Base address, with the releases under `vVERSION/`. Default: `GOSLING_ENGINE_URL`, else the project's own. */
  readonly url?: string;
  /** Takes a release whose list of checksums nobody signed. Only from a mirror, and only where the user says so. Default: false. */
  readonly unsigned?: boolean;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Stops the download; nothing is left behind. */
  readonly signal?: AbortSignal;
  /** Milliseconds since 1970. Default: the system's clock. */
  readonly now?: () => number;
  /** Waits between two tries. Default: the system's clock. */
  readonly sleep?: (ms: number) => Promise<void>;
  readonly platform?: NodeJS.Platform;
  readonly arch?: string;
  readonly connectTimeoutMs?: number;
  readonly idleTimeoutMs?: number;
}

export interface Installed {
  readonly engine: Engine;
  /** False where that version had been installed before: then the network was left alone. */
  readonly downloaded: boolean;
}

/** A release's archive is 30 to 60 MB. */
const MAX_ARCHIVE_BYTES = 500 * 1024 * 1024;
const MAX_SUMS_BYTES = 1024 * 1024;
const MAX_SIGNATURE_BYTES = 64 * 1024;
const TEMPORARY = /^\.install-/;
/** No download takes a day: an older temporary folder is one of a process that was killed. */
const ORPHAN_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * Gets a release of OpenTofu for this machine: its list of checksums is checked against its signature,
 * its archive against that list; it is unpacked, tried, and only then moved to its place in one step,
 * beside other versions. Whatever goes wrong, and however many do it at once, there is either a whole
 * engine or none.
 *
 * @throws GoslingError with the way out: `ENGINE_NOT_RELEASED`, `ENGINE_SIGNATURE_MISSING`, `ENGINE_SIGNATURE_BAD`,
 *   `ENGINE_KEY_EXPIRED`, `ENGINE_KEY_UNREADABLE`, `ENGINE_TAMPERED`, `ENGINE_ARCHIVE_BROKEN`, `ENGINE_TOO_OLD`,
 *   `ENGINE_UNUSABLE`, `DOWNLOAD_…`, `DISK_FULL`, `CACHE_NOT_WRITABLE`, `INTERRUPTED`; `BAD_…` for wrong use.
 */
export async function installEngine(options: InstallOptions): Promise<Installed> {
  const version = (options.version ?? DEFAULT_VERSION).replace(/^v/, "");
  const { url, headers, isDefault } = mirrorOf(options.env, options.url);
  checkVersion(version);
  if (options.unsigned && isDefault) {
    throw new GoslingError("BAD_FLAG", "OpenTofu's own releases are signed: --no-signature is for a mirror.", { hint: "Leave --no-signature out, or name a mirror: --url or GOSLING_ENGINE_URL.", exitCode: 64 });
  }
  const archive = archiveName(version, options.platform ?? process.platform, options.arch ?? process.arch);
  const now = options.now ?? Date.now;
  const engines = installedEnginesFolder(options.env);
  const place = join(engines, version);

  const there = await installedBefore(version, options);
  if (there !== undefined) return { engine: there, downloaded: false };

  const temporary = await makeTemporary(engines, now());
  try {
    const transfer: Omit<DownloadOptions, "maxBytes"> = {
      env: options.env,
      headers,
      sleep: options.sleep ?? ((ms) => delay(ms, undefined, { signal: options.signal }).catch(() => undefined)),
      ...(options.signal && { signal: options.signal }),
      ...(options.connectTimeoutMs !== undefined && { connectTimeoutMs: options.connectTimeoutMs }),
      ...(options.idleTimeoutMs !== undefined && { idleTimeoutMs: options.idleTimeoutMs }),
    };
    const release = `${url}/v${version}`;
    const { expected, signedBy } = await checkedChecksum(release, version, archive, { ...options, now }, transfer);
    const file = join(temporary, archive);
    await downloadFile(`${release}/${archive}`, file, { ...transfer, maxBytes: MAX_ARCHIVE_BYTES, ...(options.onProgress && { onProgress: options.onProgress }) });
    await verifyChecksum(file, archive, expected);
    const unpacked = join(temporary, "unpacked");
    const binary = await unpackEngine(file, unpacked);
    await writeRecord(unpacked, { version, sha256: await fileChecksum(binary), from: printableUrl(`${release}/${archive}`), signedBy, at: new Date(now()).toISOString() });
    await tryOut(binary, version, options.env);
    await moveToPlace(unpacked, place, version, options);
    return { engine: { name: "tofu", version, path: join(place, BINARY), origin: "installed" }, downloaded: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") throw new GoslingError("DISK_FULL", `No space is left on the disk of ${engines} for the engine (about 200 MB).`, { hint: "Make room, or set GOSLING_CACHE to a folder on another disk.", cause: error });
    throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** The archive's checksum, out of a list whose signature is good (or that nobody had to sign). */
async function checkedChecksum(release: string, version: string, archive: string, options: InstallOptions & { readonly now: () => number }, transfer: Omit<DownloadOptions, "maxBytes">): Promise<{ readonly expected: string; readonly signedBy: string | null }> {
  const name = `tofu_${version}_SHA256SUMS`;
  // A key file that cannot be read is told before anything is downloaded.
  const keys = options.unsigned ? undefined : await trustedKeys(options.env);
  const content = await downloadBytes(`${release}/${name}`, { ...transfer, maxBytes: MAX_SUMS_BYTES });
  const signedBy = keys === undefined ? null : await verifySignature({ name, content, signature: await downloadSignature(`${release}/${name}.gpgsig`, transfer), keys, now: options.now() });
  return { expected: expectedChecksum(content.toString("utf8"), archive), signedBy };
}

async function downloadSignature(url: string, transfer: Omit<DownloadOptions, "maxBytes">): Promise<Buffer> {
  try {
    return await downloadBytes(url, { ...transfer, maxBytes: MAX_SIGNATURE_BYTES });
  } catch (error) {
    if (!(error instanceof GoslingError) || error.code !== "DOWNLOAD_NOT_FOUND") throw error;
    throw new GoslingError("ENGINE_SIGNATURE_MISSING", `The release has no signature: there is no ${printableUrl(url)}. Nothing was installed.`, {
      hint: "Have the mirror carry that file too. If it cannot, and you trust whoever runs it: --no-signature.",
      cause: error,
    });
  }
}

/** `tofu_1.12.6_linux_amd64.tar.gz` for this machine. */
export function archiveName(version: string, platform: NodeJS.Platform, arch: string): string {
  const system = new Map<string, string>([["linux", "linux"], ["darwin", "darwin"], ["win32", "windows"], ["freebsd", "freebsd"], ["openbsd", "openbsd"], ["sunos", "solaris"]]).get(platform);
  const processor = new Map([["x64", "amd64"], ["arm64", "arm64"], ["arm", "arm"], ["ia32", "386"]]).get(arch);
  if (system === undefined || processor === undefined) {
    throw new GoslingError("ENGINE_NOT_RELEASED", `OpenTofu has no release for ${platform} on ${arch}.`, { hint: "Build it from source and set GOSLING_ENGINE to its path." });
  }
  return `tofu_${version}_${system}_${processor}.tar.gz`;
}

function checkVersion(version: string): void {
  if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?$/.test(version)) {
    throw new GoslingError("BAD_VERSION", `"${version}" is not a version of OpenTofu.`, { hint: `Write it as ${DEFAULT_VERSION}.`, exitCode: 64 });
  }
  if (compareVersions(version, MINIMUM.tofu) < 0) {
    throw new GoslingError("ENGINE_TOO_OLD", `OpenTofu ${version} is too old; Gosling needs ${MINIMUM.tofu} or newer.`, { hint: `Take ${DEFAULT_VERSION}: \`gosling engine install\`.` });
  }
}

/** The engine that is at its place, where it is what was written down when it was installed, and as well vouched for as is asked. */
async function installedBefore(version: string, { env, unsigned }: InstallOptions): Promise<Engine | undefined> {
  // In this order: what is not known is not run.
  const { path, state, record } = await verifyEngine(env, version);
  if (state !== "good" || (record?.signedBy === null && !unsigned)) return undefined;
  const answer = await probeVersion(path, env, cacheFolder(env)).catch(() => undefined);
  return answer !== undefined && "version" in answer && answer.name === "tofu" && answer.version === version ? { ...answer, path, origin: "installed" } : undefined;
}

async function tryOut(path: string, version: string, env: Environment): Promise<void> {
  const answer = await probeVersion(path, env, cacheFolder(env));
  if ("version" in answer && answer.name === "tofu" && answer.version === version) return;
  const why = "problem" in answer ? answer.problem : `says that it is ${answer.name} ${answer.version}`;
  throw new GoslingError("ENGINE_UNUSABLE", `The release of OpenTofu ${version} does not run on this machine: it ${why}. Nothing was installed.`, {
    hint: "If the cache is on a disk that allows no programs, set GOSLING_CACHE to a folder elsewhere.",
  });
}

async function makeTemporary(engines: string, now: number): Promise<string> {
  try {
    await mkdir(engines, { recursive: true });
    for (const name of await readdir(engines)) {
      const folder = join(engines, name);
      const age = now - ((await stat(folder).catch(() => undefined))?.mtimeMs ?? now);
      if (TEMPORARY.test(name) && age > ORPHAN_AFTER_MS) await rm(folder, { recursive: true, force: true });
    }
    // In the same folder as its place, so that the move is one step.
    return await mkdtemp(join(engines, ".install-"));
  } catch (error) {
    throw new GoslingError("CACHE_NOT_WRITABLE", `The folder ${engines} cannot be written (${(error as NodeJS.ErrnoException).code}).`, { hint: "Set GOSLING_CACHE to a folder of yours.", cause: error });
  }
}

async function moveToPlace(unpacked: string, place: string, version: string, options: InstallOptions): Promise<void> {
  try {
    await rename(unpacked, place);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOTEMPTY" && code !== "EEXIST" && code !== "ENOTDIR" && code !== "EPERM") throw error;
    // Somebody was quicker, and theirs is as good as ours; or what is there is damaged and has to go.
    if ((await installedBefore(version, options)) !== undefined) return;
    await rename(place, `${unpacked}-damaged`);
    await rename(unpacked, place);
  }
}
