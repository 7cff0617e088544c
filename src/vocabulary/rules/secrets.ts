import { secretScheme } from "../conventions";
import * as problems from "../problems";
import type { Problem } from "../schema";
import { isLocalSecret, parseSecretReference } from "../secret";

/** References of this machine where a runner in a cloud would have to read them. `references` go by their paths. */
export function localSecretRules(provider: "aws" | "yandex" | "local" | undefined, references: readonly (readonly [problems.Path, string | undefined])[]): readonly Problem[] {
  if (provider === undefined || provider === "local") return [];
  const found: Problem[] = [];
  for (const [path, text] of references) {
    const reference = text === undefined ? undefined : parseSecretReference(text);
    if (reference?.ok && isLocalSecret(reference.value)) found.push(problems.localSecret(path, reference.value.backend, provider, `${secretScheme(provider)}://NAME/KEY`));
  }
  return found;
}

/** One environment variable can't be a plain value and a secret. */
export function environmentRules(block: { readonly environment?: Readonly<Record<string, string | undefined>>; readonly secrets?: Readonly<Record<string, string | undefined>> }): readonly Problem[] {
  const plain = block.environment ?? {};
  return Object.keys(block.secrets ?? {})
    .filter((name) => Object.hasOwn(plain, name))
    .map((name) => problems.plainAndSecret(["secrets", name], name, ["environment", name]));
}

/** All references of a block's `secrets`, by path. */
export function secretsByPath(secrets: Readonly<Record<string, string | undefined>> | undefined): readonly (readonly [problems.Path, string | undefined])[] {
  return Object.entries(secrets ?? {}).map(([name, reference]) => [["secrets", name], reference] as const);
}

/** The three references of a `gitlab` block, by path. */
export function gitlabSecretsByPath(
  path: problems.Path,
  gitlab: { readonly apiToken?: string; readonly runnerToken?: string; readonly webhookSecret?: string } | undefined,
): readonly (readonly [problems.Path, string | undefined])[] {
  return [
    [[...path, "api_token"], gitlab?.apiToken],
    [[...path, "runner_token"], gitlab?.runnerToken],
    [[...path, "webhook_secret"], gitlab?.webhookSecret],
  ];
}
