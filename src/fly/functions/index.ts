import type { FlyFunction, FunctionTable } from "./function";

/* A family is loaded when one of its functions is first called; evaluation is synchronous, so `import()` is no choice. */
/* eslint-disable @typescript-eslint/no-require-imports */
const FAMILIES = {
  numeric: { load: () => (require("./numeric") as typeof import("./numeric")).numeric, names: "abs ceil floor log max min parseint pow signum sum" },
  string: {
    load: () => (require("./string") as typeof import("./string")).string,
    names: "chomp endswith indent join lower replace split startswith strcontains strrev substr title trim trimprefix trimspace trimsuffix upper",
  },
  format: { load: () => (require("./format") as typeof import("./format")).format, names: "format formatlist" },
  regex: { load: () => (require("./regex") as typeof import("./regex")).regex, names: "regex regexall" },
  collection: {
    load: () => (require("./collection") as typeof import("./collection")).collection,
    names: "alltrue anytrue chunklist coalesce coalescelist compact concat contains distinct element flatten index keys length lookup matchkeys merge one range reverse slice sort transpose values zipmap",
  },
  set: { load: () => (require("./set") as typeof import("./set")).set, names: "setintersection setproduct setsubtract setunion" },
  conversion: {
    load: () => (require("./conversion") as typeof import("./conversion")).conversion,
    names: "issensitive nonsensitive sensitive tobool tolist tomap tonumber toset tostring",
  },
  encoding: {
    load: () => (require("./encoding") as typeof import("./encoding")).encoding,
    names: "base64decode base64encode csvdecode jsondecode jsonencode urldecode urlencode",
  },
  yaml: { load: () => (require("./yaml") as typeof import("./yaml")).yaml, names: "yamldecode yamlencode" },
  hash: { load: () => (require("./hash") as typeof import("./hash")).hash, names: "base64sha256 base64sha512 md5 sha1 sha256 sha512 uuidv5" },
  filesystem: {
    load: () => (require("./filesystem") as typeof import("./filesystem")).filesystem,
    names: "basename dirname file filebase64 filebase64sha256 filebase64sha512 fileexists filemd5 filesha1 filesha256 filesha512 templatefile",
  },
  network: { load: () => (require("./network") as typeof import("./network")).network, names: "cidrcontains cidrhost cidrnetmask cidrsubnet cidrsubnets" },
  time: { load: () => (require("./time") as typeof import("./time")).time, names: "formatdate timeadd timecmp" },
} satisfies Record<string, { readonly load: () => FunctionTable; readonly names: string }>;
/* eslint-enable @typescript-eslint/no-require-imports */

const LOADERS: ReadonlyMap<string, () => FunctionTable> = new Map(
  Object.values(FAMILIES).flatMap(({ load, names }) => names.split(" ").map((name) => [name, load] as const)),
);

/** A function by its name; `try` and `can` are none, for they decide themselves what is evaluated. */
export function findFunction(name: string): FlyFunction | undefined {
  return LOADERS.get(name)?.()[name];
}

/** Functions of the engines whose results are not the same everywhere and always: Fly leaves them out on purpose. */
export const IMPURE_FUNCTIONS: readonly string[] = ["abspath", "bcrypt", "pathexpand", "plantimestamp", "timestamp", "uuid"];

/** All names, for suggestions and for the reference. */
export function functionNames(): readonly string[] {
  return [...LOADERS.keys(), "try", "can"];
}
