import type { GitlabValues } from "./types";

export type Provider = "aws" | "yandex" | "local";

/** Scheme of secret references by convention: each cloud's own store; on this machine, files of the Nest. */
const SCHEMES: Readonly<Record<Provider, string>> = { aws: "aws-sm", yandex: "yc-lockbox", local: "file" };

/** Names of an Egg's three secrets. */
export type GitlabSecret = "api-token" | "runner-token" | "webhook-secret";

/** Scheme of the secret store that belongs to a cloud: `aws-sm`, `yc-lockbox`, `file`. */
export function secretScheme(provider: Provider): string {
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
