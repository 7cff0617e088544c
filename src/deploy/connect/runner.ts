import { fingerprint, type Gitlab, isAbsentOrForbidden, type Owner } from "../../gitlab";
import type { ResolveSecret } from "../../secrets";
import { diffRunner, type RunnerDiff, type RunnerSituation, type RunnerStep } from "./diff-runner";
import { descriptionStart, type FoundRegistration, readMark, registrationNote, registrationPath, type WantedRegistration } from "./registration";
import { checkWritable, secretOrNone, type SecretWriter } from "./secret-writer";
import { stillNeeded } from "./still-needed";
import { createOnce } from "./create-once";

/** What the shell of these steps works with. */
export interface RunnerWorld {
  readonly gitlab: Gitlab;
  readonly resolve: ResolveSecret;
  readonly secrets: SecretWriter;
}

/** What a registration's mark has of a token: it is looked for under any name. */
export function tokenPrint(token: string): string {
  return fingerprint(token, "runner token");
}

/** Looks at the registrations of a project or group, and at the secret, and says what is to be done. Changes nothing. */
export async function planRunner(wanted: WantedRegistration, known: ReadonlySet<string>, { gitlab, resolve, now }: Pick<RunnerWorld, "gitlab" | "resolve"> & { readonly now: number }): Promise<RunnerDiff> {
  const listed = await gitlab.runners(wanted.owner);
  const found = await ownRegistrations(gitlab, wanted.name.nest, wanted.owner, listed);
  const value = await secretOrNone(resolve, wanted.token);
  const path = registrationPath(wanted.name);
  let situation: RunnerSituation = { found, known };
  if (value === undefined) {
    const former = wanted.former && (await secretOrNone(resolve, wanted.former.token));
    const formerRunnerId = former === undefined ? undefined : await gitlab.runnerOfToken(former);
    situation = { ...situation, ...(formerRunnerId !== undefined && { formerRunnerId }) };
  } else {
    const kept = { fingerprint: tokenPrint(value) };
    const isKnown = found.some(({ mark }) => mark?.path === path && mark.token === kept.fingerprint);
    const runnerId = isKnown ? undefined : await gitlab.runnerOfToken(value);
    situation = { ...situation, kept: { ...kept, ...(runnerId !== undefined && { runnerId }) } };
    // Made by hand, or with another description by now: the token says which one it is.
    if (runnerId !== undefined && !found.some(({ id }) => id === runnerId) && listed.some(({ id }) => id === runnerId)) {
      situation = { ...situation, found: [...found, ...(await details(gitlab, wanted.owner, [runnerId]))] };
    }
  }
  const diff = diffRunner(wanted, { ...situation, found: await withUse(gitlab, wanted, situation, now) });
  if (diff.steps.some((step) => step.action === "create" || (step.action === "change" && step.token !== "kept"))) checkWritable(wanted.token, `The token of ${wanted.attributes.description}`);
  return diff;
}

/** Registrations of a project or group that bear this Nest's mark. */
export async function ownRegistrations(gitlab: Gitlab, nest: string, owner: Owner, listed: Awaited<ReturnType<Gitlab["runners"]>>): Promise<readonly FoundRegistration[]> {
  const candidates = listed.filter(({ description }) => description.startsWith(descriptionStart(nest)));
  const found = await details(
    gitlab,
    owner,
    candidates.map(({ id }) => id),
  );
  return found.filter(({ mark }) => mark?.path.startsWith(`${nest}/`));
}

async function details(gitlab: Gitlab, owner: Owner, ids: readonly number[]): Promise<readonly FoundRegistration[]> {
  const found: FoundRegistration[] = [];
  for (const id of ids) {
    const runner = await gitlab.runner(id);
    // A group's list holds those of the groups above it, too.
    if (owner.kind === "group" && !runner.groupIds.includes(owner.id)) continue;
    const mark = readMark(runner.maintenanceNote);
    found.push({ ...runner, ...(mark && { mark }) });
  }
  return found;
}

/** Of what the Nest may have no use for: whether machines still live on it. */
async function withUse(gitlab: Gitlab, wanted: WantedRegistration, { found, known, kept }: RunnerSituation, now: number): Promise<readonly FoundRegistration[]> {
  const path = registrationPath(wanted.name);
  const inPlace = found.find(({ id, mark }) => (mark?.path === path && mark.token !== undefined && mark.token === kept?.fingerprint) || id === kept?.runnerId);
  const current = found.some(({ mark }) => mark?.replacedAt !== undefined) && inPlace ? await gitlab.managers(inPlace.id) : [];
  const isOnly = found.filter(({ mark }) => mark?.path === path).length === 1 && kept?.runnerId === undefined;
  return Promise.all(
    found.map(async (one): Promise<FoundRegistration> => {
      if (one.mark === undefined || (one.mark.path === path ? isOnly : known.has(one.mark.path))) return one;
      const inUse = stillNeeded(one.mark, await gitlab.managers(one.id), current, now);
      return inUse === undefined ? one : { ...one, inUse };
    }),
  );
}

/** Whether a job runs on a registration now. */
export async function runsJob(gitlab: Gitlab, id: number): Promise<boolean> {
  return (await gitlab.managers(id)).some(({ jobs }) => jobs === "active");
}

/**
 * Does it. However it ends half-way, the next time makes it right: a token that was not written down is not in the note, so
 * it is renewed.
 */
export async function applyRunner(step: RunnerStep, { gitlab, resolve, secrets }: RunnerWorld): Promise<void> {
  switch (step.action) {
    case "create": {
      const { wanted } = step;
      const { id, token } = await create(wanted, gitlab);
      await secrets.write(wanted.token, token);
      return gitlab.editRunner(id, { maintenanceNote: registrationNote(wanted.name, tokenPrint(token)) });
    }
    case "change": {
      const { wanted, id } = step;
      const value = step.token === "renewed" ? await gitlab.resetRunnerToken(id) : await resolve(step.token === "copied" && wanted.former ? wanted.former.token : wanted.token);
      if (step.token !== "kept") await secrets.write(wanted.token, value);
      return gitlab.editRunner(id, { ...step.changes, maintenanceNote: registrationNote(wanted.name, tokenPrint(value)) });
    }
    case "remove":
      return removeRegistration(gitlab, step.id);
  }
}

/** One that is gone already is fine. */
export async function removeRegistration(gitlab: Gitlab, id: number): Promise<void> {
  try {
    await gitlab.removeRunner(id);
  } catch (error) {
    if (!isAbsentOrForbidden(error) || error.code !== "GITLAB_NOT_FOUND") throw error;
  }
}

async function create(wanted: WantedRegistration, gitlab: Gitlab): Promise<{ readonly id: number; readonly token: string }> {
  const attributes = { ...wanted.attributes, paused: false, maintenanceNote: registrationNote(wanted.name, undefined) };
  const find = async () => {
    const path = registrationPath(wanted.name);
    const made = (await ownRegistrations(gitlab, wanted.name.nest, wanted.owner, await gitlab.runners(wanted.owner))).find(({ mark }) => mark?.path === path);
    // Its token was in the answer that is lost.
    return made && { id: made.id, token: await gitlab.resetRunnerToken(made.id) };
  };
  return createOnce(() => gitlab.createRunner(wanted.owner, attributes), find);
}
