import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { CheckedNest, KnownEgg, NestInput } from "./check-nest";
import type { FunctionFiles } from "./function-files";
import { type HashedInput, inputsHash, partsHash } from "./inputs-hash";
import { memoryFile, writeMemory } from "./memory-file";
import type { NestFile } from "./read-files";
import { readingHash } from "./software";

/**
 * What a Nest's Eggs were at the last reading: `.gosling/cache/nest.json`. An Egg depends on its own folder and on
 * what all have in common, and reading it takes a hundred times as long as looking it up.
 */
interface Memory {
  readonly format: 1;
  /** SHA-256 over what all Eggs have in common. Values of variables are in it, so the file is for its owner only. */
  readonly common: string;
  /** Paths that the functions of the language asked for; what they hold is part of `common`. */
  readonly functionFiles: readonly string[];
  /** Folders of Eggs with other things than Eggs and buckets in them (locals, variables); they are part of `common`. */
  readonly shared: readonly string[];
  readonly folders: Readonly<Record<string, KnownFolder>>;
}

/** A folder of `Eggs/` without a fault. */
interface KnownFolder {
  /** SHA-256 over its files. */
  readonly hash: string;
  readonly eggs: readonly KnownEgg[];
}

/** A Nest of which only some files have to be read again. */
export interface Recalled {
  readonly files: readonly NestFile[];
  readonly known: Required<NestInput>["known"];
}

type Origin = Omit<HashedInput, "functionFiles"> & { readonly functionFiles: FunctionFiles };

const MEMORY = "nest";

/** What has changed since the last reading, and what is known; undefined where all has to be read. */
export class LastReading {
  private readonly folders: ReadonlyMap<string, readonly NestFile[]>;
  private readonly memory: Memory | undefined;
  private readonly hashes = new Map<string, string>();

  /** `root` is the Nest's real path; `input` all that it consists of today. */
  constructor(
    private readonly root: string,
    private readonly input: Origin,
  ) {
    this.folders = foldersOf(input.files);
    const memory = readMemory(root);
    for (const path of memory?.functionFiles ?? []) input.functionFiles.read(path);
    this.memory = memory && this.commonHash(new Set(memory.shared)) === memory.common ? memory : undefined;
  }

  recall(): Recalled | undefined {
    const { memory } = this;
    if (!memory) return undefined;
    const files: NestFile[] = [];
    const known = { files: [] as NestFile[], eggs: [] as KnownEgg[] };
    for (const [folder, inside] of this.folders) {
      const before = this.unchanged(folder);
      (before ? known.files : files).push(...inside);
      if (before) known.eggs.push(...before.eggs);
    }
    return known.files.length === 0 ? undefined : { files, known };
  }

  /**
   * Whether reading the changed files alone gives what reading all would: they hold Eggs and buckets only, and nothing
   * is wrong that may have to do with the others.
   */
  accepts({ files }: Recalled, checked: CheckedNest): boolean {
    const shared = new Set(this.memory?.shared);
    return (
      !checked.crossed &&
      !checked.scope.blocksReferred() &&
      checked.diagnostics.every(({ severity }) => severity !== "error") &&
      files.every(({ path }) => isCommon(path, shared) || !checked.others.has(path))
    );
  }

  /** Keeps what was read without a fault for the next time; `recalled` is what it was read with. */
  remember(checked: CheckedNest, recalled: Recalled | undefined): void {
    const before = recalled && this.memory;
    // Where one refers to another, an Egg depends on more than its folder.
    if (checked.scope.blocksReferred() || (before && this.isAsItWas(before))) return;
    const shared = new Set([...checked.others].flatMap((path) => folderOf(path) ?? []).concat(before?.shared ?? []));
    const faulty = new Set(checked.diagnostics.map(({ file }) => folderOf(file)));
    const folders: Record<string, KnownFolder> = {};
    for (const folder of this.folders.keys()) {
      if (isCommon(folder, shared) || faulty.has(folder)) continue;
      folders[folder] = { hash: this.hashOf(folder), eggs: [] };
    }
    for (const { top, checked: egg } of checked.eggs) {
      const known = folders[folderOf(top.source.file) ?? ""];
      if (known && egg.values) (known.eggs as KnownEgg[]).push({ type: top.type as KnownEgg["type"], name: top.name, file: top.source.file, values: egg.values });
    }
    const memory: Memory = { format: 1, common: this.commonHash(shared), functionFiles: [...this.input.functionFiles.asked.keys()].sort(), shared: [...shared].sort(), folders };
    const text = jsonOf(memory);
    if (text !== undefined) writeMemory(this.root, MEMORY, `${sha256(text)}\n${text}`);
  }

  /** Whether the memory knows every folder as it is, and none that is gone. */
  private isAsItWas({ shared, folders }: Memory): boolean {
    const common = new Set(shared);
    return [...this.folders.keys()].every((folder) => isCommon(folder, common) || this.unchanged(folder)) && Object.keys(folders).every((folder) => this.folders.has(folder));
  }

  /** A folder that is as it was, but for what all have in common. */
  private unchanged(folder: string): KnownFolder | undefined {
    const known = this.memory && Object.hasOwn(this.memory.folders, folder) ? this.memory.folders[folder] : undefined;
    return known && known.hash === this.hashOf(folder) ? known : undefined;
  }

  private hashOf(folder: string): string {
    let hash = this.hashes.get(folder);
    if (hash === undefined) this.hashes.set(folder, (hash = partsHash((this.folders.get(folder) ?? []).flatMap(({ path, text }) => [path, text]))));
    return hash;
  }

  /** Hash over all that is in no folder of an Egg, or in one of `shared`. */
  private commonHash(shared: ReadonlySet<string>): string {
    const { files, functionFiles } = this.input;
    return inputsHash(readingHash(), { ...this.input, files: files.filter(({ path }) => isCommon(path, shared)), functionFiles: functionFiles.asked });
  }
}

/** The folder of `Eggs/` that a file is in, or the file where it is in none of its own. */
function folderOf(path: string): string | undefined {
  return /^Eggs\/[^/]+/.exec(path)?.[0];
}

/** `path` is a file, or a folder of `Eggs/`. */
function isCommon(path: string, shared: ReadonlySet<string>): boolean {
  const folder = folderOf(path);
  return folder === undefined || shared.has(folder);
}

/** Files by folder of `Eggs/`; of others each is by itself. */
function foldersOf(files: readonly NestFile[]): ReadonlyMap<string, readonly NestFile[]> {
  const folders = new Map<string, NestFile[]>();
  for (const file of files) {
    const folder = folderOf(file.path) ?? file.path;
    const inside = folders.get(folder);
    if (inside) inside.push(file);
    else folders.set(folder, [file]);
  }
  return folders;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Undefined for what would not come back from JSON as it was: integers beyond 2^53, the infinite, zero below zero. */
function jsonOf(memory: Memory): string | undefined {
  try {
    return JSON.stringify(memory, (_, value: unknown) => {
      if (typeof value === "bigint" || (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0)))) throw new TypeError("not JSON");
      return value;
    });
  } catch {
    return undefined;
  }
}

function readMemory(root: string): Memory | undefined {
  try {
    const content = readFileSync(memoryFile(root, MEMORY), "utf8");
    const end = content.indexOf("\n");
    const text = content.slice(end + 1);
    // Damaged in a single character it is still JSON.
    if (sha256(text) !== content.slice(0, end)) return undefined;
    const value = JSON.parse(text) as Partial<Memory> | null;
    return value?.format === 1 ? (value as Memory) : undefined;
  } catch {
    return undefined;
  }
}
