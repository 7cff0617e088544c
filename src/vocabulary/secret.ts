import { type Parsed, malformed, parsed } from "./parsed";

/** Where secrets are kept, as a reference's scheme names it. */
export const SECRET_BACKENDS = ["yc-lockbox", "aws-sm", "vault", "env", "file"] as const;
export type SecretBackend = (typeof SECRET_BACKENDS)[number];

/** A reference to a secret, never its value. */
export interface SecretReference {
  readonly backend: SecretBackend;
  /** Name or path of the secret; name of the variable (`env`); path relative to the Nest (`file`). */
  readonly name: string;
  /** Which entry of the secret. `env` and `file` have none: their whole content is the value. */
  readonly key?: string;
  /** A stage such as `AWSPREVIOUS`, or a version id. Absent: the current one. */
  readonly version?: string;
}

/** Back ends that hold several keys under a name and keep versions. */
type StoreBackend = Exclude<SecretBackend, "env" | "file">;

/** Whether a reference can only be read on this machine: `env://` and `file://`. */
export function isLocalSecret(reference: Pick<SecretReference, "backend">): boolean {
  return reference.backend === "env" || reference.backend === "file";
}

/**
 * Reads `aws-sm://NAME/KEY`, `yc-lockbox://SECRET/KEY`, `vault://PATH/KEY`, each with an optional `#VERSION`, and
 * `env://NAME`, `file://PATH`. The key is what follows the last slash. Nothing is decoded or normalised, so that
 * `formatSecretReference` gives the same text back. Messages never repeat the text: it may be a secret by mistake.
 */
export function parseSecretReference(text: string): Parsed<SecretReference> {
  const colon = text.indexOf("://");
  const scheme = colon < 0 ? "" : text.slice(0, colon);
  const rest = text.slice(colon + 3);
  switch (scheme) {
    case "yc-lockbox":
    case "aws-sm":
    case "vault":
      return parseStored(scheme, rest);
    case "env":
      return /^[A-Za-z_][A-Za-z0-9_]*$/.test(rest) ? parsed({ backend: "env", name: rest }) : malformed("env:// is followed by the name of an environment variable, and nothing else");
    case "file":
      return parseFile(rest);
    default:
      return malformed("it starts with yc-lockbox://, aws-sm://, vault://, env:// or file://; a value itself never stands in a Fly file");
  }
}

function parseStored(backend: StoreBackend, rest: string): Parsed<SecretReference> {
  if (!/^[!-~]*$/.test(rest) && /[\s\p{C}]/u.test(rest)) return malformed("it holds a space or a control character");
  const hash = rest.indexOf("#");
  const path = hash < 0 ? rest : rest.slice(0, hash);
  const version = hash < 0 ? undefined : rest.slice(hash + 1);
  const slash = path.lastIndexOf("/");
  if (slash < 0) return malformed(`after ${backend}:// a name and a key are expected, with a slash between`);
  const name = path.slice(0, slash);
  const key = path.slice(slash + 1);
  if (key === "") return malformed("its key is missing after the last slash");
  if (name === "") return malformed("its name is missing before the key");
  if (name.split("/").includes("")) return malformed("its name has an empty part between slashes");
  if (version === undefined) return parsed({ backend, name, key });
  if (version === "" || version.includes("#") || version.includes("/")) return malformed("a version is expected after #");
  if (backend === "vault" && !/^[1-9]\d{0,14}$/.test(version)) return malformed("Vault's versions are numbers from 1");
  return parsed({ backend, name, key, version });
}

function parseFile(path: string): Parsed<SecretReference> {
  if (path === "") return malformed("file:// is followed by a path");
  if (/\p{Cc}/u.test(path)) return malformed("its path holds a control character");
  if (path.startsWith("/")) return malformed("its path is relative to the Nest and so does not start with /");
  if (path.includes("\\")) return malformed("folders in its path are parted by /");
  if (path.includes("#")) return malformed("file:// knows no versions, and # can't stand in its path");
  if (path.split("/").some((part) => part === "" || part === "." || part === "..")) return malformed("its path stays inside the Nest and has no empty part, . or ..");
  return parsed({ backend: "file", name: path });
}

/** The reference as text; `parseSecretReference` reads the same out of it. */
export function formatSecretReference(reference: SecretReference): string {
  const key = reference.key === undefined ? "" : `/${reference.key}`;
  const version = reference.version === undefined ? "" : `#${reference.version}`;
  return `${reference.backend}://${reference.name}${key}${version}`;
}
