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

/** Asks GitLab what some machines of a registration do, by system id; those that it has never heard of are left out. */
export async function askActivities(gitlab: Gitlab, runnerId: number, systemIds: readonly string[]): Promise<ReadonlyMap<string, Activity>> {
  const managers = await gitlab.managers(runnerId);
  const answers = new Map<string, Activity>();
  for (const systemId of systemIds) {
    const manager = managers.find((candidate) => candidate.systemId === systemId);
    if (manager === undefined) continue;
    // A server that doesn't say it of machines is asked for the jobs themselves.
    const isSilent = manager.status === "online" && manager.jobs === undefined;
    answers.set(systemId, isSilent ? ((await gitlab.runsJob(runnerId, systemId)) ? "busy" : "idle") : activityOf(managers, systemId));
  }
  return answers;
}
