import type { Gitlab } from "../../gitlab";
import type { ResolveSecret } from "../../secrets";
import { GoslingError } from "../../vocabulary/error";
import { type FoundRegistration, registrationNote, registrationPath, type WantedRegistration } from "../connect/registration";
import { ownRegistrations, removeRegistration, tokenPrint } from "../connect/runner";
import { checkWritable, secretOrNone, type SecretWriter } from "../connect/secret-writer";
import { stillNeeded } from "../connect/still-needed";
import { planRunnerRotation, type RunnerRotationPlan, type RunnerRotationStep } from "./plan-runner";

/** What the steps work with. */
export interface RotationWorld {
  readonly gitlab: Gitlab;
  readonly resolve: ResolveSecret;
  readonly secrets: SecretWriter;
  readonly now: () => number;
  readonly randomBytes: (size: number) => Buffer;
}

/** A plan, with what was found of the registration whose token is kept. */
export interface RunnerRotation extends RunnerRotationPlan {
  readonly wanted: WantedRegistration;
  readonly paused: boolean;
}

/**
 * Looks at the registrations and at the secret, and says what is to be done. Changes nothing.
 * @throws GoslingError `ROTATE_NOT_CONNECTED`, `SECRET_READ_ONLY`, and what GitLab and the store say
 */
export async function lookAtRunner(wanted: WantedRegistration, finishOnly: boolean, { gitlab, resolve, now }: RotationWorld): Promise<RunnerRotation> {
  const path = registrationPath(wanted.name);
  const all = await ownRegistrations(gitlab, wanted.name.nest, wanted.owner, await gitlab.runners(wanted.owner));
  const own = all.filter(({ mark }) => mark?.path === path);
  const token = await secretOrNone(resolve, wanted.token);
  if (token === undefined) throw notConnected(`There is no runner token behind ${wanted.token} yet`);
  const fingerprint = tokenPrint(token);
  const id = own.find(({ mark }) => mark?.token === fingerprint)?.id ?? (await gitlab.runnerOfToken(token));
  const current = own.find((one) => one.id === id);
  if (current === undefined) throw notConnected(`The token behind ${wanted.token} belongs to no registration of ${path}`);
  checkWritable(wanted.token, `The token of ${wanted.attributes.description}`);
  const plan = planRunnerRotation({ own: await withUse(own, current, gitlab, now()), kept: { fingerprint, id: current.id }, finishOnly });
  return { ...plan, wanted, paused: current.paused };
}

function notConnected(what: string): GoslingError {
  return new GoslingError("ROTATE_NOT_CONNECTED", what, { hint: "Make it what the Nest says first: gosling connect" });
}

async function withUse(own: readonly FoundRegistration[], current: FoundRegistration, gitlab: Gitlab, now: number): Promise<readonly FoundRegistration[]> {
  if (own.length === 1) return own;
  const machines = await gitlab.managers(current.id);
  return Promise.all(
    own.map(async (one): Promise<FoundRegistration> => {
      if (one.id === current.id) return one;
      const managers = await gitlab.managers(one.id);
      const inUse = one.mark?.token === undefined ? (managers.length > 0 ? "machines have used it" : undefined) : stillNeeded(one.mark, managers, machines, now);
      return inUse === undefined ? one : { ...one, inUse };
    }),
  );
}

/**
 * Does one step. However it ends half-way, a token that GitLab takes is behind the reference, the former one is good
 * too, and the next look says how to go on. An answer that is lost is not asked for again: what it has made is a leftover
 * of which nobody knows the token.
 */
export async function rotateRunner(step: RunnerRotationStep, { wanted, paused }: RunnerRotation, { gitlab, resolve, secrets, now }: RotationWorld): Promise<void> {
  const mark = (id: number, token: string, replacedAt?: number): Promise<void> => gitlab.editRunner(id, { maintenanceNote: registrationNote(wanted.name, token === "" ? undefined : token, replacedAt) });
  switch (step.step) {
    case "replace": {
      const attributes = { ...wanted.attributes, paused, maintenanceNote: registrationNote(wanted.name, undefined) };
      const { id, token } = step.leftover === undefined ? await gitlab.createRunner(wanted.owner, attributes) : await renewed(step.leftover, attributes, gitlab);
      await secrets.write(wanted.token, token);
      return mark(id, tokenPrint(token));
    }
    case "mark":
      return mark(step.id, tokenPrint(await resolve(wanted.token)));
    case "retire":
      return mark(step.id, step.token, now());
    case "remove":
      return removeRegistration(gitlab, step.id);
  }
}

async function renewed(id: number, attributes: Parameters<Gitlab["createRunner"]>[1], gitlab: Gitlab): Promise<{ readonly id: number; readonly token: string }> {
  await gitlab.editRunner(id, attributes);
  return { id, token: await gitlab.resetRunnerToken(id) };
}
