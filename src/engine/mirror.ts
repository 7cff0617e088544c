import { validateHeaderName, validateHeaderValue } from "node:http";
import { GoslingError } from "../vocabulary/error";
import type { Environment } from "./environment";

/** Where OpenTofu's releases are; `GOSLING_ENGINE_URL` or `--url` names a mirror with the same layout. */
export const DEFAULT_URL = "https://github.com/opentofu/opentofu/releases/download";

/** Where releases come from. */
export interface Mirror {
  /** Base address without a slash at its end: releases are under `vVERSION/`. */
  readonly url: string;
  /** Credentials, for this server alone. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether it is the project's own place. */
  readonly isDefault: boolean;
}

/**
 * The place of releases: `url`, else `GOSLING_ENGINE_URL`, else the project's own. A mirror gets what
 * `GOSLING_ENGINE_MIRROR_TOKEN` (as a bearer token) and `GOSLING_ENGINE_MIRROR_HEADER` ("Name: value")
 * hold; the project's own place gets none of it.
 *
 * @throws GoslingError `BAD_URL`, `BAD_MIRROR_TOKEN` or `BAD_MIRROR_HEADER`, without the values.
 */
export function mirrorOf(env: Environment, url?: string): Mirror {
  const base = (url ?? (env["GOSLING_ENGINE_URL"] || DEFAULT_URL)).replace(/\/+$/, "");
  if (!URL.canParse(base) || !/^https?:$/.test(new URL(base).protocol)) {
    throw new GoslingError("BAD_URL", `"${base.replace(/^(.*?\/\/)?.*@/, "$1").replace(/\?.*/, "")}" is not an address that starts with https:// or http://.`, { hint: `The default is ${DEFAULT_URL}.`, exitCode: 64 });
  }
  if (base === DEFAULT_URL) return { url: base, headers: {}, isDefault: true };
  return { url: base, headers: { ...tokenHeader(env["GOSLING_ENGINE_MIRROR_TOKEN"]), ...ownHeader(env["GOSLING_ENGINE_MIRROR_HEADER"]) }, isDefault: false };
}

/** What signs in at a mirror: it may be repeated by the mirror, such as in the address that it sends us to. */
export function mirrorCredentials(env: Environment, url?: string): readonly string[] {
  const [, login = ""] = /^(?:.*?\/\/)?(.*)@/.exec(url ?? env["GOSLING_ENGINE_URL"] ?? "") ?? [];
  const [token = "", header = ""] = [env["GOSLING_ENGINE_MIRROR_TOKEN"], env["GOSLING_ENGINE_MIRROR_HEADER"]];
  const given = [token, afterColon(header), login, afterColon(login)];
  return given.flatMap((value) => [value.trim(), unescaped(value.trim())]).filter((value) => value !== "");
}

const afterColon = (text: string): string => text.slice(text.indexOf(":") + 1);
const unescaped = (text: string): string => text.replace(/%[0-9a-f]{2}/gi, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));

function tokenHeader(token: string | undefined): Readonly<Record<string, string>> {
  if (!token) return {};
  const value = `Bearer ${token.trim()}`;
  if (!isHeader("authorization", value)) throw new GoslingError("BAD_MIRROR_TOKEN", "GOSLING_ENGINE_MIRROR_TOKEN holds characters that no header may hold.", { hint: "Set it to the token alone, in one line.", exitCode: 64 });
  return { authorization: value };
}

function ownHeader(header: string | undefined): Readonly<Record<string, string>> {
  if (!header) return {};
  const [, name, value] = /^\s*([^:\s]+)\s*:\s*(.*?)\s*$/s.exec(header) ?? [];
  if (name === undefined || !value || !isHeader(name, value)) {
    throw new GoslingError("BAD_MIRROR_HEADER", "GOSLING_ENGINE_MIRROR_HEADER is not of the form NAME: VALUE, in one line.", { hint: 'Write it as in GOSLING_ENGINE_MIRROR_HEADER="X-JFrog-Art-Api: …".', exitCode: 64 });
  }
  return { [name.toLowerCase()]: value };
}

function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
