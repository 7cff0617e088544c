import { readFileSync } from "node:fs";
import type { NestFilesRead } from "../nest";
import { functionFiles } from "../nest/function-files";
import { inputsHash } from "../nest/inputs-hash";
import { memoryFile, writeMemory } from "../nest/memory-file";
import { type NestFiles, readNestFiles, realRoot } from "../nest/read-files";
import { softwareHash } from "./library-version";
import { readManifest } from "./manifest";
import { fileHash, manifestFile, outputFolder, stackFile, stacksInOutput } from "./output";
import type { Synthesis } from "./synthesize";

const MEMORY = "synth";

/** Where a Nest is, and the values that it gets from elsewhere. */
export interface NestOrigin {
  /** Folder of the Nest. */
  readonly root: string;
  readonly variables: readonly { readonly name: string; readonly value: string }[];
  readonly variableFiles: readonly { readonly path: string; readonly name: string }[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * What the last synthesis of the whole Nest was made from: `.gosling/cache/synth.json`. Where not a byte
 * of it, nor of the output, has changed since, there is nothing to parse, check and compare.
 */
interface Memory {
  readonly format: 1;
  /** SHA-256 over the contents of all inputs. Values of variables are in it, so the file is for its owner only. */
  readonly inputs: string;
  /** Paths that the functions of the language asked for. */
  readonly functionFiles: readonly string[];
  /** Output folder, as it was named. */
  readonly out: string;
  /** SHA-256 of the manifest. */
  readonly manifest: string;
}

/** The last synthesis, where everything is as it was then; undefined where that is not so, or can't be told. `read` gives the Nest's files. */
export async function lastSynthesis(origin: NestOrigin, out?: string, read = (): Promise<NestFiles> => readNestFiles(realRoot(origin.root))): Promise<Synthesis | undefined> {
  const root = realRoot(origin.root);
  const memory = readMemory(root);
  const folder = outputFolder(root, out);
  if (memory?.out !== folder || fileHash(manifestFile(folder)) !== memory.manifest) return undefined;
  const manifest = readManifest(manifestFile(folder));
  const stacks = Object.entries(manifest?.stacks ?? {});
  if (!manifest || stacksInOutput(folder).length !== stacks.length) return undefined;
  const files = readAgain(root, await read(), origin, memory.functionFiles);
  if (!files || hashOf(origin, files) !== memory.inputs) return undefined;
  if (stacks.some(([name, { outputHash }]) => fileHash(stackFile(folder, name)) !== outputHash)) return undefined;
  return { out: folder, manifest, stacks: stacks.map(([name, stack]) => ({ name, ...stack, status: "unchanged", file: stackFile(folder, name) })), removed: [] };
}

/**
 * Remembers a synthesis of the whole Nest, and the files that it was read from. To be called only where
 * reading gave no warning: one that is not read again is not warned of either.
 */
export function rememberSynthesis(origin: NestOrigin, files: NestFilesRead, { out }: Synthesis): void {
  const manifest = fileHash(manifestFile(out));
  if (manifest === undefined) return;
  const memory: Memory = { format: 1, inputs: hashOf(origin, files), functionFiles: [...files.functionFiles.keys()].sort(), out, manifest };
  writeMemory(realRoot(origin.root), MEMORY, `${JSON.stringify(memory)}\n`);
}

/** The files as they are now; undefined where one can't be read: then the long way says what is wrong. */
function readAgain(root: string, { files, variables, problems }: NestFiles, { variableFiles }: NestOrigin, asked: readonly string[]): NestFilesRead | undefined {
  if (problems.length > 0) return undefined;
  const forFunctions = functionFiles(root);
  for (const path of asked) forFunctions.read(path);
  try {
    const given = variableFiles.map(({ path, name }) => ({ path: name, text: readFileSync(path, "utf8") }));
    return { files, ...(variables && { variables }), variableFiles: given, functionFiles: forFunctions.asked };
  } catch {
    return undefined;
  }
}

function hashOf({ variables: given, environment }: NestOrigin, read: NestFilesRead): string {
  return inputsHash(softwareHash(), { ...read, arguments: given, environment });
}

function readMemory(root: string): Memory | undefined {
  try {
    const value = JSON.parse(readFileSync(memoryFile(root, MEMORY), "utf8")) as Partial<Memory> | null;
    return value?.format === 1 && Array.isArray(value.functionFiles) ? (value as Memory) : undefined;
  } catch {
    // Missing or damaged: the long way gives the same.
    return undefined;
  }
}
