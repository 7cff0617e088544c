import { type DeployKey, type Gitlab, type ProjectDetails } from "../../gitlab";
import { isSameKey } from "../../secrets";
import type { NestRole } from "../../vocabulary/conventions";
import { deployKeyTitle, type KeptKey } from "./keep-keys";
import { createOnce } from "../connect/create-once";

/** What is to be done at GitLab for one key. */
export type KeyStep = { readonly action: "none" | "create" } | { readonly action: "change"; readonly id: number };

export interface RegisteredKeys {
  readonly project: ProjectDetails;
  /** `changed`: it was there with other rights, which are set back. */
  readonly keys: readonly { readonly role: NestRole; readonly outcome: "made" | "changed" | "there" }[];
  /** Keys under our title whose private half is not the one that is kept: of an earlier time, or of another store. */
  readonly leftovers: readonly DeployKey[];
}

/** Whether a key may push. */
export function canPush(role: NestRole): boolean {
  return role === "write";
}

/** What a key wants, seen those that the project has. A key is the same whatever it is called. Pure. */
export function planKey({ role, publicKey }: Pick<KeptKey, "role" | "publicKey">, found: readonly DeployKey[]): KeyStep {
  const there = found.find(({ key }) => isSameKey(key, publicKey));
  if (there === undefined) return { action: "create" };
  return there.canPush === canPush(role) ? { action: "none" } : { action: "change", id: there.id };
}

/**
 * Registers keys as deploy keys of a project: those that are missing, and rights that somebody has changed are set back.
 * @param project its number or its path
 * @throws GitlabError
 */
export async function registerKeys(gitlab: Gitlab, project: number | string, nest: string, keys: readonly KeptKey[]): Promise<RegisteredKeys> {
  const details = await gitlab.project(project);
  const found = await gitlab.deployKeys(details.id);
  const outcomes: RegisteredKeys["keys"][number][] = [];
  for (const { role, publicKey } of keys) {
    const step = planKey({ role, publicKey }, found);
    if (step.action === "create") await create(gitlab, details.id, { title: deployKeyTitle(nest, role), key: publicKey, canPush: canPush(role) });
    if (step.action === "change") await gitlab.editDeployKey(details.id, step.id, { canPush: canPush(role) });
    outcomes.push({ role, outcome: step.action === "create" ? "made" : step.action === "change" ? "changed" : "there" });
  }
  const leftovers = found.filter(({ title, key }) => keys.some(({ role }) => title === deployKeyTitle(nest, role)) && !keys.some(({ publicKey }) => isSameKey(key, publicKey)));
  return { project: details, keys: outcomes, leftovers };
}

async function create(gitlab: Gitlab, projectId: number, key: Omit<DeployKey, "id">): Promise<void> {
  await createOnce(
    () => gitlab.createDeployKey(projectId, key),
    async () => (await gitlab.deployKeys(projectId)).find((one) => isSameKey(one.key, key.key)),
  );
}
