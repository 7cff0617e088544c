import { SchedulerSchedule } from "../../bindings/aws/scheduler-schedule";
import { SchedulerScheduleGroup } from "../../bindings/aws/scheduler-schedule-group";
import type { Construct } from "../../cdktf";
import { type NamedUnit, type NameRule, resourceName } from "../../names";
import { type Template, templateJson, templateText } from "../../template";
import type { AwsPlace } from "./place";
import { sendMessages } from "./policies";
import { makeRole } from "./roles";

/** EventBridge Scheduler, CreateScheduleGroup and CreateSchedule. */
const SCHEDULE_NAME: NameRule = { limit: 64, forbidden: /[^0-9a-zA-Z_.-]/ };

/** A message of the clock is out of date when the next one comes; it is tried for this long. */
const MESSAGE_AGE_SECONDS = 300;
const RETRIES = 3;

export interface SchedulesProps {
  readonly unit: NamedUnit;
  /** Begins the ids of the children, and ends the group's name. */
  readonly part: string;
  readonly place: AwsPlace;
  readonly queueArn: Template;
  /** Name → cron expression of six fields, and the message that is sent then. */
  readonly schedules: readonly { readonly name: string; readonly expression: string; readonly message: unknown }[];
  readonly permissionsBoundary?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Messages to a queue by the clock, in UTC. Children: `PARTGroup` (`SchedulerScheduleGroup`), `PARTRole`,
 * `PARTPolicy`, and `PART-NAME` (`SchedulerSchedule`). @returns The group's name, for an attribute.
 */
export function makeSchedules(scope: Construct, { unit, part, place, queueArn, schedules, permissionsBoundary, tags }: SchedulesProps): string {
  const group = new SchedulerScheduleGroup(scope, `${part}Group`, { name: resourceName(unit, part, SCHEDULE_NAME), tags }).terraformAddress;
  const role = makeRole(scope, {
    unit,
    part,
    service: "scheduler.amazonaws.com",
    account: place.account,
    statements: sendMessages(queueArn),
    ...(permissionsBoundary !== undefined && { jobs: { policies: [], permissionsBoundary } }),
    tags,
  });
  for (const { name, expression, message } of schedules) {
    new SchedulerSchedule(scope, `${part}-${name}`, {
      name,
      groupName: `\${${group}.name}`,
      scheduleExpression: `cron(${expression})`,
      scheduleExpressionTimezone: "UTC",
      flexibleTimeWindow: { mode: "OFF" },
      target: { arn: templateText(queueArn), roleArn: templateText(role.arn), input: templateJson(message), retryPolicy: { maximumEventAgeInSeconds: MESSAGE_AGE_SECONDS, maximumRetryAttempts: RETRIES } },
      dependsOn: role.permissions,
    });
  }
  return `\${${group}.name}`;
}
