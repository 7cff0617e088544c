import type { Schedule, ScheduleAttributes } from "../../gitlab";
import { changeText, type ConnectStep } from "./step";

/** The pipeline schedule of a Job. */
export interface WantedSchedule {
  readonly projectId: number;
  /** Name of the Job: the schedule's variable `GOSLING_JOB`. */
  readonly job: string;
  readonly attributes: Omit<ScheduleAttributes, "description">;
}

export type ScheduleStep = ConnectStep & { readonly what: "schedule" } & (
    | { readonly action: "create"; readonly wanted: WantedSchedule }
    | { readonly action: "change"; readonly id: number; readonly wanted: WantedSchedule; readonly changes: Partial<ScheduleAttributes>; readonly variable: "kept" | "missing" | "wrong" }
    | { readonly action: "remove"; readonly id: number; readonly projectId: number }
  );

export const JOB_VARIABLE = "GOSLING_JOB";

export function scheduleDescription(job: string): string {
  return `gosling job ${job}`;
}

/** Name of the Job that a schedule of ours belongs to; undefined: it is none of ours. */
export function jobOfSchedule(description: string): string | undefined {
  return /^gosling job ([A-Za-z0-9_-]+)$/.exec(description)?.[1];
}

/** What is to be done for one Job's schedule, of those that bear its name. Pure. */
export function diffSchedule(wanted: WantedSchedule, found: readonly Schedule[]): readonly ScheduleStep[] {
  const owner = { kind: "project", id: wanted.projectId } as const;
  const name = scheduleDescription(wanted.job);
  const { attributes } = wanted;
  const [keep, ...others] = found;
  const removals = others.map((schedule) => scheduleRemoval(wanted.projectId, schedule, "there are two"));
  if (keep === undefined) return [{ action: "create", what: "schedule", owner, name, details: [`${attributes.cron} (${attributes.cronTimezone}) on ${attributes.ref}`, ...(attributes.active ? [] : ["inactive"])], wanted }, ...removals];
  const changes: Record<string, unknown> = {};
  const details: string[] = [];
  for (const [attribute, label] of [["cron", "schedule"], ["cronTimezone", "time zone"], ["ref", "branch"], ["active", "active"]] as const) {
    const [from, to] = [attribute === "ref" ? keep.ref.replace(/^refs\/heads\//, "") : keep[attribute], attributes[attribute]];
    if (from === to) continue;
    changes[attribute] = to;
    details.push(changeText(label, from, to));
  }
  const value = keep.variables.find(({ key }) => key === JOB_VARIABLE)?.value;
  const variable = value === wanted.job ? "kept" : value === undefined ? "missing" : "wrong";
  if (variable !== "kept") details.push(changeText(JOB_VARIABLE, value, wanted.job));
  return [...(details.length === 0 ? [] : [{ action: "change", what: "schedule", owner, id: keep.id, name, details, wanted, changes, variable } as const]), ...removals];
}

export function scheduleRemoval(projectId: number, { id, description }: Pick<Schedule, "id" | "description">, why: string): ScheduleStep {
  return { action: "remove", what: "schedule", owner: { kind: "project", id: projectId }, id, projectId, name: description, details: [`schedule ${id}`, why] };
}
