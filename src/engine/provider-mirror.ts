import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { GoslingError } from "../vocabulary/error";
import { cachedFile } from "./cached-file";
import type { Environment } from "./environment";
import type { Engine } from "./find";
import { compareVersions, PRODUCT } from "./version";

/** Where the engine gets providers instead of their registries. */
export type ProviderMirror =
  | { readonly kind: "filesystem"; readonly path: string }
  | { readonly kind: "network"; readonly url: string }
  | { readonly kind: "oci"; readonly template: string; readonly include?: readonly string[] };

export const MIRROR_VARIABLE = "GOSLING_PROVIDER_MIRROR";
/** Names the engine's own configuration file. Where the user has set it, that file counts and Gosling writes none. */
export const CLI_CONFIG_VARIABLE = "TF_CLI_CONFIG_FILE";
/** The first release with `oci_mirror`; Terraform has none. */
const OCI_SINCE = "1.10.0";

/**
 * What `GOSLING_PROVIDER_MIRROR` names: a folder as `providers mirror` writes it, `https://…` with that layout,
 * or `oci://…` (OpenTofu alone), to which `/${namespace}/${type}` is added where it has no `${…}` of its own.
 *
 * @throws GoslingError `BAD_PROVIDER_MIRROR`.
 */
export function providerMirror(env: Environment): ProviderMirror | undefined {
  const value = env[MIRROR_VARIABLE];
  if (!value) return undefined;
  const [, scheme, rest = ""] = /^([a-z][a-z0-9+.-]+):\/\/(.*)$/i.exec(value) ?? [];
  if (scheme === undefined) return { kind: "filesystem", path: resolve(value) };
  if (/^[^/]*@/.test(rest)) throw bad("holds credentials, which the engine does not take there", credentialsHint(scheme, rest));
  if (rest.replace(/\/.*/, "") === "") throw bad("names no server", "Write it as a folder, https://SERVER/PATH/ or oci://SERVER/PATH.");
  if (scheme === "https") {
    // The engine takes the address as a base: without a slash its last part would be lost.
    return { kind: "network", url: value.endsWith("/") ? value : `${value}/` };
  }
  if (scheme === "oci") return ociMirror(rest.replace(/\/+$/, ""));
  if (scheme === "http") throw bad("starts with http://", "The engine takes providers over https alone, or from a folder.");
  throw bad(`starts with ${scheme}://`, "Write it as a folder, https://SERVER/PATH/ or oci://SERVER/PATH.");
}

function ociMirror(address: string): ProviderMirror {
  const template = address.includes("${") ? address : `${address}/\${namespace}/\${type}`;
  // The engine wants one registry named where the repository's address does not tell them apart.
  return template.includes("${hostname}") ? { kind: "oci", template } : { kind: "oci", template, include: ["registry.opentofu.org/*/*"] };
}

/**
 * Writes the engine's configuration file for the mirror into the cache.
 *
 * @returns its path.
 * @throws GoslingError `PROVIDER_MIRROR_MISSING`, `PROVIDER_MIRROR_UNSUPPORTED` or `CACHE_NOT_WRITABLE`.
 */
export async function writeCliConfig(mirror: ProviderMirror, engine: Pick<Engine, "name" | "version">, env: Environment): Promise<string> {
  await checkMirror(mirror, engine);
  const text = `${JSON.stringify({ provider_installation: [installation(mirror)] }, null, 2)}\n`;
  return cachedFile("providers", "tfrc", text, env);
}

/** Whether the engine can use it at all. */
export async function checkMirror(mirror: ProviderMirror, { name, version }: Pick<Engine, "name" | "version">): Promise<void> {
  if (mirror.kind === "filesystem" && !(await stat(mirror.path).catch(() => undefined))?.isDirectory()) {
    throw new GoslingError("PROVIDER_MIRROR_MISSING", `${MIRROR_VARIABLE} names ${mirror.path}, and there is no such folder.`, { hint: "Fill one with `tofu providers mirror FOLDER` in a stack's folder, where there is a network." });
  }
  if (mirror.kind === "oci" && (name !== "tofu" || compareVersions(version, OCI_SINCE) < 0)) {
    throw new GoslingError("PROVIDER_MIRROR_UNSUPPORTED", `${MIRROR_VARIABLE} names an OCI registry, and ${PRODUCT[name]} ${version} takes no providers from one.`, {
      hint: "Use OpenTofu 1.10 or newer: `gosling engine install`. Or name a folder or an https:// mirror.",
    });
  }
}

function installation(mirror: ProviderMirror): Readonly<Record<string, readonly object[]>> {
  if (mirror.kind === "filesystem") return { filesystem_mirror: [{ path: mirror.path }] };
  if (mirror.kind === "network") return { network_mirror: [{ url: mirror.url }] };
  return { oci_mirror: [{ repository_template: mirror.template, ...(mirror.include && { include: mirror.include }) }] };
}

function credentialsHint(scheme: string, rest: string): string {
  if (scheme === "oci") return "Leave them out and log in: `docker login` or `podman login`.";
  const host = rest.replace(/^[^/]*@/, "").replace(/[/:].*/, "");
  return `Leave them out and set TF_TOKEN_${host.replaceAll("-", "__").replaceAll(".", "_")} to the token.`;
}

function bad(what: string, hint: string): GoslingError {
  return new GoslingError("BAD_PROVIDER_MIRROR", `${MIRROR_VARIABLE} ${what}.`, { hint, exitCode: 64 });
}
