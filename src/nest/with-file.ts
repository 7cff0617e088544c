import type { Diagnostic } from "../fly/diagnostic";
import type { SourceText } from "../fly/source";
import { buildNest, deepFreeze } from "./build-nest";
import { checkNest } from "./check-nest";
import { functionFiles } from "./function-files";
import type { ReadNestOptions, ReadNestResult } from "./index";
import type { Nest } from "./model";
import type { NestFile } from "./read-files";

export interface NestWithFile {
  /** Absent where there is an error. */
  readonly nest?: Nest;
  /** Of the whole Nest, sorted by file and position. */
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, SourceText>;
}

/**
 * What a Nest would be with one more file, before that is written. `read` is the Nest at `root` as it was read with
 * these options.
 */
export function withFile(read: ReadNestResult, root: string, file: NestFile, { variables, environment }: ReadNestOptions = {}): NestWithFile {
  const { inputs } = read;
  const checked = checkNest({
    files: [...inputs.files.filter(({ path }) => path !== file.path), file],
    variables: inputs.variables,
    variableFiles: inputs.variableFiles,
    arguments: variables,
    environment,
    functionFiles: functionFiles(root),
  });
  const failed = checked.diagnostics.some(({ severity }) => severity === "error");
  const nest = failed ? undefined : buildNest(checked, root);
  return { ...(nest && { nest: deepFreeze(nest) }), diagnostics: checked.diagnostics, sources: checked.sources };
}
