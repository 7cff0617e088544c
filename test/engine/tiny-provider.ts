import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";

/** The platform of this machine, in the engines' words. */
const PLATFORM = `${process.platform === "win32" ? "windows" : process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;
const BINARY = "terraform-provider-tiny_v1.0.0";
/** An init unpacks and hashes a provider, and never starts it. */
const PROGRAM = "#!/bin/sh\nexit 1\n";

/** Configuration that wants the provider, and has no resource of it. */
export const wantsTiny = (source: string, version = "1.0.0") => ({ terraform: { required_providers: { tiny: { source, version } }, backend: { local: { path: "state.tfstate" } } } });

/** Puts the provider into a filesystem mirror, unpacked. */
export function mirrorFolder(mirror: string, source: string): string {
  const file = join(mirror, source, "1.0.0", PLATFORM, BINARY);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, PROGRAM, { mode: 0o755 });
  return mirror;
}

/** The answers of a network mirror, by the last part of the path. */
export function mirrorAnswers(): Readonly<Record<string, string | Buffer>> {
  return {
    "index.json": JSON.stringify({ versions: { "1.0.0": {} } }),
    "1.0.0.json": JSON.stringify({ archives: { [PLATFORM]: { url: "tiny.zip" } } }),
    "tiny.zip": zip(BINARY, Buffer.from(PROGRAM)),
  };
}

/** Where the provider stands in a folder of providers, from that folder on. */
export const placeOf = (source: string) => join(source, "1.0.0", PLATFORM, BINARY);

/** A ZIP archive with one executable file, stored as it is. */
function zip(name: string, content: Buffer): Buffer {
  const entry = Buffer.alloc(26);
  entry.writeUInt16LE(20, 0); // version that reads it
  entry.writeUInt32LE(crc32(content), 10);
  entry.writeUInt32LE(content.length, 14);
  entry.writeUInt32LE(content.length, 18);
  entry.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), entry, Buffer.from(name), content]);
  const attributes = Buffer.alloc(14);
  attributes.writeUInt32LE((0o100755 << 16) >>> 0, 6);
  const central = Buffer.concat([Buffer.from("PK\u0001\u0002"), Buffer.from([20, 3]), entry, attributes, Buffer.from(name)]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, central, Buffer.from("PK\u0005\u0006"), end]);
}
