import { GoslingError } from "../../vocabulary/error";
import { HOOK_EVENTS, hookDescription, type WantedHook } from "../connect/diff-hooks";
import { hookOwners, makeSecret, secretPrint } from "../connect/hooks";
import { checkWritable, secretOrNone } from "../connect/secret-writer";
import { planWebhookRotation, type SecretHook, type WebhookRotationPlan, type WebhookRotationStep } from "./plan-webhook";
import type { RotationWorld } from "./rotate-runner";

/** A webhook as the Nest asks for it, and how its server is reached. */
export interface HookPlace {
  readonly wanted: WantedHook;
  /** Projects of that server that have webhooks of their own. */
  readonly ownEggs: ReadonlySet<number>;
  readonly world: RotationWorld;
}

export interface WebhookRotation extends WebhookRotationPlan {
  readonly steps: readonly (WebhookRotationStep & { readonly place: HookPlace })[];
}

/**
 * Looks at all webhooks that have one secret, and says what is to be done. Changes nothing.
 * @throws GoslingError `ROTATE_NOT_CONNECTED`, `SECRET_READ_ONLY`, and what GitLab and the store say
 */
export async function lookAtWebhooks(places: readonly [HookPlace, ...HookPlace[]], finishOnly: boolean): Promise<WebhookRotation> {
  const [first] = places;
  const { secret: reference } = first.wanted;
  const secret = await secretOrNone(first.world.resolve, reference);
  const hooks: (SecretHook & { readonly place: HookPlace })[] = [];
  for (const place of places) {
    const { wanted, ownEggs, world } = place;
    const { owners } = await hookOwners(world.gitlab, wanted.owner, ownEggs);
    for (const { owner, hooks: found } of owners) for (const { id, url, description } of found) if (url === wanted.url) hooks.push({ owner, id, path: wanted.path, ...(description !== undefined && { description }), place });
  }
  if (secret === undefined || hooks.length === 0) {
    throw new GoslingError("ROTATE_NOT_CONNECTED", secret === undefined ? `There is no webhook secret behind ${reference} yet` : `No webhook has the secret behind ${reference} yet`, { hint: "Make it what the Nest says first: gosling connect" });
  }
  checkWritable(reference, "A webhook's secret");
  const plan = planWebhookRotation(hooks, secretPrint(secret), finishOnly);
  return { kind: plan.kind, steps: plan.steps.map((step) => ({ ...step, place: step.step === "give" ? (step.hook as (typeof hooks)[number]).place : first })) };
}

/** Does one step. */
export async function rotateWebhook(step: WebhookRotation["steps"][number]): Promise<void> {
  const { wanted, world } = step.place;
  if (step.step === "renew") return void (await makeSecret(wanted.secret, world.secrets, world.randomBytes));
  const { owner, id, path } = step.hook;
  const token = await world.resolve(wanted.secret);
  await world.gitlab.editHook(owner, id, { url: wanted.url, events: HOOK_EVENTS, description: hookDescription(path, secretPrint(token)), token });
}
