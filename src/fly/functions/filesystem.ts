import { posix } from "node:path";
import { nearest } from "../../vocabulary/nearest";
import { bind } from "../evaluation-context";
import { unknownInTemplate } from "../evaluation-diagnostics";
import type { Problem } from "../evaluation-diagnostics";
import { parseTemplate } from "../parser";
import type { NestFile } from "../scope";
import { SourceText } from "../source";
import { templateValue } from "../template-value";
import { DYNAMIC, STRING } from "../type";
import { compareStrings, describe, entriesOf, UNKNOWN } from "../value";
import type { UnmarkedValue, Value } from "../value";
import { utf8 } from "./encoding";
import { ArgumentError, parameter } from "./function";
import type { Call, FlyFunction, FunctionTable } from "./function";
import { digest } from "./hash";

/** Templates may call `templatefile`, so deep at most. */
const TEMPLATE_DEPTH = 20;

/** Reads a file of the Nest; its path is relative to the Nest's root. */
function readFile(path: string, { context }: Call): NestFile {
  const normal = posix.normalize(path.replace(/^\.\//, ""));
  if (posix.isAbsolute(path) || normal === ".." || normal.startsWith("../")) throw new ArgumentError(0, `it must be a path inside of the Nest, relative to its root`);
  return context.references.files?.read(normal) ?? { kind: "missing" };
}

function contentOf(path: string, call: Call): Uint8Array {
  const file = readFile(path, call);
  const name = JSON.stringify(path);
  switch (file.kind) {
    case "file":
      return file.content;
    case "missing":
      throw new ArgumentError(0, `there is no file ${name} in the Nest; paths are relative to its root`);
    case "folder":
      throw new ArgumentError(0, `${name} is a folder`);
    case "outside":
      throw new ArgumentError(0, `${name} leads out of the Nest`);
    case "unreadable":
      throw new ArgumentError(0, `${name} can't be read: ${file.reason}`);
  }
}

function textOf(path: string, call: Call): string {
  const text = utf8(contentOf(path, call));
  if (text === undefined) throw new ArgumentError(0, `the content of ${JSON.stringify(path)} is no UTF-8 text; filebase64 reads others`);
  return text;
}

function fileExists(path: string, call: Call): boolean {
  const file = readFile(path, call);
  switch (file.kind) {
    case "file":
      return true;
    case "missing":
      return false;
    default:
      contentOf(path, call);
      return false;
  }
}

function templateFile(path: string, variables: UnmarkedValue, call: Call): Value {
  const names = entriesOf(variables);
  if (!names) throw new ArgumentError(1, `it must be a map or an object, not ${describe(variables)}`);
  for (const name of names.keys()) {
    if (!/^[\p{ID_Start}_][\p{ID_Continue}-]*$/u.test(name)) throw new ArgumentError(1, `${JSON.stringify(name)} can't be the name of a variable in a template`);
  }
  const source = new SourceText(path, textOf(path, call));
  const { template, diagnostics } = parseTemplate(source);
  const [mistake] = diagnostics;
  if (mistake) throw new ArgumentError(0, `the template has a mistake in line ${mistake.range.start.line}, column ${mistake.range.start.column}: ${mistake.summary}`);
  const depth = (call.context.templateDepth ?? 0) + 1;
  if (depth > TEMPLATE_DEPTH) throw new ArgumentError(0, `more than ${TEMPLATE_DEPTH} templates are nested in each other`);
  const problems: Problem[] = [];
  // Only what the call hands over can be named in a template.
  const references = { ...call.context.references, resolve: unknownIn(names) };
  const value = templateValue(template, bind({ references, source, problems, templateDepth: depth }, names));
  const [problem] = problems;
  if (problem) {
    const { line, column } = problem.place.source.position(problem.place.span.start);
    throw new ArgumentError(0, `in line ${line}, column ${column} of the template: ${problem.summary}${problem.detail === undefined ? "" : `. ${problem.detail}`}`);
  }
  return value;
}

function unknownIn(names: ReadonlyMap<string, Value>): Call["context"]["references"]["resolve"] {
  return (root, steps, context) => {
    context.problems.push(unknownInTemplate({ source: context.source, span: root }, root.name, nearest(root.name, names.keys()), [...names.keys()].sort(compareStrings)));
    return { value: UNKNOWN, used: steps.length };
  };
}

function onPath(call: (path: string, at: Call) => Value): FlyFunction {
  return { parameters: [parameter("path", STRING)], call: ([path], at) => call(path as string, at) };
}

const hashOf = (algorithm: string, encoding: "hex" | "base64"): FlyFunction => onPath((path, at) => digest(algorithm, encoding, contentOf(path, at)));

export const filesystem: FunctionTable = {
  file: onPath(textOf),
  fileexists: onPath(fileExists),
  filebase64: onPath((path, at) => Buffer.from(contentOf(path, at)).toString("base64")),
  filemd5: hashOf("md5", "hex"),
  filesha1: hashOf("sha1", "hex"),
  filesha256: hashOf("sha256", "hex"),
  filesha512: hashOf("sha512", "hex"),
  filebase64sha256: hashOf("sha256", "base64"),
  filebase64sha512: hashOf("sha512", "base64"),
  templatefile: {
    parameters: [parameter("path", STRING), parameter("vars", DYNAMIC, { keepsMarks: "inside" })],
    call: ([path, variables], at) => templateFile(path as string, variables as UnmarkedValue, at),
  },
  basename: onPath((path) => (path === "" ? "." : posix.basename(path) || "/")),
  // A slash at the end makes the whole path the folder.
  dirname: onPath((path) => posix.normalize(path.slice(0, path.lastIndexOf("/") + 1)).replace(/(?<=.)\/$/, "")),
};
