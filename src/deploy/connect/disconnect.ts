import { GoslingError } from "../../vocabulary/error";
import { hookRemovals } from "./diff-hooks";
import { jobOfSchedule, scheduleRemoval } from "./diff-schedules";
import { applyHooks, hookOwners } from "./hooks";
import { ownRegistrations, removeRegistration, runsJob } from "./runner";
import { applySchedule } from "./schedules";
import type { UnitRegistrations } from "./machine-activity";
import { gitlabSession, type SessionOptions } from "./session";
import { ownerOf, registrationPaths } from "./wanted";

/** A unit that is gone: its machines have been removed. */
export interface LeavingUnit extends UnitRegistrations {
  /** Address of MotherGoose's webhooks; absent: webhooks are left alone. */
  readonly webhookUrl?: string;
}

export interface DisconnectOptions extends SessionOptions {
  /** Remove a registration on which GitLab believes a job to run, too. */
  readonly force?: boolean;
}

/**
 * Removes what `connect` made on GitLab for a unit: runner registrations, webhooks, a Job's schedule. What is gone already is
 * fine. The secrets stay where they are.
 * @returns what was removed, one line each.
 * @throws GoslingError `GITLAB_RUNNER_BUSY`; the first error of GitLab's
 */
export async function disconnectUnit({ nest, unit, repositories, place, webhookUrl }: LeavingUnit, options: DisconnectOptions): Promise<readonly string[]> {
  const session = gitlabSession(options);
  const removed: string[] = [];
  try {
    for (const repository of repositories) {
      const owner = ownerOf(repository);
      const isJob = unit.startsWith("job.");
      const { gitlab } = await session.open(repository.gitlab.server, repository.gitlab.apiToken, ["runners", ...(isJob ? (["schedules"] as const) : []), ...(webhookUrl === undefined ? [] : (["webhooks"] as const))], place);
      const paths = registrationPaths(nest, unit, repository);
      const own = (await ownRegistrations(gitlab, nest, owner, await gitlab.runners(owner))).filter(({ mark }) => mark !== undefined && paths.includes(mark.path));
      for (const { id, description } of own) {
        if (!options.force && (await runsJob(gitlab, id))) throw new GoslingError("GITLAB_RUNNER_BUSY", `Runner ${id} (${description}) is not removed from ${gitlab.server}: a job runs on it`, { hint: "Wait for the job and run the same command again." });
        await removeRegistration(gitlab, id);
        removed.push(`runner ${id} (${description}) on ${gitlab.server}`);
      }
      if (isJob) {
        for (const schedule of await gitlab.schedules(owner.id)) {
          if (jobOfSchedule(schedule.description) !== unit.slice("job.".length)) continue;
          await applySchedule(scheduleRemoval(owner.id, schedule, "no longer in the Nest"), gitlab);
          removed.push(`schedule ${schedule.id} (${schedule.description}) on ${gitlab.server}`);
        }
      } else if (webhookUrl !== undefined) {
        const { owners } = await hookOwners(gitlab, owner, new Set());
        const steps = owners.flatMap((one) => hookRemovals(webhookUrl, paths, one, owner));
        const errors: unknown[] = [];
        await applyHooks(steps, { gitlab, resolve: (reference) => options.resolve(reference, place), secrets: { write: async () => undefined }, randomBytes: Buffer.alloc }, (_, error) => errors.push(error));
        if (errors.length > 0) throw errors[0];
        removed.push(...steps.map(({ name, details }) => `${details[0]} (${name}) on ${gitlab.server}`));
      }
    }
    return removed;
  } finally {
    await session.close();
  }
}
