import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Engine } from "./find";

/** What the last good init of a folder was made for. */
export interface InitStamp {
  /** Hash of all that an init depends on. */
  readonly inputs: string;
  /** Hash of the backend's configuration alone. */
  readonly backend: string;
}

/** In the engine's own working folder: who removes that removes the stamp with it. */
const STAMP = join(".terraform", "gosling-init.json");

/**
 * What an init of this folder depends on: the engine and its version, backend, required providers,
 * modules, and the providers' lock file. Other configuration (resources, variables) needs none.
 */
export async function wantedStamp(folder: string, engine: Engine): Promise<InitStamp> {
  const names = (await readdir(folder)).filter((name) => /\.(tf|tofu)(\.json)?$/.test(name) || name === ".terraform.lock.hcl").sort();
  const inputs = createHash("sha256").update(`${engine.name} ${engine.version}\n`);
  const backend = createHash("sha256");
  for (const name of names) {
    const text = await readFile(join(folder, name), "utf8");
    const parts = name.endsWith(".json") ? partsOf(text) : { inputs: text, backend: text };
    inputs.update(`${name}\n${parts.inputs}\n`);
    if (name !== ".terraform.lock.hcl") backend.update(`${name}\n${parts.backend}\n`);
  }
  return { inputs: inputs.digest("hex"), backend: backend.digest("hex") };
}

/** The stamp of the last good init; nothing where there was none or it is damaged. */
export async function readStamp(folder: string): Promise<InitStamp | undefined> {
  try {
    const stamp = JSON.parse(await readFile(join(folder, STAMP), "utf8")) as Partial<InitStamp>;
    return typeof stamp.inputs === "string" && typeof stamp.backend === "string" ? { inputs: stamp.inputs, backend: stamp.backend } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the last good init of a folder was made for what is in it. */
export async function isSetUp(folder: string, engine: Engine): Promise<boolean> {
  const stamp = await readStamp(folder);
  return stamp !== undefined && stamp.inputs === (await wantedStamp(folder, engine)).inputs;
}

export async function writeStamp(folder: string, stamp: InitStamp): Promise<void> {
  const file = join(folder, STAMP);
  // Without a back end and providers to download, an init makes no working folder.
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, JSON.stringify(stamp), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** JSON that cannot be read counts as a whole: the engine will say what is wrong with it. */
function partsOf(text: string): { inputs: string; backend: string } {
  try {
    const { terraform, module } = JSON.parse(text) as { terraform?: { backend?: unknown; cloud?: unknown }; module?: unknown };
    return { inputs: JSON.stringify([terraform, module]), backend: JSON.stringify([terraform?.backend, terraform?.cloud]) };
  } catch {
    return { inputs: text, backend: text };
  }
}
