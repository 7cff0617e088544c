import { formatSecretReference, parseSecretReference, type SecretBackend } from "./secret";
import type { GitlabValues } from "./types";

export type Provider = "aws" | "yandex" | "local";

/** Scheme of secret references by convention: each cloud's own store; on this machine, files of the Nest. */
const SCHEMES = { aws: "aws-sm", yandex: "yc-lockbox", local: "file" } as const satisfies Readonly<Record<Provider, SecretBackend>>;

/** Names of an Egg's three secrets. */
export type GitlabSecret = "api-token" | "runner-token" | "webhook-secret";

/** Scheme of the secret store that belongs to a cloud: `aws-sm`, `yc-lockbox`, `file`. */
export function secretScheme(provider: Provider): (typeof SCHEMES)[Provider] {
  return SCHEMES[provider];
}

/**
 * Where an Egg's secret is when the file does not say: `SCHEME://gitlab/{server}/{egg}/api-token`. A bucket's secrets
 * are told apart by repository: `owner` is then `{bucket}/{repo}`. The colon of a port becomes `_`, because no store
 * allows it in a name.
 */
export function conventionalSecret(provider: Provider, server: string, owner: string, secret: GitlabSecret): string {
  return `${SCHEMES[provider]}://gitlab/${server.replace(":", "_")}/${owner}/${secret}`;
}

/** A `gitlab` block with its three secret references: those that it names, the others by convention. */
export function withConventionalSecrets(
  provider: Provider,
  owner: string,
  gitlab: GitlabValues,
): GitlabValues & { readonly apiToken: string; readonly runnerToken: string; readonly webhookSecret: string } {
  return {
    ...gitlab,
    apiToken: gitlab.apiToken ?? conventionalSecret(provider, gitlab.server, owner, "api-token"),
    runnerToken: gitlab.runnerToken ?? conventionalSecret(provider, gitlab.server, owner, "runner-token"),
    webhookSecret: gitlab.webhookSecret ?? conventionalSecret(provider, gitlab.server, owner, "webhook-secret"),
  };
}

/** Who reaches the Nest's own repository: `read` is MotherGoose and UglyFox, `write` is Jobs. Each has a secret of its own, which nobody else has to read. */
export const NEST_ROLES = ["read", "write"] as const;
export type NestRole = (typeof NEST_ROLES)[number];

/** What the secret of a role holds: the private key, and the repository's address. */
export type NestSecret = "deploy-key" | "url";

/** Stores that `gosling init` can put keys into, each with the place where those of all Nests begin. */
export const NEST_SECRET_PLACES = { "aws-sm": "aws-sm://gosling", "yc-lockbox": "yc-lockbox://gosling", vault: "vault://secret/gosling", file: "file://secrets/gosling" } as const satisfies Readonly<Partial<Record<SecretBackend, string>>>;

/** Where a role's secret is unless nest.fly says something else: `SCHEME://gosling/{nest}/read/deploy-key`. `place` is one of `NEST_SECRET_PLACES`, or another one such as `vault://kv/team`. */
export function nestSecret(place: string, nest: string, role: NestRole, secret: NestSecret): string {
  return `${place}/${nest}/${role}/${secret}`;
}

/** The reference of the repository's address, which is kept beside a deploy key: the same but for its last part. Undefined where nothing can stand beside it. */
export function urlBeside(deployKey: string): string | undefined {
  const reference = parseSecretReference(deployKey);
  if (!reference.ok || reference.value.backend === "env") return undefined;
  const { version: _, ...current } = reference.value;
  const beside = formatSecretReference(current.key === undefined ? { ...current, name: current.name.replace(/[^/]*$/, "url") } : { ...current, key: "url" });
  return beside === formatSecretReference(current) ? undefined : beside;
}
