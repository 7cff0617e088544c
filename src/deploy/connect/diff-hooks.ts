import type { Hook, HookEvents, Owner } from "../../gitlab";
import { changeText, type ConnectStep } from "./step";

/** The webhook of an Egg, or of a bucket's repository, as the Nest asks for it. */
export interface WantedHook {
  readonly owner: Owner;
  /** Path of MotherGoose's webhooks: only hooks with exactly this address are ours. */
  readonly url: string;
  /** Reference of what it proves itself with. */
  readonly secret: string;
  /** `acme/web-app` */
  readonly path: string;
}

/** A project or group with its webhooks. */
export interface HookOwner {
  readonly owner: Owner;
  readonly hooks: readonly Hook[];
}

export type HookStep = ConnectStep & { readonly what: "webhook" } & ({ readonly action: "create"; readonly wanted: WantedHook } | { readonly action: "change"; readonly id: number; readonly wanted: WantedHook } | { readonly action: "remove"; readonly id: number });

/** What MotherGoose listens to; all others are off. */
export const HOOK_EVENTS: HookEvents = {
  pushEvents: true,
  mergeRequestsEvents: true,
  jobEvents: true,
  pipelineEvents: true,
  tagPushEvents: false,
  issuesEvents: false,
  confidentialIssuesEvents: false,
  noteEvents: false,
  confidentialNoteEvents: false,
  wikiPageEvents: false,
  deploymentEvents: false,
  releasesEvents: false,
};

const WANTED_EVENTS = ["job_events", "merge_requests_events", "pipeline_events", "push_events"];
const UNWANTED_EVENTS = ["tag_push_events", "issues_events", "confidential_issues_events", "note_events", "confidential_note_events", "wiki_page_events", "deployment_events", "releases_events"];

/** A webhook's description: GitLab never shows its secret again, so this tells which one it has. */
export function hookDescription(path: string, secretFingerprint: string): string {
  return `gosling ${path} secret:${secretFingerprint}`;
}

/**
 * What is to be done for the webhooks of one owner. Pure.
 * @param secretFingerprint absent: there is no secret yet, one is made.
 */
export function diffHooks(wanted: WantedHook, { owner, hooks }: HookOwner, secretFingerprint: string | undefined): { readonly steps: readonly HookStep[]; readonly notes: readonly string[] } {
  const [keep, ...others] = hooks.filter(({ url }) => url === wanted.url);
  const removals = others.map(({ id }): HookStep => ({ action: "remove", what: "webhook", owner, id, name: wanted.url, details: [`webhook ${id}`, "there are two"] }));
  const here = { ...wanted, owner };
  const secret = secretFingerprint === undefined ? [`a new secret → ${wanted.secret}`] : [];
  if (keep === undefined) {
    return { steps: [{ action: "create", what: "webhook", owner, name: wanted.url, details: [`events: ${WANTED_EVENTS.map(eventName).join(", ")}`, ...secret], wanted: here }, ...removals], notes: [] };
  }
  const details = [...changesOf(keep), ...secret];
  if (secretFingerprint !== undefined && keep.description !== undefined && keep.description !== hookDescription(wanted.path, secretFingerprint)) details.push("secret: the one that is kept");
  const notes = keep.disabled ? [`GitLab has switched webhook ${keep.id} off after too many failures: see its recent events in GitLab`] : [];
  return { steps: [...(details.length === 0 ? [] : [{ action: "change", what: "webhook", owner, id: keep.id, name: wanted.url, details, wanted: here } as const]), ...removals], notes };
}

function changesOf({ events, sslVerification }: Hook): string[] {
  const off = WANTED_EVENTS.filter((event) => !events[event]).map((event) => changeText(eventName(event), false, true));
  const on = UNWANTED_EVENTS.filter((event) => events[event]).map((event) => changeText(eventName(event), true, false));
  return [...off, ...on, ...(sslVerification ? [] : [changeText("certificate check", false, true)])];
}

function eventName(event: string): string {
  return event.replace(/_events$/, "").replaceAll("_", " ");
}

/**
 * What removes a unit's webhooks from a project or group. Pure. In a group whose projects have one each, those of Eggs of their
 * own stay: the description tells them apart.
 */
export function hookRemovals(url: string, paths: readonly string[], { owner, hooks }: HookOwner, unitOwner: Owner): readonly HookStep[] {
  const isOwn = ({ description }: Hook): boolean => (description === undefined ? owner.kind === unitOwner.kind : paths.some((path) => description.startsWith(`gosling ${path} `)));
  return hooks.filter((hook) => hook.url === url && isOwn(hook)).map(({ id }): HookStep => ({ action: "remove", what: "webhook", owner, id, name: url, details: [`webhook ${id}`] }));
}
