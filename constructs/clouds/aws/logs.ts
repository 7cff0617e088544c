import { CloudwatchLogGroup } from "../../bindings/aws/cloudwatch-log-group";
import type { Construct } from "../../cdktf";
import { type NamedUnit, resourceName } from "../../names";
import { expression, template, type Template } from "../../template";
import { NAME_RULES } from "./name-rules";

/** Days that the logs of runners are kept. The logs of jobs are in GitLab. */
export const LOG_RETENTION_DAYS = 30;

/** Where the runners of a unit write to. */
export interface LogGroup {
  readonly name: Template;
  readonly arn: Template;
}

/** Child: `logs` (`CloudwatchLogGroup`). */
export function makeLogGroup(scope: Construct, unit: NamedUnit, tags: Readonly<Record<string, string>>): LogGroup {
  const group = new CloudwatchLogGroup(scope, "logs", {
    name: resourceName(unit, "runner", NAME_RULES.logGroup),
    retentionInDays: LOG_RETENTION_DAYS,
    tags,
    // A renamed Egg keeps its logs.
    lifecycle: { ignoreChanges: ["name"] },
  });
  return { name: template`${expression(`${group.terraformAddress}.name`)}`, arn: template`${expression(`${group.terraformAddress}.arn`)}` };
}
