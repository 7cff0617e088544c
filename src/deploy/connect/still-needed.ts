import type { Manager } from "../../gitlab";
import { SECRET_REFRESH_SECONDS } from "../../vocabulary/runner-configuration";
import type { RegistrationMark } from "./registration";

/** What runners may need on top of their interval, to read a secret and to tell their agent. */
const GRACE_SECONDS = 60;

/** From the moment on that a token was replaced, runners have the new one within this time. */
export const REPLACEMENT_MS = (SECRET_REFRESH_SECONDS + GRACE_SECONDS) * 1000;

/**
 * Why a registration of ours that another one has replaced, or that the Nest no longer has, can't be removed without
 * harm; undefined where it can. Pure.
 * @param current The machines of the registration that is in its place; none: nothing is.
 */
export function stillNeeded(mark: RegistrationMark | undefined, managers: readonly Manager[], current: readonly Manager[], now: number): string | undefined {
  if (managers.some(({ jobs }) => jobs === "active")) return "a job runs on it";
  const online = managers.filter(({ status }) => status === "online");
  if (mark?.replacedAt === undefined) return online.length > 0 ? "its machines have been heard of within two hours" : undefined;
  if (now < mark.replacedAt + REPLACEMENT_MS) return `its machines have ${REPLACEMENT_MS / 60_000} minutes to notice that its token was replaced`;
  const staying = online.filter((manager) => !hasMoved(manager, current)).length;
  return staying === 0 ? undefined : `${staying === 1 ? "a machine was" : `${staying} machines were`} last heard of with it, within two hours`;
}

/** A machine has one token of a project at a time, so the one that it was last heard of with is the one that it has. */
function hasMoved({ systemId, contactedAt, jobs }: Manager, current: readonly Manager[]): boolean {
  const there = current.find((manager) => manager.systemId === systemId);
  // Where a server doesn't say whether a job runs, it may be finishing one.
  if (there?.contactedAt === undefined || jobs === undefined) return false;
  return contactedAt === undefined || Date.parse(there.contactedAt) > Date.parse(contactedAt);
}
