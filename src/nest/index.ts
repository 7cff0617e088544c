import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import type { Diagnostic } from "../fly/diagnostic";
import { evaluate } from "../fly/evaluate";
import { type PlainValue, toPlain } from "../fly/plain";
import { SourceText } from "../fly/source";
import { sensitiveWays } from "../fly/value";
import type { BlockInput } from "../vocabulary/check-block";
import { GoslingError } from "../vocabulary/error";
import { buildNest, deepFreeze } from "./build-nest";
import { type CheckedNest, checkNest, type NestInput } from "./check-nest";
import { fileProblem } from "./diagnostics";
import { type FunctionFiles, functionFiles } from "./function-files";
import { LastReading } from "./last-reading";
import type { Nest } from "./model";
import { type NestFile, type NestFiles, readNestFiles, realRoot } from "./read-files";
import { secretUses, type SecretUse } from "./secret-uses";
import { type Tracked, trackedSecrets } from "./tracked-secrets";

export { findNest, NEST_FILE } from "./find";
export type * from "./model";
export { placeOfNestSecret, type SecretUse } from "./secret-uses";

export interface ReadNestOptions {
  /** `--var`, in the order given; the last of a name wins. */
  readonly variables?: readonly { readonly name: string; readonly value: string }[];
  /** `--var-file`, in the order given: where it is, and how messages call it. */
  readonly variableFiles?: readonly { readonly path: string; readonly name: string }[];
  /** Names that begin with `FLY_VAR_` give values to variables. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Which files Git tracks; absent: nothing is said about tracked secrets. */
  readonly tracked?: Tracked;
  /** Files of the Nest where somebody has read them already. */
  readonly files?: NestFiles;
  /** Whether what was read is kept below `.gosling/cache/`, for the next reading. Default: nothing is written. */
  readonly remember?: boolean;
  /** From how many characters on it pays to look for what was kept. Default: 65,536; less is read in less time. */
  readonly much?: number;
}

export interface NestFilesRead {
  readonly files: readonly NestFile[];
  /** `nest.flyvars`. */
  readonly variables?: NestFile;
  /** Those of `--var-file`, in order. */
  readonly variableFiles: readonly NestFile[];
  /** What `file`, `fileexists` and `templatefile` got, by the path that they were given. */
  readonly functionFiles: FunctionFiles["asked"];
}

export interface ReadNestResult {
  /** Whether there is no error. */
  readonly valid: boolean;
  /** Absent where there is an error. Frozen when it is first asked for: who only validates never does. */
  readonly nest: Nest | undefined;
  /** All errors and warnings, sorted by file and position. */
  readonly diagnostics: readonly Diagnostic[];
  /** Texts to show diagnostics with, by file; what may be a secret is starred. */
  readonly sources: ReadonlyMap<string, SourceText>;
  readonly counts: { readonly files: number; readonly eggs: number; readonly buckets: number; readonly jobs: number; readonly rifts: number };
  /** What the files themselves say, without defaults, by block: `egg my-app`. */
  readonly written: ReadonlyMap<string, BlockInput>;
  /** What was read, as it was read: with variables from elsewhere, all that the values depend on. */
  readonly inputs: NestFilesRead;
  /** Names of variables and locals. */
  readonly names: CheckedNest["names"];
  /** Every secret that the Nest needs, written or by convention; none where there is an error. */
  secrets(): readonly SecretUse[];
  /** Value of a variable or local that exists; none where it is sensitive. */
  valueOf(kind: "var" | "local", name: string): { readonly sensitive: true } | { readonly sensitive: false; readonly value: PlainValue };
}

/**
 * Reads and checks the Nest in `folder`. Whatever is wrong with its files is a diagnostic; throws `NEST_NOT_FOUND`
 * where there is no such folder, and `VARIABLES_UNREADABLE` for a file of `variableFiles` that can't be read.
 */
export async function readNest(folder: string, options: ReadNestOptions = {}): Promise<ReadNestResult> {
  const root = realRoot(folder);
  const variableFiles = (options.variableFiles ?? []).map(readVariables);
  const read = options.files ?? (await readNestFiles(root));
  const forFunctions = functionFiles(root);
  const checked = check(root, read, { files: read.files, variables: read.variables, variableFiles, arguments: options.variables, environment: options.environment, functionFiles: forFunctions }, options);
  const before = [...read.problems.map(fileProblem), ...checked.diagnostics];
  const nest = before.some(({ severity }) => severity === "error") ? undefined : buildNest(checked, root);
  const warnings = nest && options.tracked ? await trackedSecrets(checked, nest, options.tracked) : [];
  const { eggs, jobs, rifts } = checked;
  return {
    valid: nest !== undefined,
    get nest() {
      return nest && deepFreeze(nest);
    },
    diagnostics: warnings.length + read.problems.length === 0 ? checked.diagnostics : [...before, ...warnings].sort(byPlace),
    sources: checked.sources,
    counts: {
      files: read.files.length,
      eggs: eggs.filter(({ top }) => top.type === "egg").length,
      buckets: eggs.filter(({ top }) => top.type === "eggsbucket").length,
      jobs: jobs.length,
      rifts: rifts.length,
    },
    get written() {
      return new Map([...eggs, ...jobs].map(({ top, input }) => [`${top.type} ${top.name}`, input()]));
    },
    inputs: { files: read.files, variables: read.variables, variableFiles, functionFiles: forFunctions.asked },
    names: checked.names,
    secrets: () => (nest ? secretUses(checked, nest) : []),
    valueOf: (kind, name) => valueOf(checked, kind, name),
  };
}

/** To know that the software is the same takes as long as to read some thirty Eggs of 1 KB. */
const MUCH = 64 * 1024;

/** Reads again only what has changed since the last reading, where that gives the same. */
function check(root: string, { problems }: NestFiles, input: NestInput & { readonly functionFiles: FunctionFiles }, { remember, much = MUCH }: ReadNestOptions): CheckedNest {
  if (problems.some(({ severity }) => severity === "error")) return checkNest({ ...input, incomplete: true });
  if (input.files.reduce((sum, { text }) => sum + text.length, 0) < much) return checkNest(input);
  const last = new LastReading(root, input);
  const recalled = last.recall();
  const again = recalled && checkNest({ ...input, ...recalled });
  const accepted = again && last.accepts(recalled, again) ? again : undefined;
  const checked = accepted ?? checkNest(input);
  if (remember && checked.diagnostics.every(({ severity }) => severity !== "error")) last.remember(checked, accepted && recalled);
  return checked;
}

function readVariables({ path, name }: { readonly path: string; readonly name: string }): NestFile {
  const hint = "--var-file names a file with lines of the form NAME = VALUE.";
  try {
    const content = readFileSync(path);
    if (isUtf8(content)) return { path: name, text: content.toString("utf8") };
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new GoslingError("VARIABLES_UNREADABLE", missing ? `There is no file ${name}` : `${name} can't be read: ${(error as Error).message}`, {
      hint,
      cause: error,
    });
  }
  throw new GoslingError("VARIABLES_UNREADABLE", `${name} is not UTF-8`, { hint });
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.range.start.byte - b.range.start.byte || (a.code < b.code ? -1 : 1);
}

function valueOf({ scope }: CheckedNest, kind: "var" | "local", name: string): ReturnType<ReadNestResult["valueOf"]> {
  const nowhere = { start: 0, end: 0 };
  const { value } = evaluate({ kind: "access", ...nowhere, object: { kind: "variable", name: kind, ...nowhere }, name: { kind: "identifier", name, ...nowhere } }, scope, new SourceText("", ""));
  return sensitiveWays(value).length > 0 ? { sensitive: true } : { sensitive: false, value: toPlain(value) };
}
