import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What Gosling's own package says about what it needs. */
export interface OwnPackage {
  /** Range of Node releases: `>= 20.19.0`. */
  readonly node: string;
  /** Libraries that the user installs beside it, with their ranges. */
  readonly peers: Readonly<Record<string, string>>;
  /** The versions of them that Gosling is tested with. */
  readonly testedPeers: Readonly<Record<string, string>>;
}

export function ownPackage(): OwnPackage {
  const content = JSON.parse(readFileSync(join(packageFolder(), "package.json"), "utf8")) as PackageFile;
  const peers = content.peerDependencies;
  return {
    node: content.engines.node,
    peers,
    testedPeers: Object.fromEntries(Object.entries(peers).map(([name, range]) => [name, content.devDependencies?.[name] ?? range])),
  };
}

interface PackageFile {
  readonly engines: { readonly node: string };
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** This file runs as src/cli/own-package.ts in tests and as lib/src/cli/own-package.js elsewhere. */
function packageFolder(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}
