import type { FoundRegistration } from "../connect/registration";

/**
 * One step of a runner token's rotation. GitLab knows no second token of a registration, and a token that is reset is
 * worth nothing at once; so a second registration comes, runners change over to it, and the first one goes.
 */
export type RunnerRotationStep =
  /** A second registration, its token behind the reference, its mark. `leftover`: one whose token nobody knows is taken for it. */
  | { readonly step: "replace"; readonly leftover?: number }
  /** The mark of the registration whose token is kept. */
  | { readonly step: "mark"; readonly id: number }
  /** The moment from which on runners have to have noticed that this one was replaced. */
  | { readonly step: "retire"; readonly id: number; readonly token: string }
  | { readonly step: "remove"; readonly id: number };

export interface RunnerRotationSituation {
  /** Those with the mark of this unit and repository; `inUse`: why one that is no longer current has to stay. */
  readonly own: readonly FoundRegistration[];
  /** Fingerprint of the token behind the reference, and the registration that it belongs to. */
  readonly kept: { readonly fingerprint: string; readonly id: number };
  /** Only finish what was begun. */
  readonly finishOnly: boolean;
}

export interface RunnerRotationPlan {
  /** `none`: there is nothing to do, or nothing yet. */
  readonly kind: "begin" | "finish" | "none";
  readonly steps: readonly RunnerRotationStep[];
  /** Registrations that stay for now, and why. */
  readonly waiting: readonly { readonly id: number; readonly why: string }[];
}

/**
 * What is to be done for one runner token. Pure. A rotation that was interrupted, or whose old registration is still in
 * use, is finished before another one begins: at most two registrations have machines at any time.
 */
export function planRunnerRotation({ own, kept, finishOnly }: RunnerRotationSituation): RunnerRotationPlan {
  const current = own.find(({ id }) => id === kept.id);
  const others = own.filter(({ id }) => id !== kept.id);
  // A token that was never marked as kept was, or is, nobody's: no machine can have it unless it says so.
  const leftovers = others.filter(({ mark, inUse }) => mark?.token === undefined && inUse === undefined);
  const former = others.filter((one) => !leftovers.includes(one));
  const isMarked = current?.mark?.token === kept.fingerprint && current.mark.replacedAt === undefined;
  const marks: RunnerRotationStep[] = isMarked ? [] : [{ step: "mark", id: kept.id }];
  const retirements = former.flatMap(({ id, mark }): RunnerRotationStep[] => (mark?.replacedAt === undefined ? [{ step: "retire", id, token: mark?.token ?? "" }] : []));
  const removals = former.flatMap(({ id, mark, inUse }): RunnerRotationStep[] => (mark?.replacedAt !== undefined && inUse === undefined ? [{ step: "remove", id }] : []));
  const waiting = former.flatMap(({ id, mark, inUse }) => (mark?.replacedAt !== undefined && inUse !== undefined ? [{ id, why: inUse }] : []));
  const begins = !finishOnly && retirements.length === 0 && waiting.length === 0;
  const [leftover, ...superfluous] = begins ? leftovers : [undefined, ...leftovers];
  const tidying = superfluous.flatMap((one): RunnerRotationStep[] => (one === undefined ? [] : [{ step: "remove", id: one.id }]));
  if (!begins) {
    const steps = [...marks, ...retirements, ...removals, ...tidying];
    return { kind: steps.length > 0 ? "finish" : "none", steps, waiting };
  }
  const replace: RunnerRotationStep = { step: "replace", ...(leftover && { leftover: leftover.id }) };
  return { kind: "begin", steps: [...marks, ...removals, ...tidying, replace, { step: "retire", id: kept.id, token: kept.fingerprint }], waiting };
}
