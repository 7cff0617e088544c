import { blockInput } from "../fly/block-input";
import type { Diagnostic } from "../fly/diagnostic";
import { evaluate } from "../fly/evaluate";
import { parse } from "../fly/parser";
import { makeScope, type NestFiles as FunctionFiles, type Scope } from "../fly/scope";
import { SourceText } from "../fly/source";
import type { Block, Body } from "../fly/syntax";
import { blocks } from "../vocabulary/blocks";
import * as check from "../vocabulary/check";
import type { BlockInput, Checked } from "../vocabulary/check-block";
import { decideRunners, type RunnerDecision } from "../vocabulary/pool";
import * as problems from "../vocabulary/problems";
import { type EggBlock, entityRules, projectRules, renameRules, riftRules } from "../vocabulary/rules/across-blocks";
import type { Problem } from "../vocabulary/schema";
import type { EggValues, EggsBucketValues, JobValues, MotherGooseValues, NestValues, RiftValues, UglyFoxValues } from "../vocabulary/types";
import { type CollectedBlock, collectBlocks, type ParsedFile, type TopBlock } from "./blocks";
import { concealedSources } from "./concealed-sources";
import { blockDiagnostic, crossDiagnostic, nestProblem, strangerDiagnostic } from "./diagnostics";
import { NEST_FILE } from "./find";
import type { NestFile } from "./read-files";

/** All that a Nest is made from. Nothing else is looked at: no disk, no process. */
export interface NestInput {
  readonly files: readonly NestFile[];
  /** `nest.flyvars`. */
  readonly variables?: NestFile;
  /** `--var-file`, in the order given. */
  readonly variableFiles?: readonly NestFile[];
  /** `--var`, in the order given. */
  readonly arguments?: readonly { readonly name: string; readonly value: string }[];
  /** The environment; names that begin with `FLY_VAR_` count. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** For `file`, `fileexists` and `templatefile`. */
  readonly functionFiles?: FunctionFiles;
  /** Whether some files of the Nest are not among `files` because they could not be read. */
  readonly incomplete?: boolean;
  /** Further files, which were found to be right before and have not changed since, and the Eggs and buckets in them. */
  readonly known?: { readonly files: readonly NestFile[]; readonly eggs: readonly KnownEgg[] };
}

/** What is known of an Egg or bucket without reading it again. */
export interface KnownEgg {
  readonly type: "egg" | "eggsbucket";
  readonly name: string;
  /** Path of its file. */
  readonly file: string;
  readonly values: EggValues | EggsBucketValues;
}

/** A block after the checks. */
export interface CheckedBlock<Values> {
  readonly top: TopBlock;
  readonly checked: Checked<Values>;
  /** What the file itself says. */
  readonly input: () => BlockInput;
}

export type CheckedEgg = CheckedBlock<EggValues | EggsBucketValues> & { readonly decision?: RunnerDecision };

export interface CheckedNest {
  readonly nest?: CheckedBlock<NestValues>;
  readonly eggs: readonly CheckedEgg[];
  readonly jobs: readonly CheckedBlock<JobValues>[];
  readonly rifts: readonly CheckedBlock<RiftValues>[];
  readonly uglyfox?: CheckedBlock<UglyFoxValues>;
  readonly mothergoose?: CheckedBlock<MotherGooseValues>;
  /** All errors and warnings, sorted by file and position. */
  readonly diagnostics: readonly Diagnostic[];
  /** Texts to show diagnostics with; what may be a secret is starred. */
  readonly sources: ReadonlyMap<string, SourceText>;
  readonly scope: Scope;
  /** Names of variables and locals. */
  readonly names: { readonly var: ReadonlySet<string>; readonly local: ReadonlySet<string> };
  /** Whether something is wrong between blocks, which may stand in several files. */
  readonly crossed: boolean;
  /** Files that hold something else than Eggs and buckets. */
  readonly others: ReadonlySet<string>;
}

/** Parses, evaluates and checks a whole Nest. Pure: the same input gives the same result, whatever the order of files. */
export function checkNest(input: NestInput): CheckedNest {
  const diagnostics: Diagnostic[] = [];
  const sources = new Map<string, SourceText>();
  const parseFile = ({ path, text }: NestFile): ParsedFile => {
    const source = new SourceText(path, text);
    sources.set(path, source);
    const parsed = parse(source);
    diagnostics.push(...parsed.diagnostics);
    return { source, body: parsed.body };
  };
  const files = [...input.files].sort((a, b) => (a.path < b.path ? -1 : 1)).map(parseFile);
  const variableFiles = (input.variableFiles ?? []).map(parseFile);
  const variables = input.variables && parseFile(input.variables);
  const { scope, ...scoped } = makeScope({
    sources: files,
    inputs: { arguments: input.arguments, files: variableFiles, environment: input.environment, defaults: variables },
    files: input.functionFiles,
    blocks,
  });
  for (const source of scoped.sources) sources.set(source.file, source);
  for (const { path, text } of input.known?.files ?? []) sources.set(path, new SourceText(path, text));
  const known = (input.known?.eggs ?? []).map((egg) => knownTop(egg, sources.get(egg.file) as SourceText));
  const collected = collectBlocks(files, known);
  const reader = new BlockReader(collected.tops, known, scope);
  const result = checkBlocks(reader, known);
  /** What is not there may stand in a file, or in a part of one, that could not be read. */
  const partial = input.incomplete === true || files.some(({ body }) => body.incomplete) || collected.problems.some(({ problem }) => problem.code === "FLY107");
  const missing = result.nest || partial ? [] : [nestProblem(problems.missingNest(), NEST_FILE)];
  diagnostics.push(
    ...scoped.diagnostics,
    ...missing,
    ...collected.strangers.map(strangerDiagnostic),
    ...collected.problems.flatMap((problem) => blockDiagnostic(problem) ?? []),
    ...reader.diagnostics,
    ...reader.blockProblems.flatMap(({ top, problem }) => blockDiagnostic({ top, problem }) ?? []),
    ...result.crossProblems.flatMap((problem) => (partial && ABSENT.has(problem.code) ? [] : (crossDiagnostic(problem, reader.find) ?? []))),
  );
  const told = sorted(withoutNoise(diagnostics, partial, files));
  const shown = told.length === 0 ? sources : concealedSources(sources, files, variables ? [...variableFiles, variables] : variableFiles);
  return { ...result, diagnostics: told, sources: shown, scope, names: namesIn(files), crossed: result.crossProblems.length > 0, others: new Set(files.flatMap(({ source, body }) => (body.items.every(isEggBlock) ? [] : [source.file]))) };
}

function isEggBlock(item: Body["items"][number]): boolean {
  return item.kind === "block" && (item.type.name === "egg" || item.type.name === "eggsbucket");
}

type KnownTop = TopBlock & Pick<KnownEgg, "type" | "values">;

/** A known block, which is parsed when somebody asks where something stands in it. */
function knownTop({ type, name, values }: KnownEgg, source: SourceText): KnownTop {
  let block: Block | undefined;
  const find = (): Block => parse(source).body.items.find((item): item is Block => item.kind === "block" && item.type.name === type && item.labels[0]?.value === name) as Block;
  return {
    type,
    name,
    source,
    values,
    get block() {
      return (block ??= find());
    },
  };
}

/** Codes that say that something named is not in the Nest: a reference, a declaration, a Rift, an Egg of a condition. */
const ABSENT = new Set(["FLY051", "FLY081", "FLY163", "FLY168"]);

/** Without references to what may stand where the parser could not read. */
function withoutNoise(diagnostics: readonly Diagnostic[], partial: boolean, files: readonly ParsedFile[]): readonly Diagnostic[] {
  if (partial) return diagnostics.filter(({ code }) => !ABSENT.has(code));
  const partialLocals = files.some(({ body }) => body.items.some((item) => item.kind === "block" && item.type.name === "locals" && item.body.incomplete));
  return partialLocals ? diagnostics.filter(({ code, summary }) => !(code === "FLY051" && summary.startsWith("there is no local"))) : diagnostics;
}

/** Evaluates blocks and keeps what is wrong with them. */
class BlockReader {
  readonly diagnostics: Diagnostic[] = [];
  readonly blockProblems: { readonly top: TopBlock; readonly problem: Problem }[] = [];
  private readonly index: ReadonlyMap<string, TopBlock>;

  constructor(
    private readonly tops: readonly CollectedBlock[],
    known: readonly TopBlock[],
    private readonly scope: Scope,
  ) {
    this.index = new Map([...known, ...tops.filter((top) => !top.duplicate)].map((top) => [`${top.type} ${top.name}`, top]));
  }

  readonly find = (type: string, name: string): TopBlock | undefined => this.index.get(`${type} ${name}`);

  /** All blocks of these types, evaluated and checked. Of duplicates only the first is answered with. */
  all<Values>(types: readonly TopBlock["type"][], checkInput: (input: BlockInput, top: TopBlock) => Checked<Values>): readonly CheckedBlock<Values>[] {
    const found: CheckedBlock<Values>[] = [];
    for (const top of this.tops) {
      if (!types.includes(top.type)) continue;
      const block = this.one(top, checkInput);
      if (!top.duplicate) found.push(block);
    }
    return found;
  }

  private one<Values>(top: TopBlock, checkInput: (input: BlockInput, top: TopBlock) => Checked<Values>): CheckedBlock<Values> {
    const input = this.inputOf(top);
    const checked = checkInput(input, top);
    for (const problem of checked.problems) this.blockProblems.push({ top, problem });
    return { top, checked, input: () => input };
  }

  inputOf(top: TopBlock): BlockInput {
    const { source } = top;
    return blockInput(top.block, blocks[top.type], top.name === "" ? top.type : `${top.type}.${top.name}`, {
      source,
      evaluate: (expression) => {
        const { value, diagnostics } = evaluate(expression, this.scope, source);
        if (diagnostics.length > 0) this.diagnostics.push(...diagnostics);
        return value;
      },
      report: (diagnostic) => this.diagnostics.push(diagnostic),
    });
  }
}

const NOTHING: ReadonlySet<string> = new Set();

type CheckedBlocks = Pick<CheckedNest, "nest" | "eggs" | "jobs" | "rifts" | "uglyfox" | "mothergoose"> & { readonly crossProblems: readonly Problem[] };

/** Each block by itself, then the rules across blocks. */
function checkBlocks(reader: BlockReader, known: readonly KnownTop[]): CheckedBlocks {
  const [nest] = reader.all(["nest"], check.checkNest);
  const [mothergoose] = reader.all(["mothergoose"], check.checkMotherGoose);
  const [uglyfox] = reader.all(["uglyfox"], check.checkUglyFox);
  const context = { mothergooseCloud: mothergoose?.checked.draft.cloud };
  const rifts = reader.all(["rift"], (input) => check.checkRift(input, context));
  const jobs = reader.all(["job"], (input) => check.checkJob(input, context));
  const read = reader.all<EggValues | EggsBucketValues>(["egg", "eggsbucket"], (input, top) => (top.type === "egg" ? check.checkEgg(input, context) : check.checkEggsBucket(input, context)));
  const unchanged = known.map((top): CheckedBlock<EggValues | EggsBucketValues> => ({ top, checked: { draft: top.values, values: top.values, problems: [], unsettled: NOTHING }, input: () => reader.inputOf(top) }));
  const eggs = known.length === 0 ? read : [...read, ...unchanged].sort((a, b) => compare(a.top.source.file, b.top.source.file));
  const eggBlocks = eggs.map(({ top, checked }) => ({ type: top.type, name: top.name, draft: checked.draft }) as EggBlock);
  const conditions = uglyfox ? uglyfox.checked.values?.runnersCondition : [];
  const decided = eggs.map((egg): CheckedEgg => (egg.checked.values && conditions ? { ...egg, decision: decideRunners(egg.top.name, egg.checked.values, conditions) } : egg));
  return {
    nest,
    eggs: decided,
    jobs,
    rifts,
    uglyfox,
    mothergoose,
    crossProblems: [
      ...projectRules(eggBlocks),
      ...riftRules(eggBlocks, rifts.map(({ top, checked }) => ({ name: top.name, draft: checked.draft }))),
      ...renameRules(eggBlocks),
      ...(uglyfox ? entityRules(uglyfox.checked.draft, eggBlocks.map(({ name }) => name)) : []),
      ...decided.flatMap(({ decision }) => decision?.problems ?? []),
    ],
  };
}

function namesIn(files: readonly ParsedFile[]): CheckedNest["names"] {
  const names = { var: new Set<string>(), local: new Set<string>() };
  for (const { body } of files) {
    for (const item of body.items) {
      if (item.kind !== "block") continue;
      if (item.type.name === "variable" && item.labels[0]) names.var.add(item.labels[0].value);
      if (item.type.name === "locals") for (const local of item.body.items) if (local.kind === "attribute") names.local.add(local.name.name);
    }
  }
  return names;
}

/** By file, position and code; what is said twice of one place is said once. */
function sorted(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const ordered = [...diagnostics].sort(
    (a, b) => compare(a.file, b.file) || a.range.start.byte - b.range.start.byte || compare(a.code, b.code) || compare(a.summary, b.summary),
  );
  return ordered.filter((diagnostic, index) => {
    const before = ordered[index - 1];
    return !before || before.file !== diagnostic.file || before.range.start.byte !== diagnostic.range.start.byte || before.code !== diagnostic.code || before.summary !== diagnostic.summary;
  });
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
