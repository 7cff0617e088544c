import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestEngine } from "./engines";

/** What an engine makes of a text. */
export interface EngineFormat {
  /** The text after one run; undefined where the engine refuses it. */
  readonly first?: string;
  /** The text that further runs do not change any more; undefined where the engine refuses what it wrote itself. */
  readonly last?: string;
}

/** More layers of quotes than any text here has. */
const MAX_RUNS = 8;

/** Formats many texts with few runs of the engine. */
export function formatWithEngine(engine: TestEngine, texts: readonly string[]): readonly EngineFormat[] {
  const folder = mkdtempSync(join(tmpdir(), "gosling-format-"));
  try {
    const path = (index: number): string => join(folder, `f${index}.tf`);
    texts.forEach((text, index) => writeFileSync(path(index), text));
    const { refused } = runFmt(engine, folder);
    const first = texts.map((_, index) => readFileSync(path(index), "utf8"));
    let later = runFmt(engine, folder);
    for (let run = 2; run < MAX_RUNS && later.changed > 0; run++) later = runFmt(engine, folder);
    return texts.map((_, index) => {
      if (refused.has(index)) return {};
      return { first: first[index], ...(later.refused.has(index) ? {} : { last: readFileSync(path(index), "utf8") }) };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Formats a folder once: which files the engine refused, and how many it changed. */
function runFmt(engine: TestEngine, folder: string): { readonly refused: ReadonlySet<number>; readonly changed: number } {
  const run = spawnSync(engine.path, ["fmt", "-no-color", folder], { encoding: "utf8", maxBuffer: 256 * 1024 * 1024 });
  if (/panic: /.test(run.stderr)) throw new Error(`${engine.name} crashed:\n${run.stderr.slice(0, 2000)}`);
  return {
    refused: new Set([...run.stderr.matchAll(/\bf(\d+)\.tf line/g)].map((match) => Number(match[1]))),
    changed: run.stdout.split("\n").filter((line) => line !== "").length,
  };
}
