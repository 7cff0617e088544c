import { type Gitlab, isAbsentOrForbidden } from "../../gitlab";
import { diffSchedule, JOB_VARIABLE, jobOfSchedule, scheduleDescription, scheduleRemoval, type ScheduleStep, type WantedSchedule } from "./diff-schedules";
import { createOnce } from "./create-once";

/**
 * Looks at the schedules of a Job and says what is to be done. Changes nothing.
 * @param jobs All Jobs of the Nest: schedules of others are removed; absent: others are not looked at.
 */
export async function planSchedule(wanted: WantedSchedule, jobs: ReadonlySet<string> | undefined, gitlab: Gitlab): Promise<readonly ScheduleStep[]> {
  const listed = await gitlab.schedules(wanted.projectId);
  const own = listed.filter(({ description }) => jobOfSchedule(description) === wanted.job);
  const found = [];
  for (const { id } of own) found.push(await gitlab.schedule(wanted.projectId, id));
  const gone = listed.filter(({ description }) => {
    const job = jobOfSchedule(description);
    return jobs !== undefined && job !== undefined && !jobs.has(job);
  });
  return [...diffSchedule(wanted, found), ...gone.map((schedule) => scheduleRemoval(wanted.projectId, schedule, "no longer in the Nest"))];
}

/** Does it. A schedule that has lost its variable half-way gets it the next time. */
export async function applySchedule(step: ScheduleStep, gitlab: Gitlab): Promise<void> {
  switch (step.action) {
    case "create": {
      const { projectId, job, attributes } = step.wanted;
      // It must not fire before it says which Job it is for.
      const id = await create(step.wanted, gitlab);
      await gitlab.setScheduleVariable(projectId, id, JOB_VARIABLE, job, false);
      if (attributes.active) await gitlab.editSchedule(projectId, id, { active: true });
      return;
    }
    case "change": {
      const { projectId, job } = step.wanted;
      if (step.variable !== "kept") await gitlab.setScheduleVariable(projectId, step.id, JOB_VARIABLE, job, step.variable === "wrong");
      if (Object.keys(step.changes).length > 0) await gitlab.editSchedule(projectId, step.id, step.changes);
      return;
    }
    case "remove":
      try {
        return await gitlab.removeSchedule(step.projectId, step.id);
      } catch (error) {
        if (!isAbsentOrForbidden(error) || error.code !== "GITLAB_NOT_FOUND") throw error;
      }
  }
}

async function create({ projectId, job, attributes }: WantedSchedule, gitlab: Gitlab): Promise<number> {
  const description = scheduleDescription(job);
  const schedule = { description, ...attributes, active: false };
  return createOnce(
    () => gitlab.createSchedule(projectId, schedule),
    async () => (await gitlab.schedules(projectId)).find((one) => one.description === description)?.id,
  );
}
