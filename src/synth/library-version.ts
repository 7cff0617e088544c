import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { sha256 } from "../../constructs/canonical-json";

/** What of the software a stack depends on. */
export interface LibraryVersion {
  /** Version of Gosling. */
  readonly gosling: string;
  /** Name and version of the engine library: `cdktf 0.21.0`. */
  readonly library: string;
  /** Hash over the versions and our constructs themselves: a changed construct makes its stacks anew, also between releases. */
  readonly hash: string;
}

export function libraryVersion(): LibraryVersion {
  const gosling = readPackage(dirname(findUpwards(__dirname, "package.json"))).version;
  const engineLibrary = readPackage(dirname(require.resolve("cdktf/package.json")));
  const library = `${engineLibrary.name} ${engineLibrary.version}`;
  return { gosling, library, hash: sha256([gosling, library, codeHash(CONSTRUCTS)].join("\n")) };
}

/** Hash over all software between a Nest's files and its stacks. */
export function softwareHash(): string {
  const rooms = ["fly", "nest", "synth", "vocabulary"].map((room) => codeHash(join(__dirname, "..", room)));
  return sha256([process.version, libraryVersion().hash, ...rooms].join("\n"));
}

const CONSTRUCTS = join(__dirname, "../../constructs");

function codeHash(folder: string): string {
  const hash = createHash("sha256");
  for (const path of sourceFiles(folder)) hash.update(`${path.slice(folder.length)}\n`).update(readFileSync(path));
  return hash.digest("hex");
}

/** Our code below a folder, in a fixed order. */
function sourceFiles(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return [".js", ".ts"].includes(extname(entry.name)) && !entry.name.endsWith(".d.ts") ? [path] : [];
  });
}

function readPackage(folder: string): { readonly name: string; readonly version: string } {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name: string; version: string };
}

function findUpwards(folder: string, name: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, name))) return join(at, name);
    if (at === dirname(at)) throw new Error(`No ${name} above ${folder}`);
  }
}
