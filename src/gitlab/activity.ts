import type { Gitlab } from "./client";
import type { Manager } from "./model";

/** Whether a machine runs a job: `unknown` where what GitLab knows is old, so that nothing may be ended for it. */
export type Activity = "busy" | "idle" | "unknown";

/** What the machines of a registration do. Pure. A machine that GitLab has not heard of is unknown. */
export function activityOf(managers: readonly Manager[], systemId: string): Activity {
  const manager = managers.find((candidate) => candidate.systemId === systemId);
  if (manager === undefined) return "unknown";
  // That a job runs is believed however old it is: the other mistake would cost somebody's job.
  if (manager.jobs === "active") return "busy";
  return manager.status === "online" && manager.jobs === "idle" ? "idle" : "unknown";
}

/** Asks GitLab whether one machine of a registration runs a job. */
export async function askActivity(gitlab: Gitlab, runnerId: number, systemId: string): Promise<Activity> {
  const managers = await gitlab.managers(runnerId);
  const manager = managers.find((candidate) => candidate.systemId === systemId);
  if (manager === undefined || manager.jobs !== undefined || manager.status !== "online") return activityOf(managers, systemId);
  // A server that doesn't say of machines: the jobs themselves.
  return (await gitlab.runsJob(runnerId, systemId)) ? "busy" : "idle";
}

/** Between the two looks before an end: longer than an agent takes from one question for a job to the next. */
const SECOND_LOOK_MS = 10_000;

/**
 * Right before a machine is ended: idle only where two looks, some seconds apart, both say so. Between them an agent that
 * has been asked to stop has either begun a job, which shows, or asks for none any more.
 */
export async function isSurelyIdle(gitlab: Gitlab, runnerId: number, systemId: string, pause: (milliseconds: number) => Promise<void>): Promise<boolean> {
  if ((await askActivity(gitlab, runnerId, systemId)) !== "idle") return false;
  await pause(SECOND_LOOK_MS);
  return (await askActivity(gitlab, runnerId, systemId)) === "idle";
}
