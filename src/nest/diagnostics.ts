import { type LocatedIn, problemDiagnostic } from "../fly/check-diagnostics";
import type { Diagnostic } from "../fly/diagnostic";
import { locate } from "../fly/locate";
import { SourceText } from "../fly/source";
import type { Problem } from "../vocabulary/schema";
import type { BlockProblem, CollectedBlocks, TopBlock } from "./blocks";
import type { FileProblem } from "./list-files";

/** What is said about files as a whole, FLY310 to FLY316, and the vocabulary's problems at their places. */

const FILE_CODES: Readonly<Record<FileProblem["kind"], string>> = {
  unreadable: "FLY310",
  "too-large": "FLY311",
  "not-a-file": "FLY312",
  "leaves-nest": "FLY313",
  "not-utf8": "FLY314",
  "wrong-folder": "FLY315",
};

/** A problem of a file as a whole, at its beginning. */
export function fileProblem(problem: FileProblem): Diagnostic {
  return atStart(problem.path, problem.severity, FILE_CODES[problem.kind], problem.summary, problem.detail);
}

/** A problem of the Nest that belongs to no block, at the beginning of a file. */
export function nestProblem(problem: Problem, file: string): Diagnostic {
  return atStart(file, problem.severity, problem.code, problem.summary, problem.detail ?? "");
}

function atStart(file: string, severity: Diagnostic["severity"], code: string, summary: string, detail: string): Diagnostic {
  return { severity, code, summary, detail, file, range: new SourceText(file, "").range({ start: 0, end: 0 }) };
}

/** `path` is the secret's file, relative to the Nest. */
export function trackedSecret({ source, span }: LocatedIn, path: string): Diagnostic {
  return {
    severity: "warning",
    code: "FLY316",
    summary: `Git tracks ${path}, which holds a secret`,
    detail: `Everybody who can read the repository can read it, in its history too. Run git rm --cached ${path}, add it to .gitignore, and replace the secret.`,
    file: source.file,
    range: source.range(span),
  };
}

/**
 * A problem of a block at its place; undefined where it tells of something missing from a body that the parser could
 * not read whole: what is missing may stand there.
 */
export function blockDiagnostic({ top, problem, related }: BlockProblem): Diagnostic | undefined {
  if (MISSING.has(problem.code) && isIncomplete(top, problem)) return undefined;
  let next = 0;
  return problemDiagnostic(problem, (place) => {
    const block = place === problem ? top : (related?.[next++] ?? top);
    return { ...locate(block.block, place), source: block.source };
  });
}

/** A problem across blocks: its paths begin with a block's type and, where it has one, its label. */
export function crossDiagnostic(problem: Problem, find: (type: string, name: string) => TopBlock | undefined): Diagnostic | undefined {
  const split = (path: Problem["path"]): { readonly top: TopBlock; readonly path: Problem["path"] } | undefined => {
    const [type, name] = path;
    const single = find(String(type), "");
    if (single) return { top: single, path: path.slice(1) };
    const named = find(String(type), String(name));
    return named && { top: named, path: path.slice(2) };
  };
  const place = split(problem.path);
  if (!place) return undefined;
  const related = problem.related?.map(({ message, path }) => ({ message, place: split(path) ?? place }));
  return blockDiagnostic({
    top: place.top,
    problem: { ...problem, path: place.path, related: related?.map(({ message, place: other }) => ({ message, path: other.path })) },
    related: related?.map(({ place: other }) => other.top),
  });
}

/** Something at the top of a file that is no block of the language. */
export function strangerDiagnostic({ source, item, problem }: CollectedBlocks["strangers"][number]): Diagnostic {
  return problemDiagnostic(problem, () => ({ source, span: item.kind === "attribute" ? item.name : item.type, part: "name" }));
}

/** Codes that tell of something missing. */
const MISSING = new Set(["FLY103", "FLY104", "FLY105", "FLY141", "FLY142", "FLY143", "FLY146", "FLY147", "FLY149"]);

function isIncomplete(top: TopBlock, problem: Problem): boolean {
  return (locate(top.block, problem).block ?? top.block).body.incomplete === true;
}
