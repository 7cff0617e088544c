import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { sha256 } from "../../constructs/canonical-json";
import { codeHash, readingHash } from "../nest/software";

/** What of the software a stack depends on. */
export interface LibraryVersion {
  /** Version of Gosling. */
  readonly gosling: string;
  /** Name and version of the engine library: `cdktf 0.21.0`. */
  readonly library: string;
  /** Hash over the versions and our constructs themselves: a changed construct makes its stacks anew, also between releases. */
  readonly hash: string;
}

let library: LibraryVersion | undefined;

export function libraryVersion(): LibraryVersion {
  return (library ??= readVersion());
}

function readVersion(): LibraryVersion {
  const gosling = readPackage(dirname(findUpwards(__dirname, "package.json"))).version;
  const engineLibrary = readPackage(dirname(require.resolve("cdktf/package.json")));
  const name = `${engineLibrary.name} ${engineLibrary.version}`;
  return { gosling, library: name, hash: sha256([gosling, name, codeHash(CONSTRUCTS)].join("\n")) };
}

let software: string | undefined;

/** Hash over all software between a Nest's files and its stacks. */
export function softwareHash(): string {
  return (software ??= sha256([readingHash(), libraryVersion().hash, codeHash(__dirname)].join("\n")));
}

const CONSTRUCTS = join(__dirname, "../../constructs");

function readPackage(folder: string): { readonly name: string; readonly version: string } {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name: string; version: string };
}

function findUpwards(folder: string, name: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, name))) return join(at, name);
    if (at === dirname(at)) throw new Error(`No ${name} above ${folder}`);
  }
}
