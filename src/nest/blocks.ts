import type { SourceText } from "../fly/source";
import type { Block, Body } from "../fly/syntax";
import { type BlockName, blocks } from "../vocabulary/blocks";
import { nearest } from "../vocabulary/nearest";
import * as problems from "../vocabulary/problems";
import { nameRules } from "../vocabulary/rules/across-blocks";
import type { Problem } from "../vocabulary/schema";

/** A parsed file of the Nest. */
export interface ParsedFile {
  readonly source: SourceText;
  readonly body: Body;
}

/** A block of the vocabulary at the top of a file. */
export interface TopBlock {
  readonly type: BlockName;
  /** Its label; empty for blocks without one. */
  readonly name: string;
  readonly block: Block;
  readonly source: SourceText;
}

/** A block, and whether its name (or, for a block that stands once, its place in the Nest) is taken by an earlier one. */
export type CollectedBlock = TopBlock & { readonly duplicate: boolean };

/** A problem with the block that its path is relative to. */
export interface BlockProblem {
  readonly top: TopBlock;
  readonly problem: Problem;
  /** Blocks that related paths are relative to, in their order; absent: `top`. */
  readonly related?: readonly TopBlock[];
}

export interface CollectedBlocks {
  /** In the order of files and lines. */
  readonly tops: readonly CollectedBlock[];
  readonly problems: readonly BlockProblem[];
  /** Items at the top of files that are no known block. */
  readonly strangers: readonly { readonly source: SourceText; readonly problem: Problem; readonly item: Body["items"][number] }[];
}

/** Where each block belongs. */
const PLACES: Readonly<Record<BlockName, { readonly fits: RegExp; readonly place: (name: string) => string }>> = {
  nest: { fits: /^nest\.fly$/, place: () => "nest.fly" },
  egg: { fits: /^Eggs\//, place: (name) => `Eggs/${name}/config.fly` },
  eggsbucket: { fits: /^Eggs\//, place: (name) => `Eggs/${name}/config.fly` },
  job: { fits: /^Jobs\//, place: (name) => `Jobs/${name}.fly` },
  uglyfox: { fits: /^UF\//, place: () => "UF/config.fly" },
  mothergoose: { fits: /^MG\//, place: () => "MG/config.fly" },
  rift: { fits: /^[^/]*$/, place: () => "a file at the root, such as rifts.fly" },
};

/** Blocks that may stand once in the whole Nest. */
const ONCE: ReadonlySet<BlockName> = new Set<BlockName>(["nest", "uglyfox", "mothergoose"]);
/** Blocks at the top of a file that belong to the language itself; the scope looks after them. */
const LANGUAGE_BLOCKS = ["variable", "locals"];
const TOP_LEVEL = [...Object.keys(blocks), ...LANGUAGE_BLOCKS];

/**
 * All blocks of the vocabulary in `files`, with what is wrong about where they stand and what they are called.
 * `known` stand in further files and are right; only their names count.
 */
export function collectBlocks(files: readonly ParsedFile[], known: readonly TopBlock[] = []): CollectedBlocks {
  const found: TopBlock[] = [];
  const strangers: CollectedBlocks["strangers"][number][] = [];
  const blockProblems: BlockProblem[] = [];
  for (const { source, body } of files) {
    for (const item of body.items) {
      const name = item.kind === "attribute" ? item.name.name : item.type.name;
      if (item.kind === "block" && Object.hasOwn(blocks, name)) {
        const type = name as BlockName;
        const wanted = blocks[type].labels?.length ?? 0;
        const top: TopBlock = { type, name: item.labels[0]?.value ?? "", block: item, source };
        // Without its name nothing can refer to it, and nothing else about it matters before that is mended.
        if (item.labels.length === wanted) found.push(top);
        else blockProblems.push({ top, problem: problems.wrongLabels([], type, wanted, item.labels.length) });
      } else if (item.kind === "attribute") {
        strangers.push({ source, item, problem: { ...problems.unknownAttribute([name], "a file", undefined, []), detail: "Attributes stand in blocks. Put it into the block where it belongs." } });
      } else if (!LANGUAGE_BLOCKS.includes(name)) {
        strangers.push({ source, item, problem: problems.unknownBlock([name], name, undefined, nearest(name, TOP_LEVEL), TOP_LEVEL) });
      }
    }
  }
  const duplicates = findDuplicates([...known, ...found], blockProblems);
  for (const top of found) {
    const { fits, place } = PLACES[top.type];
    if (!fits.test(top.source.file)) blockProblems.push({ top, problem: problems.wrongFolder([], title(top), folderOf(top.source.file), place(top.name)) });
  }
  blockProblems.push(...misnamed(found.filter((top) => !duplicates.has(top))));
  return { tops: found.map((top) => ({ ...top, duplicate: duplicates.has(top) })), problems: blockProblems, strangers };
}

function title({ type, name }: TopBlock): string {
  return name === "" ? type : `${type} "${name}"`;
}

function folderOf(file: string): string {
  const slash = file.lastIndexOf("/");
  return slash < 0 ? (file === "nest.fly" ? file : "the root") : file.slice(0, slash + 1);
}

function findDuplicates(found: readonly TopBlock[], blockProblems: BlockProblem[]): ReadonlySet<TopBlock> {
  const duplicates = new Set<TopBlock>();
  const once = new Map<BlockName, TopBlock>();
  for (const top of found) {
    const first = once.get(top.type);
    if (first) {
      blockProblems.push({ top, problem: problems.secondBlock([], top.type, []), related: [first] });
      duplicates.add(top);
    } else if (ONCE.has(top.type)) once.set(top.type, top);
  }
  const named = found.filter(isNamed);
  const byName = new Map<string, TopBlock>();
  for (const top of named) {
    const key = `${top.type} ${top.name}`;
    if (!byName.has(key)) byName.set(key, top);
  }
  for (const problem of nameRules(named)) {
    const [type, name, index] = problem.path;
    const top = typeof index === "number" ? named[index] : byName.get(`${type} ${name}`);
    const [otherType, otherName] = problem.related?.[0]?.path ?? [];
    const other = byName.get(`${otherType} ${otherName}`);
    if (!top || !other) continue;
    blockProblems.push({ top, problem: relativeTo(problem), related: [other] });
    duplicates.add(top);
  }
  return duplicates;
}

function isNamed(top: TopBlock): top is TopBlock & { readonly type: "egg" | "eggsbucket" | "job" | "rift" } {
  return !ONCE.has(top.type);
}

/** A problem of a whole block, with paths relative to it and its related block. */
function relativeTo(problem: Problem): Problem {
  return { ...problem, path: [], related: problem.related?.map(({ message }) => ({ message, path: [] })) };
}

/** A folder (or a Job's file) that holds blocks, none of which has its name: one warning, at the first of them. */
function misnamed(tops: readonly TopBlock[]): readonly BlockProblem[] {
  const holders = new Map<string, TopBlock[]>();
  for (const top of tops) {
    if (!PLACES[top.type].fits.test(top.source.file)) continue;
    const holder = /^(?:Eggs\/[^/]+|Jobs\/.+(?=\.fly$))/.exec(top.source.file)?.[0];
    if (holder === undefined) continue;
    const known = holders.get(holder);
    if (known) known.push(top);
    else holders.set(holder, [top]);
  }
  return [...holders].flatMap(([holder, inside]): readonly BlockProblem[] => {
    const name = holder.slice("Eggs/".length);
    const [first] = inside;
    if (!first || inside.some((top) => top.name === name)) return [];
    return [{ top: first, problem: { ...problems.differentFolderName([first.type], first.type === "job" ? "file" : "folder", first.type === "job" ? `${name}.fly` : name, first.name), path: [] } }];
  });
}
