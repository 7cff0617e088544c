import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { GoslingError } from "../vocabulary/error";

/**
 * The SHA-256 that a `SHA256SUMS` file gives for one file, in lower-case hexadecimal.
 *
 * @throws GoslingError `ENGINE_NOT_RELEASED` where the file is not in the list: there is no release for this platform.
 */
export function expectedChecksum(sums: string, name: string): string {
  for (const line of sums.split("\n")) {
    const [, sum, file] = /^([0-9a-fA-F]{64})[ \t]+\*?(\S+)\s*$/.exec(line) ?? [];
    if (sum !== undefined && file === name) return sum.toLowerCase();
  }
  throw new GoslingError("ENGINE_NOT_RELEASED", `The release's list of checksums has no ${name}: it was not made for this platform.`, {
    hint: "Install OpenTofu in another way and set GOSLING_ENGINE to its path.",
  });
}

/** SHA-256 of a file, in lower-case hexadecimal. */
export async function fileChecksum(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** @throws GoslingError `ENGINE_TAMPERED` where the file is not the one that the list of checksums names. */
export async function verifyChecksum(path: string, name: string, expected: string): Promise<void> {
  const actual = await fileChecksum(path);
  if (actual === expected) return;
  throw new GoslingError("ENGINE_TAMPERED", `${name} is not what its release says it is: its SHA-256 is ${actual}, not ${expected}. Nothing was installed.`, {
    hint: "The download was damaged or changed on its way. Try again; if it stays so, ask whoever runs the mirror or proxy.",
  });
}
