import { fingerprint, type Gitlab, isAbsentOrForbidden } from "../../gitlab";
import { mapConcurrent } from "../../engine/concurrency";
import type { ResolveSecret } from "../../secrets";
import { diffHooks, HOOK_EVENTS, hookDescription, type HookOwner, type HookStep, type WantedHook } from "./diff-hooks";
import { checkWritable, secretOrNone, type SecretWriter } from "./secret-writer";
import { createOnce } from "./create-once";

export interface HookWorld {
  readonly gitlab: Gitlab;
  readonly resolve: ResolveSecret;
  readonly secrets: SecretWriter;
  readonly randomBytes: (size: number) => Buffer;
}

const SECRET_BYTES = 32;
/** Projects that are asked at once for their webhooks. */
const AT_ONCE = 8;

/** Looks at the webhooks and says what is to be done. Changes nothing. `ownEggs`: projects that have webhooks of their own. */
export async function planHooks(wanted: WantedHook, ownEggs: ReadonlySet<number>, { gitlab, resolve }: Pick<HookWorld, "gitlab" | "resolve">): Promise<{ readonly steps: readonly HookStep[]; readonly notes: readonly string[] }> {
  const secret = await secretOrNone(resolve, wanted.secret);
  if (secret === undefined) checkWritable(wanted.secret, "A webhook's secret");
  const { owners, notes } = await hookOwners(gitlab, wanted.owner, ownEggs);
  const diffs = owners.map((owner) => diffHooks(wanted, owner, secret === undefined ? undefined : secretPrint(secret)));
  return { steps: diffs.flatMap(({ steps }) => steps), notes: [...notes, ...diffs.flatMap((diff) => diff.notes)] };
}

/** The project or group itself; where a group can't have webhooks, its projects one by one. */
export async function hookOwners(gitlab: Gitlab, owner: WantedHook["owner"], ownEggs: ReadonlySet<number>): Promise<{ readonly owners: readonly HookOwner[]; readonly notes: readonly string[] }> {
  if (owner.kind === "project") return { owners: [{ owner, hooks: await gitlab.hooks(owner) }], notes: [] };
  try {
    return { owners: [{ owner, hooks: await gitlab.hooks(owner) }], notes: [] };
  } catch (error) {
    if (!isAbsentOrForbidden(error)) throw error;
    const projects = (await gitlab.discoverProjects(owner.id)).filter(({ id }) => !ownEggs.has(id));
    const looks = await mapConcurrent(projects, ({ id }) => gitlab.hooks({ kind: "project", id }), AT_ONCE);
    const owners = looks.map((look, index): HookOwner => {
      if (look.status === "rejected") throw look.reason;
      return { owner: { kind: "project", id: projects[index]?.id ?? 0 }, hooks: look.value };
    });
    const count = owners.length === 1 ? "its one project has a webhook" : `each of its ${owners.length} projects has a webhook`;
    return { owners, notes: [`group ${owner.id} can't have webhooks of its own here (GitLab Premium, or the role Owner, is needed): ${count}, and a new project gets one with the next gosling connect`] };
  }
}

/**
 * Does it, one after the other; what fails is given to `failed` and stops no other. A secret that is not there yet is made
 * and kept first, so that no webhook has one that nobody knows.
 */
export async function applyHooks(steps: readonly HookStep[], { gitlab, resolve, secrets, randomBytes }: HookWorld, failed: (step: HookStep, error: unknown) => void): Promise<void> {
  const reference = steps.flatMap((step) => (step.action === "remove" ? [] : [step.wanted.secret]))[0];
  let secret = "";
  try {
    if (reference !== undefined) secret = (await secretOrNone(resolve, reference)) ?? (await makeSecret(reference, secrets, randomBytes));
  } catch (error) {
    for (const step of steps) failed(step, error);
    return;
  }
  for (const step of steps) await apply(step, gitlab, secret).catch((error: unknown) => failed(step, error));
}

/** A new secret, where the reference points. */
export async function makeSecret(reference: string, secrets: SecretWriter, randomBytes: HookWorld["randomBytes"]): Promise<string> {
  const secret = randomBytes(SECRET_BYTES).toString("base64url");
  await secrets.write(reference, secret);
  return secret;
}

async function apply(step: HookStep, gitlab: Gitlab, secret: string): Promise<void> {
  const { owner } = step;
  if (step.action === "remove") return removeHook(gitlab, owner, step.id);
  const hook = { url: step.wanted.url, events: HOOK_EVENTS, description: hookDescription(step.wanted.path, secretPrint(secret)), token: secret };
  if (step.action === "change") return gitlab.editHook(owner, step.id, hook);
  await createOnce<unknown>(
    () => gitlab.createHook(owner, hook),
    async () => (await gitlab.hooks(owner)).find(({ url }) => url === hook.url),
  );
}

/** One that is gone already is fine. */
async function removeHook(gitlab: Gitlab, owner: WantedHook["owner"], id: number): Promise<void> {
  try {
    await gitlab.removeHook(owner, id);
  } catch (error) {
    if (!isAbsentOrForbidden(error) || error.code !== "GITLAB_NOT_FOUND") throw error;
  }
}

/** What a webhook's description has of its secret. */
export function secretPrint(secret: string): string {
  return fingerprint(secret, "webhook secret");
}
