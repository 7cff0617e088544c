import type { Owner } from "../../gitlab";
import { hookDescription } from "../connect/diff-hooks";

/** A webhook that proves itself with the secret. */
export interface SecretHook {
  readonly owner: Owner;
  readonly id: number;
  /** `acme/web-app`, of its description. */
  readonly path: string;
  /** Absent where the server keeps none (before 17.1). */
  readonly description?: string;
}

export type WebhookRotationStep =
  /** Gives a webhook the secret that is behind the reference now. */
  | { readonly step: "give"; readonly hook: SecretHook }
  /** A new secret behind the reference; the store keeps the former one as the version before. */
  | { readonly step: "renew" };

export interface WebhookRotationPlan {
  readonly kind: "begin" | "finish" | "none";
  readonly steps: readonly WebhookRotationStep[];
}

/**
 * What is to be done for one webhook secret, with all webhooks that have it. Pure. GitLab holds one secret of a webhook,
 * and MotherGoose takes two: the current one and the one before. So no second new one is made before all webhooks have
 * the first.
 * @param fingerprint Of the secret behind the reference.
 */
export function planWebhookRotation(hooks: readonly SecretHook[], fingerprint: string, finishOnly: boolean): WebhookRotationPlan {
  const give = (hook: SecretHook): WebhookRotationStep => ({ step: "give", hook });
  const behind = hooks.filter(({ path, description }) => description !== undefined && description !== hookDescription(path, fingerprint));
  // Of these it can't be told.
  const silent = hooks.filter(({ description }) => description === undefined).map(give);
  if (behind.length > 0) return { kind: "finish", steps: [...behind.map(give), ...silent] };
  if (finishOnly || hooks.length === 0) return { kind: silent.length > 0 ? "finish" : "none", steps: silent };
  return { kind: "begin", steps: [...silent, { step: "renew" }, ...hooks.map(give)] };
}
