import { createHash } from "node:crypto";
import type { NestInput } from "./check-nest";
import type { FunctionFiles } from "./function-files";

/** All that a Nest is made from, with what the functions of the language asked for. */
export type HashedInput = Omit<NestInput, "incomplete" | "known" | "functionFiles"> & { readonly functionFiles: FunctionFiles["asked"] };

/** SHA-256 over the contents of all inputs, and over what `software` stands for. */
export function inputsHash(software: string, { files, variables, variableFiles = [], arguments: given = [], environment = {}, functionFiles }: HashedInput): string {
  const parts: (string | Uint8Array)[] = ["software", software];
  for (const { path, text } of files) parts.push("file", path, text);
  if (variables) parts.push("variables", variables.text);
  for (const { path, text } of variableFiles) parts.push("variable file", path, text);
  for (const { name, value } of given) parts.push("variable", name, value);
  for (const [name, value = ""] of Object.entries(environment).sort(byKey)) if (name.startsWith("FLY_VAR_")) parts.push("environment", name, value);
  for (const [path, file] of [...functionFiles].sort(byKey)) parts.push("function", path, file.kind, file.kind === "file" ? file.content : "");
  return partsHash(parts);
}

/** Lengths stand before contents, so that no two lists of parts look alike. */
export function partsHash(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest("hex");
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
