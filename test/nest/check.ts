import { readNest, type ReadNestOptions, type ReadNestResult } from "../../src/nest";
import { folderWith } from "../support/folder";

/** Reads a Nest of these files. */
export function read(files: Readonly<Record<string, string | Buffer>>, options: ReadNestOptions = {}): Promise<ReadNestResult> {
  return readNest(folderWith(files), options);
}

/** What is said about these files: `FILE:LINE:COLUMN CODE "text under the caret"`, in the order in which it is said. */
export async function told(files: Readonly<Record<string, string>>, options: ReadNestOptions = {}): Promise<readonly string[]> {
  const { diagnostics, sources } = await read(files, options);
  return diagnostics.map(({ file, range, code }) => {
    const text = Buffer.from(sources.get(file)?.text ?? "").subarray(range.start.byte, range.end.byte).toString();
    return `${file}:${range.start.line}:${range.start.column} ${code} ${text}`;
  });
}
