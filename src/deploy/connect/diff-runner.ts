import { describeOwner, type RunnerAttributes } from "../../gitlab";
import { GoslingError } from "../../vocabulary/error";
import { type FoundRegistration, registrationNote, registrationPath, type WantedRegistration } from "./registration";
import { changeText, type ConnectStep } from "./step";

export type RunnerStep = ConnectStep & { readonly what: "runner" } & (
    | { readonly action: "create"; readonly wanted: WantedRegistration }
    | {
        readonly action: "change";
        readonly id: number;
        readonly wanted: WantedRegistration;
        readonly changes: Partial<RunnerAttributes>;
        /** `copied`: from where it was kept under the former name; `renewed`: GitLab gives another one. */
        readonly token: "kept" | "copied" | "renewed";
      }
    | { readonly action: "remove"; readonly id: number }
  );

/** What is known of the token behind the reference. */
export interface KeptToken {
  readonly fingerprint: string;
  /** Runner that it belongs to, where that was asked because no mark has its fingerprint; absent: to none any more. */
  readonly runnerId?: number;
}

export interface RunnerSituation {
  /** Ours by mark, of the whole Nest, in this project or group; and the one that the kept token belongs to. By id. */
  readonly found: readonly FoundRegistration[];
  /** Absent: there is no secret yet. */
  readonly kept?: KeptToken;
  /** Runner that the token under the former name belongs to. */
  readonly formerRunnerId?: number;
  /** Units and repositories that the Nest has. */
  readonly known: ReadonlySet<string>;
}

export interface RunnerDiff {
  readonly steps: readonly RunnerStep[];
  readonly notes: readonly string[];
}

/**
 * What is to be done for one registration. Pure.
 * @throws GoslingError `GITLAB_RUNNER_TAKEN` where the kept token is somebody else's: it is not overwritten.
 */
export function diffRunner(wanted: WantedRegistration, { found, kept, formerRunnerId, known }: RunnerSituation): RunnerDiff {
  const path = registrationPath(wanted.name);
  const formerPath = wanted.former && registrationPath(wanted.former.name);
  const own = found.filter(({ mark }) => mark?.path === path);
  const byToken = kept?.runnerId === undefined ? undefined : found.find(({ id }) => id === kept.runnerId);
  if (kept?.runnerId !== undefined && (byToken === undefined || isTaken(byToken, path, formerPath))) {
    const whose = byToken?.mark ? `the runner of ${byToken.mark.path}` : `runner ${kept.runnerId}, which is no runner of ${describeOwner(wanted.owner)} itself`;
    throw new GoslingError("GITLAB_RUNNER_TAKEN", `The token behind ${wanted.token} belongs to ${whose}, and is not overwritten`, { hint: "Name another runner_token, or remove that secret." });
  }
  const keep = own.find(({ mark }) => mark?.token !== undefined && mark.token === kept?.fingerprint) ?? byToken ?? own[0] ?? found.find(({ mark }) => mark !== undefined && mark.path === formerPath);
  const removable = found.filter((one) => one !== keep && one.mark !== undefined && (one.mark.path === path || one.mark.path === formerPath || !known.has(one.mark.path)));
  const removals = removable.filter(({ inUse }) => inUse === undefined).map((one): RunnerStep => ({ action: "remove", what: "runner", owner: wanted.owner, id: one.id, name: one.description, details: [`runner ${one.id}`, known.has(one.mark?.path ?? "") ? "there are two" : "no longer in the Nest"] }));
  const notes = removable.flatMap(({ id, description, inUse }) => (inUse === undefined ? [] : [`runner ${id} (${description}) is not removed yet: ${inUse}`]));
  if (keep === undefined) return { steps: [creation(wanted), ...removals], notes };
  const change = changeOf(wanted, keep, kept, formerRunnerId);
  return { steps: [...(change ? [change] : []), ...removals], notes };
}

/** Whether the mark says that it is another unit's. */
function isTaken({ mark }: FoundRegistration, path: string, formerPath: string | undefined): boolean {
  return mark !== undefined && mark.path !== path && mark.path !== formerPath;
}

function creation(wanted: WantedRegistration): RunnerStep {
  const { tagList, runUntagged, accessLevel } = wanted.attributes;
  const details = [tagList.length === 0 ? "no tags" : `tags: ${tagList.join(", ")}`, ...(runUntagged ? ["untagged jobs too"] : []), ...(accessLevel === "ref_protected" ? ["protected branches only"] : []), `token → ${wanted.token}`];
  return { action: "create", what: "runner", owner: wanted.owner, name: wanted.attributes.description, details, wanted };
}

const LABELS: Readonly<Record<keyof WantedRegistration["attributes"], string>> = {
  description: "description",
  tagList: "tags",
  runUntagged: "untagged jobs",
  locked: "locked",
  accessLevel: "access",
  maximumTimeout: "longest job in seconds",
};

function changeOf(wanted: WantedRegistration, found: FoundRegistration, kept: KeptToken | undefined, formerRunnerId: number | undefined): RunnerStep | undefined {
  const changes: Record<string, unknown> = {};
  const details: string[] = [];
  for (const [attribute, label] of Object.entries(LABELS) as [keyof WantedRegistration["attributes"], string][]) {
    // A group's runner has no other projects to be open to.
    if (attribute === "locked" && wanted.owner.kind === "group") continue;
    const [from, to] = [found[attribute], wanted.attributes[attribute]];
    if (sameValue(from, to)) continue;
    changes[attribute] = to;
    details.push(changeText(label, from, to));
  }
  const belongs = kept !== undefined && (kept.fingerprint === found.mark?.token || kept.runnerId === found.id);
  const token = belongs ? "kept" : kept === undefined && formerRunnerId === found.id ? "copied" : "renewed";
  if (token !== "kept") details.push(token === "copied" ? `token: copied to ${wanted.token}` : `token: ${kept === undefined ? "not kept yet" : "another one is kept"}, a new one → ${wanted.token}`);
  const noted = belongs && found.maintenanceNote === registrationNote(wanted.name, kept.fingerprint);
  if (!noted && token === "kept") details.push(found.mark ? "maintenance note" : "taken over by its token");
  if (details.length === 0) return undefined;
  return { action: "change", what: "runner", owner: wanted.owner, id: found.id, name: wanted.attributes.description, details, wanted, changes, token };
}

/** The order of tags means nothing. */
function sameValue(a: unknown, b: unknown): boolean {
  return Array.isArray(a) && Array.isArray(b) ? JSON.stringify([...a].sort()) === JSON.stringify([...b].sort()) : a === b;
}
